using System.Data.Common;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.EventRecord;
using Switchboard.Features.Hotel;
using Switchboard.Persistence;

namespace Switchboard.Features.Calls;

/// <summary>
/// Keeps the calls up with the record. Asks the database only when the record has stored something, at most once a second, and at most a fifth of
/// the time: whoever dials goes first. While the database is away it waits; that is told elsewhere.
/// </summary>
internal sealed class CallKeeper(
    EventStore record, CelRecords recovered, CallMaker maker, DatabaseStartup startup, WorkerLease lease, TimeProvider time, ILogger<CallKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromMinutes(1);
    private const int ShareOfTime = 4;
    private readonly Lock _lock = new();
    private TaskCompletionSource _stored = New();

    // What was stored before this worker's life may be of any time: no bound for the first round.
    private Instant? _earliest = Instant.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        record.Stored += Stored;
        recovered.Stored += Stored;
        try
        {
            while (true)
            {
                var began = time.GetTimestamp();
                var told = await TryRoundAsync(stoppingToken);
                var pause = TimeSpan.FromTicks(Math.Max(Pause.Ticks, time.GetElapsedTime(began).Ticks * ShareOfTime));
                await Task.Delay(told ? AfterFault : pause, time, stoppingToken);
                await WaitAsync(stoppingToken);
            }
        }
        finally
        {
            record.Stored -= Stored;
            recovered.Stored -= Stored;
        }
    }

    // True after a fault that was told.
    private async Task<bool> TryRoundAsync(CancellationToken ct)
    {
        if (!startup.IsReady || !lease.IsHeld) return false;
        Instant? since;
        lock (_lock) (since, _earliest, _stored) = (_earliest, null, New());
        var mayBeMore = true;
        try
        {
            mayBeMore = await maker.RoundAsync(since == Instant.MinValue ? null : since, ct);
        }
        catch (Exception away) when (IsAway(away))
        {
            // With the next round.
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.Failed(fault);
            return true;
        }
        finally
        {
            if (mayBeMore && since is { } again) Stored(again);
        }

        return false;
    }

    private void Stored(Instant earliest)
    {
        lock (_lock)
        {
            _earliest = _earliest is { } known ? Instant.Min(known, earliest) : earliest;
            _stored.TrySetResult();
        }
    }

    private Task WaitAsync(CancellationToken ct)
    {
        lock (_lock) return _earliest is null ? _stored.Task.WaitAsync(ct) : Task.CompletedTask;
    }

    private static bool IsAway(Exception fault) => fault is NpgsqlException and not PostgresException or DbException { IsTransient: true } or TimeoutException or IOException
        or InvalidOperationException { InnerException: NpgsqlException };

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Deletes the calls that are older than <see cref="CallOptions.RetentionDays"/>, in the hotel's quietest hour, some at a time.</summary>
internal sealed class CallRetention(CallMaker maker, DatabaseStartup startup, WorkerLease lease, IOptions<HotelOptions> hotel, TimeProvider time, IClock clock, ILogger<CallRetention> log)
    : BackgroundService
{
    private const int Hour = 3;
    private const int AtOnce = 500;
    private static readonly TimeSpan Round = TimeSpan.FromHours(1);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Round, time, stoppingToken);
            if (startup.IsReady && lease.IsHeld && clock.GetCurrentInstant().InZone(hotel.Value.Zone).Hour == Hour) await DeleteAsync(stoppingToken);
        }
    }

    /// <summary>Deletes all of them.</summary>
    internal async Task DeleteAsync(CancellationToken ct)
    {
        var deleted = 0;
        try
        {
            while (await maker.DeleteOldAsync(AtOnce, ct) is > 0 and var some)
            {
                deleted += some;
                await Task.Delay(Breath, time, ct);
            }
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
        {
            // Tomorrow.
        }

        if (deleted > 0) log.Deleted(deleted);
    }
}
