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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);
    private const int MostUntold = 1000;
    private readonly Instant _start = clock.GetCurrentInstant();
    private long _drained;
    private long _lost;
    private Instant _lostSince;
    private readonly List<PbxOutage> _untold = [];
    private bool _toldAway;
    private long? _failedAt;
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
            // All that waits, before the journal is drained further: else draining it would hold up what comes meanwhile.
            do
            {
                if (await queue.TakeAsync(RetryEvery) is { } item) await KeepAsync(item, ct);
                queue.Done();
            }
            while (queue.SomeWait);
            if (!journal.IsEmpty && MayTry()) await DrainAsync(ct);
            if (MayTry()) await TellLastOutageAsync(ct);
        }

        await store.DisposeAsync();
    }

    private async Task KeepAsync(object item, CancellationToken ct)
    {
        // Behind what waits in the journal, never past it. A worker that stops does not wait long for the database.
        if (journal.IsEmpty && MayTry() && await TryStoreAsync(item, ct)) return;
        try
        {
            journal.Append(item);
            TellLost();
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
        try
        {
            await StoreItemAsync(item, ct);
            _toldAway = false;
            if (item is EventChunk stored)
            {
                meter.Lag((clock.GetCurrentInstant() - stored.FirstReceived).ToTimeSpan());
                queue.Return(stored);
            }

            TellLost();
            return true;
        }
        catch (Exception away) when (IsAway(away))
        {
            Failed();
            // On a new database the tables come a moment later.
            if (!_toldAway && away is not PostgresException { SqlState: PostgresErrorCodes.UndefinedTable }) log.ToJournal(away.GetBaseException().Message);
            _toldAway = true;
            return false;
        }
    }

    private async Task StoreItemAsync(object item, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(ct.IsCancellationRequested ? Farewell : Patience, time);
        if (item is EventChunk chunk) await StoreAsync(chunk, patience.Token);
        else await history.AddAsync((PbxOutage)item, patience.Token);
        _failedAt = null;
    }

    private void Failed() => _failedAt = time.GetTimestamp();

    // A database that does not answer at all makes us wait each time: between two tries what was heard meanwhile goes to the journal.
    private bool MayTry() => _failedAt is not { } failed || time.GetElapsedTime(failed) >= RetryEvery;

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
            if (item is not null && !await TryDrainAsync(item, ct)) return;
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
            await StoreItemAsync(item, ct);
            return true;
        }
        catch (Exception away) when (IsAway(away))
        {
            Failed();
            return false;
        }
    }

    /// <summary>The time between the last life's last event and this life's first connect is an outage; known once the database answers.</summary>
    private async Task TellLastOutageAsync(CancellationToken ct)
    {
        if (_lastLifeKnown || FirstConnectedAt is not { } connected || ct.IsCancellationRequested) return;
        try
        {
            using var patience = new CancellationTokenSource(Farewell, time);
            var stored = await history.LastReceivedAsync(pbx, before: _start, patience.Token);
            var last = stored is null || _lastLife > stored ? _lastLife : stored;
            if (last is { } from) await KeepAsync(new PbxOutage(pbx, PbxOutage.WorkerAway, from, connected), ct);
            // Not before: what is missing from that time is to be explained by it.
            _lastLifeKnown = true;
        }
        catch (Exception away) when (IsAway(away))
        {
            Failed(); // tried again with one of the next rounds
        }
    }

    private void Lose(object item, string reason)
    {
        if (item is PbxOutage outage)
        {
            if (_untold.Count < MostUntold) _untold.Add(outage);
            return;
        }

        var chunk = (EventChunk)item;
        if (_lost == 0) _lostSince = chunk.FirstReceived;
        var lost = _lost += chunk.Count;
        meter.Lost(chunk.Count);
        warnings.Tell("events lost", _ => log.Lost(lost, reason));
    }

    /// <summary>There is room again: what could not be kept meanwhile is told.</summary>
    private void TellLost()
    {
        foreach (var outage in _untold) queue.Add(outage);
        _untold.Clear();
        if (_lost == 0) return;
        queue.Add(new PbxOutage(pbx, PbxOutage.JournalFull, _lostSince, clock.GetCurrentInstant(), _lost));
        _lost = 0;
    }

    private void WatchLimit()
    {
        var percent = (int)(100 * journal.Size / journal.Limit);
        if (percent >= 50) warnings.Tell($"journal {percent / 25}", _ => log.Filling(percent, journal.Size >> 20, journal.Limit >> 20));
    }

    private static bool IsAway(Exception fault) => fault is NpgsqlException or TimeoutException or IOException or InvalidOperationException or OperationCanceledException;
}
