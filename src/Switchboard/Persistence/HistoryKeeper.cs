using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;

namespace Switchboard.Persistence;

/// <summary>How long the hotel's own history is kept (section <c>History</c>); the PBX's events have their own, shorter time.</summary>
public sealed class HistoryOptions
{
    public const string Section = "History";

    /// <summary>Days that ended wake-ups and closed entries of housekeeping's list are kept.</summary>
    [Range(31, 36500)]
    public int RetentionDays { get; set; } = 1095;
}

[OptionsValidator]
public sealed partial class HistoryOptionsValidator : IValidateOptions<HistoryOptions>;

/// <summary>Deletes at most so many rows of a feature's history that ended before an instant; returns how many it were. Features register theirs.</summary>
internal delegate Task<int> HistoryStep(SwitchboardDb db, Instant before, int atMost, CancellationToken ct);

/// <summary>Once a day deletes what is older than the hotel wants to keep, a little at a time.</summary>
internal sealed class HistoryKeeper(
    IEnumerable<HistoryStep> steps, IServiceScopeFactory scopes, WorkerLease lease, IOptions<HistoryOptions> options, TimeProvider time, IClock clock, ILogger<HistoryKeeper> log) : BackgroundService
{
    private const int AtOnce = 500;
    private static readonly TimeSpan FirstRound = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Round = TimeSpan.FromDays(1);
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(FirstRound, time, stoppingToken);
        while (true)
        {
            try
            {
                if (lease.IsHeld) await KeepAsync(stoppingToken);
            }
            catch (Exception away) when (away is NpgsqlException or InvalidOperationException or TimeoutException)
            {
                // Tomorrow: nobody waits for it.
                log.HistoryNotKept(away.GetBaseException().Message);
            }

            await Task.Delay(Round, time, stoppingToken);
        }
    }

    /// <summary>Deletes all of it; returns how many rows.</summary>
    internal async Task<int> KeepAsync(CancellationToken ct)
    {
        var before = clock.GetCurrentInstant() - Duration.FromDays(options.Value.RetentionDays);
        var deleted = 0;
        foreach (var step in steps)
        {
            while (true)
            {
                await using var scope = scopes.CreateAsyncScope();
                var now = await step(scope.ServiceProvider.GetRequiredService<SwitchboardDb>(), before, AtOnce, ct);
                deleted += now;
                if (now == 0) break;
                await Task.Delay(Breath, time, ct);
            }
        }

        if (deleted > 0) log.HistoryDeleted(deleted, options.Value.RetentionDays);
        return deleted;
    }
}
