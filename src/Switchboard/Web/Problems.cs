using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Switchboard.Web;

/// <summary>Words what went wrong as problem details (RFC 9457): what is refused, and what would be accepted.</summary>
internal static class Problems
{
    private const int LongestShownValue = 100;

    // Missing database, table or column: the worker has not migrated it yet.
    private static readonly string[] NotPrepared = [PostgresErrorCodes.InvalidCatalogName, PostgresErrorCodes.UndefinedTable, PostgresErrorCodes.UndefinedColumn];

    /// <summary>The answer to an exception; null where nobody but a developer can do anything about it.</summary>
    public static ProblemDetails? Of(Exception exception, HttpContext context) => exception switch
    {
        InvalidInputException bad => Input(bad.Field, bad.Value, bad.Allowed, bad.Line),
        NotFoundException => Plain(StatusCodes.Status404NotFound, exception.Message),
        ConflictException => Plain(StatusCodes.Status409Conflict, exception.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest, InnerException: JsonException json } => Json(json),
        BadHttpRequestException bad => Plain(bad.StatusCode, DetailOf(bad.StatusCode, context) ?? bad.Message),
        JsonException json => Json(json),
        StandsByException => Plain(StatusCodes.Status503ServiceUnavailable, exception.Message),
        PbxAwayException => Plain(StatusCodes.Status503ServiceUnavailable, exception.Message),
        StoreAwayException away => Plain(StatusCodes.Status503ServiceUnavailable, $"{char.ToUpperInvariant(away.Message[0])}{away.Message[1..]}{(away.Message[^1] == '.' ? "" : ".")}"),
        _ => Database(exception),
    };

    /// <summary>A plain problem; its title comes from the status.</summary>
    public static ProblemDetails Plain(int status, string detail) => new() { Status = status, Detail = detail };

    /// <summary>The value is cut before it goes anywhere, so that an answer is never as large as the question.</summary>
    public static ProblemDetails Input(string field, string? value, string allowed, int? line = null)
    {
        var shown = Cut(value);
        var where = line is null ? "" : $"line {line}: ";
        var problem = Plain(StatusCodes.Status400BadRequest, shown is null ? $"{where}{field}: {allowed}" : $"{where}{field} '{shown}': {allowed}");
        problem.Extensions["field"] = field;
        if (shown is not null) problem.Extensions["value"] = shown;
        problem.Extensions["allowed"] = allowed;
        if (line is not null) problem.Extensions["line"] = line;
        return problem;
    }

    /// <summary>Fills in what a bare status code (from routing, Kestrel or binding) leaves unsaid.</summary>
    public static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        problem.Detail ??= DetailOf(problem.Status ?? context.HttpContext.Response.StatusCode, context.HttpContext);
        // Of no use without a tracing back end, and one more thing to explain.
        problem.Extensions.Remove("traceId");
    }

    private static string? DetailOf(int status, HttpContext context) => status switch
    {
        StatusCodes.Status404NotFound => $"There is no {context.Request.Path} here.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not possible on {context.Request.Path}.",
        StatusCodes.Status413PayloadTooLarge =>
            $"The body is larger than the {context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize} bytes that are accepted here.",
        StatusCodes.Status415UnsupportedMediaType => "The body's media type is not accepted here: send Content-Type: application/json.",
        _ => null,
    };

    // The serializer's own message may quote the body; only where it stopped is passed on.
    private static ProblemDetails Json(JsonException json)
    {
        var at = json.LineNumber is null ? "" : $" (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1})";
        var path = json.Path is null or "$" ? null : Cut(json.Path.StartsWith("$.", StringComparison.Ordinal) ? json.Path[2..] : json.Path);
        var problem = json.Message switch
        {
            var m when m.Contains("could not be mapped", StringComparison.Ordinal) => Input(path ?? "body", null, "is not a member of this request"),
            var m when m.Contains("Duplicate property", StringComparison.OrdinalIgnoreCase) => Input(path ?? "body", null, "is given twice"),
            var m when m.Contains("could not be converted", StringComparison.Ordinal) => Input(path ?? "body", null, "is not of the right JSON type"),
            _ => Input(path ?? "body", null, "is not valid JSON"),
        };
        problem.Detail += at;
        return problem;
    }

    private static ProblemDetails? Database(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is PostgresException refused && NotPrepared.Contains(refused.SqlState))
                return Plain(StatusCodes.Status503ServiceUnavailable, "The database is not prepared yet: the worker is still starting. Try again in a moment.");
            // A transport failure is an NpgsqlException that is no PostgresException, marked transient or not.
            if (inner is DbException { IsTransient: true } or (NpgsqlException and not PostgresException))
            {
                return Plain(StatusCodes.Status503ServiceUnavailable,
                    "The database does not answer. Booked wake-ups still ring. Try again in a moment; look first whether a change was stored.");
            }
        }

        return null;
    }

    private static string? Cut(string? value)
    {
        if (value is null || value.Length <= LongestShownValue) return value;
        // Not through the middle of a surrogate pair: half a character is not valid UTF-8.
        var end = char.IsHighSurrogate(value[LongestShownValue - 1]) ? LongestShownValue - 1 : LongestShownValue;
        return value[..end] + "…";
    }
}
