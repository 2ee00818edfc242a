using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Switchboard.Persistence;

/// <summary>How long the hotel's own history is kept (section <c>History</c>); the PBX's events have their own, shorter time.</summary>
public sealed class HistoryOptions
{
    public const string Section = "History";

    /// <summary>Days that ended wake-ups and stays and closed entries of housekeeping's list are kept.</summary>
    [Range(31, 36500)]
    public int RetentionDays { get; set; } = 1095;
}

[OptionsValidator]
public sealed partial class HistoryOptionsValidator : IValidateOptions<HistoryOptions>;

/// <summary>Deletes at most so many rows of a feature's history that ended before an instant; returns how many it were. Features register theirs.</summary>
internal delegate Task<int> HistoryStep(SwitchboardDb db, Instant before, int atMost, CancellationToken ct);

/// <summary>Once a day deletes what is older than the hotel wants to keep.</summary>
internal sealed class HistoryKeeper(
    IEnumerable<HistoryStep> steps, IServiceScopeFactory scopes, WorkerLease lease, IOptions<HistoryOptions> options, TimeProvider time, IClock clock, ILogger<HistoryKeeper> log)
    : DailyKeeper(scopes, lease, time)
{
    internal override async Task<int> KeepAsync(CancellationToken ct)
    {
        var before = clock.GetCurrentInstant() - Duration.FromDays(options.Value.RetentionDays);
        var deleted = 0;
        foreach (var step in steps) deleted += await RepeatAsync((db, atMost) => step(db, before, atMost, ct), ct);
        if (deleted > 0) log.HistoryDeleted(deleted, options.Value.RetentionDays);
        return deleted;
    }

    protected override void TellFailure(string reason) => log.HistoryNotKept(reason);
}
