using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Persistence;

namespace Switchboard.Features.Stays;

/// <summary>
/// Erases what is personal in at most so many rows of a feature that belong to guests who left before an instant; returns how many it were, 0 when
/// none is left. What is no guest's data stays. Features register theirs.
/// </summary>
internal delegate Task<int> GuestDataStep(SwitchboardDb db, Instant before, int atMost, CancellationToken ct);

/// <summary>Once a day erases what is personal of guests who left long enough ago.</summary>
internal sealed class GuestDataKeeper(
    IEnumerable<GuestDataStep> steps, IServiceScopeFactory scopes, WorkerLease lease, IOptions<StayOptions> options, TimeProvider time, IClock clock, ILogger<GuestDataKeeper> log)
    : DailyKeeper(scopes, lease, time)
{
    internal override async Task<int> KeepAsync(CancellationToken ct)
    {
        var before = clock.GetCurrentInstant() - Duration.FromDays(options.Value.GuestDataDays);
        var erased = 0;
        foreach (var step in steps) erased += await RepeatAsync((db, atMost) => step(db, before, atMost, ct), ct);
        if (erased > 0) log.GuestDataErased(erased, options.Value.GuestDataDays);
        return erased;
    }

    protected override void TellFailure(string reason) => log.GuestDataNotErased(reason);
}
