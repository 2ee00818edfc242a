using Switchboard.Duty;
using Switchboard.Web;

namespace Switchboard.Features.Status;

/// <summary>An endpoint that answers on a worker that stands by as well.</summary>
internal sealed class AnswersStandingBy;

/// <summary>
/// A worker that stands by answers for itself only: what it would say of wake-ups and rooms, and what it would store, is the other's to say and store.
/// </summary>
internal static class StandByGate
{
    public static IApplicationBuilder UseStandByGate(this IApplicationBuilder app)
    {
        var (duty, time) = (app.ApplicationServices.GetRequiredService<WorkerDuty>(), app.ApplicationServices.GetRequiredService<TimeProvider>());
        return app.Use((context, next) => duty is { State: DutyState.StandingBy or DutyState.StoodDown, Rival: { } rival } && IsClosed(context)
            ? throw new StandsByException($"This worker stands by: the PBX is served by {rival.Describe(time)}. Ask that one.")
            : next(context));
    }

    private static bool IsClosed(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && context.GetEndpoint()?.Metadata.GetMetadata<AnswersStandingBy>() is null;
}
