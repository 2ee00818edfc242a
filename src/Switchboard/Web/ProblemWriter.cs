using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Switchboard.Web;

/// <summary>Turns exceptions into problem details: what the sender did wrong is named, what went wrong with us is logged and not told.</summary>
internal sealed class ProblemWriter(ILogger<ProblemWriter> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken ct)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested) return true;
        var problem = Describe(exception);
        if (problem.Status >= 500)
        {
            if (problem.Status == StatusCodes.Status500InternalServerError) log.Failed(exception, context.Request.Method, context.Request.Path);
            else log.DatabaseAway(context.Request.Method, context.Request.Path, exception.GetBaseException().Message);
        }

        context.Response.StatusCode = problem.Status!.Value;
        await context.Response.WriteAsJsonAsync(problem, options: null, contentType: "application/problem+json", ct);
        return true;
    }

    private static ProblemDetails Describe(Exception exception) => exception switch
    {
        InvalidInputException invalid => Invalid(invalid),
        NotFoundException missing => Of(StatusCodes.Status404NotFound, "not found", missing.Message),
        ConflictException conflict => Of(StatusCodes.Status409Conflict, "not possible now", conflict.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Of(StatusCodes.Status413PayloadTooLarge, "body too large", "the body is larger than this endpoint takes"),
        BadHttpRequestException { InnerException: JsonException json } => Of(StatusCodes.Status400BadRequest, "malformed JSON", $"the body is not the JSON that is expected here: {Where(json)}"),
        BadHttpRequestException bad => Of(bad.StatusCode, "malformed request", bad.Message),
        JsonException json => Of(StatusCodes.Status400BadRequest, "malformed JSON", Where(json)),
        _ when IsDatabaseAway(exception) => Of(StatusCodes.Status503ServiceUnavailable, "database away", "the database cannot be reached just now; nothing was changed, try again"),
        _ => Of(StatusCodes.Status500InternalServerError, "internal error", "this should not happen; the log says more"),
    };

    private static ProblemDetails Invalid(InvalidInputException invalid)
    {
        var value = invalid.Value is { Length: > 100 } longer ? longer[..100] + "…" : invalid.Value;
        var problem = Of(StatusCodes.Status400BadRequest, "invalid input",
            $"{(invalid.Line is { } line ? $"line {line}: " : "")}{invalid.Field} '{value}': {invalid.Allowed}");
        problem.Extensions["field"] = invalid.Field;
        problem.Extensions["value"] = value;
        problem.Extensions["allowed"] = invalid.Allowed;
        if (invalid.Line is not null) problem.Extensions["line"] = invalid.Line;
        return problem;
    }

    private static bool IsDatabaseAway(Exception? exception) => exception switch
    {
        null => false,
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CannotConnectNow,
        NpgsqlException or TimeoutException => true,
        _ => IsDatabaseAway(exception.InnerException),
    };

    private static string Where(JsonException json) =>
        $"{(string.IsNullOrEmpty(json.Path) ? "it cannot be read" : $"at {json.Path}")}, line {(json.LineNumber ?? 0) + 1}";

    private static ProblemDetails Of(int status, string title, string detail) => new() { Status = status, Title = title, Detail = detail };
}

/// <summary>Event ids 6000 to 6099.</summary>
internal static partial class WebLog
{
    [LoggerMessage(6000, LogLevel.Error, "Request {Method} {Path} failed")]
    public static partial void Failed(this ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(6001, LogLevel.Warning, "Request {Method} {Path} refused, the database is away: {Reason}")]
    public static partial void DatabaseAway(this ILogger logger, string method, string path, string reason);

    [LoggerMessage(6002, LogLevel.Warning, "Request {Method} {Path} from {Remote} refused: {Reason}")]
    public static partial void Refused(this ILogger logger, string method, string path, string? remote, string reason);
}
