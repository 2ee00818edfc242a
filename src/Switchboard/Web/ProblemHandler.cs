using Microsoft.AspNetCore.Diagnostics;

namespace Switchboard.Web;

/// <summary>Answers every exception. What the caller can mend is explained and not logged; the rest is logged once and not explained.</summary>
internal sealed class ProblemHandler(FoldedWarnings warnings, ILogger<ProblemHandler> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken ct)
    {
        var problem = Problems.Of(exception, context);
        if (problem is null)
        {
            log.Failed(exception, context.Request.Method, RouteOf(context));
            problem = Problems.Plain(StatusCodes.Status500InternalServerError, "The request failed inside the worker. Its log says why (event 6000).");
        }
        else if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "5";
            // Told once, by who stands by.
            if (exception is StandsByException) { }
            else if (exception is PbxAwayException) warnings.Tell("pbx", times => log.PbxAway(times, exception.GetBaseException().Message));
            else warnings.Tell("database", times => log.DatabaseAway(times, exception.GetBaseException().Message));
        }

        await TypedResults.Problem(problem).ExecuteAsync(context);
        return true;
    }

    // The pattern, not the path: what a caller writes into a path is not ours to log.
    private static string RouteOf(HttpContext context) =>
        (context.Features.Get<IExceptionHandlerFeature>()?.Endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "an unknown path";
}
