using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Journal;
using Switchboard.Web;

namespace Switchboard.EventRecord;

/// <summary>
/// Stores what was heard, in its order: in PostgreSQL, or while that is away in the journal, which is drained before anything newer is stored.
/// One task does both, so nothing overtakes.
/// </summary>
internal sealed class EventWriter(
    string pbx, EventQueue queue, EventStore store, EventJournal journal, EventHistory history, EventRecordMeter meter, FoldedWarnings warnings, TimeProvider time, IClock clock,
    ILogger<EventWriter> log)
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainSlice = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);
    private readonly Instant _start = clock.GetCurrentInstant();
    private long _drained;
    private long _lost;
    private Instant _lostSince;
    private bool _toldAway;
    private Instant? _lastLife;
    private bool _lastLifeKnown;

    /// <summary>When this life of the worker first heard the PBX.</summary>
    public Instant? FirstConnectedAt { get; set; }

    /// <summary>Everything that was heard before this moment is in the database.</summary>
    public bool IsCaughtUp => journal.IsEmpty && queue.IsIdle && (_lastLifeKnown || FirstConnectedAt is null) && !_toldAway;

    public async Task RunAsync(CancellationToken ct)
    {
        journal.Open();
        if (journal.Trouble is { } trouble) log.NoJournal(trouble);
        _lastLife = journal.LastReceived();
        while (!queue.IsOver)
        {
            var item = await queue.TakeAsync(RetryEvery);
            if (item is not null) await KeepAsync(item, ct);
            queue.Done();
            if (!journal.IsEmpty) await DrainAsync(ct);
            await TellLastOutageAsync(ct);
        }

        await store.DisposeAsync();
    }

    private async Task KeepAsync(object item, CancellationToken ct)
    {
        // Behind what waits in the journal, never past it. A worker that stops does not wait long for the database.
        if (journal.IsEmpty && await TryStoreAsync(item, ct)) return;
        try
        {
            journal.Append(item);
            if (_lost > 0) TellLost();
            WatchLimit();
        }
        catch (Exception full) when (full is JournalFullException or IOException or UnauthorizedAccessException)
        {
            Lose(item, full.Message);
        }

        if (item is EventChunk chunk) queue.Return(chunk);
    }

    private async Task<bool> TryStoreAsync(object item, CancellationToken ct)
    {
        using var farewell = ct.IsCancellationRequested ? new CancellationTokenSource(Farewell, time) : new CancellationTokenSource();
        try
        {
            if (item is EventChunk chunk) await StoreAsync(chunk, farewell.Token);
            else await history.AddAsync((PbxOutage)item, farewell.Token);
            _toldAway = false;
            if (item is EventChunk stored)
            {
                meter.Lag((clock.GetCurrentInstant() - stored.FirstReceived).ToTimeSpan());
                queue.Return(stored);
            }

            if (_lost > 0) TellLost();
            return true;
        }
        catch (Exception away) when (IsAway(away))
        {
            if (!_toldAway) log.ToJournal(away.GetBaseException().Message);
            _toldAway = true;
            return false;
        }
    }

    /// <summary>Stores it; a row that the database refuses for what it holds is found, told and left out.</summary>
    private async Task StoreAsync(EventChunk chunk, CancellationToken ct)
    {
        try
        {
            if (await store.WriteAsync(chunk, time, ct)) meter.Stored(chunk.Count);
        }
        // 22: data; 23: constraints; 54: limits.
        catch (PostgresException refused) when (refused.SqlState[..2] is "22" or "23" or "54")
        {
            if (chunk.Split() is not { } halves)
            {
                log.Refused("event", chunk.FirstSequence, chunk.Session.Id, refused.MessageText);
                meter.Lost(1);
                return;
            }

            await StoreAsync(halves.First, ct);
            await StoreAsync(halves.Second, ct);
        }
    }

    private async Task DrainAsync(CancellationToken ct)
    {
        var began = time.GetTimestamp();
        foreach (var (sequence, item) in journal.Waiting())
        {
            if (!await TryDrainAsync(item, ct)) return;
            journal.Done(sequence);
            _drained += item is EventChunk chunk ? chunk.Count : 0;
            // What is heard meanwhile must not wait.
            if (time.GetElapsedTime(began) > DrainSlice) return;
        }

        log.Drained(_drained);
        _drained = 0;
        _toldAway = false;
    }

    private async Task<bool> TryDrainAsync(object item, CancellationToken ct)
    {
        try
        {
            using var farewell = ct.IsCancellationRequested ? new CancellationTokenSource(Farewell, time) : new CancellationTokenSource();
            if (item is EventChunk chunk) await StoreAsync(chunk, farewell.Token);
            else await history.AddAsync((PbxOutage)item, farewell.Token);
            return true;
        }
        catch (Exception away) when (IsAway(away))
        {
            return false;
        }
    }

    /// <summary>The time between the last life's last event and this life's first connect is an outage; known once the database answers.</summary>
    private async Task TellLastOutageAsync(CancellationToken ct)
    {
        if (_lastLifeKnown || FirstConnectedAt is not { } connected || ct.IsCancellationRequested) return;
        try
        {
            var stored = await history.LastReceivedAsync(pbx, before: _start, ct);
            var last = stored is null || _lastLife > stored ? _lastLife : stored;
            _lastLifeKnown = true;
            if (last is { } from) await KeepAsync(new PbxOutage(pbx, PbxOutage.WorkerAway, from, connected), ct);
        }
        catch (Exception away) when (IsAway(away))
        {
            // With the next round.
        }
    }

    private void Lose(object item, string reason)
    {
        if (item is not EventChunk chunk) return;
        if (_lost == 0) _lostSince = chunk.FirstReceived;
        _lost += chunk.Count;
        meter.Lost(chunk.Count);
        warnings.Tell("events lost", _ => log.Lost(_lost, reason));
    }

    private void TellLost()
    {
        var outage = new PbxOutage(pbx, PbxOutage.JournalFull, _lostSince, clock.GetCurrentInstant(), _lost);
        _lost = 0;
        queue.Add(outage);
    }

    private void WatchLimit()
    {
        var percent = (int)(100 * journal.Size / journal.Limit);
        if (percent >= 50) warnings.Tell($"journal {percent / 25}", _ => log.Filling(percent, journal.Size >> 20, journal.Limit >> 20));
    }

    private static bool IsAway(Exception fault) => fault is NpgsqlException or TimeoutException or IOException or InvalidOperationException or OperationCanceledException;
}
