using NodaTime;
using Npgsql;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>
/// What the dialer holds in memory: attempts waiting to be dialled, attempts being followed, and attempts of an earlier run that wait for
/// the PBX to be read. Each leaves only with its result stored.
/// </summary>
internal sealed class WakeUpFollower(
    IServiceScopeFactory scopes, HotelPbx pbx, LocalStore local, DialerSignal signal, WakeUpOptionsNow now, AttemptProgress progress, StoreTrouble trouble,
    WakeUpMeter meter, TimeProvider time, IClock clock, ILogger<WakeUpFollower> log)
{
    private readonly Lock _lock = new();
    private readonly DialQueue _queue = new(now.Options);
    private readonly DialerSignal _dialSignal = new();
    private readonly Dictionary<Guid, (ClaimedAttempt Claimed, RoomCall Call)> _following = [];
    private readonly Dictionary<Guid, (ClaimedAttempt Claimed, bool Sent, bool StillWanted)> _toResume = [];
    private readonly HashSet<Guid> _cancelledEarly = [];
    private readonly HashSet<Guid> _reportedStuck = [];

    /// <summary>Takes over freshly claimed attempts.</summary>
    public void Enqueue(IReadOnlyList<ClaimedAttempt> claimed)
    {
        lock (_lock)
        {
            foreach (var attempt in claimed)
            {
                // Cancelled between the commit of the claim and this line.
                if (_cancelledEarly.Remove(attempt.AttemptId)) _ = StoreAsync(attempt, CancelledBeforeDialling);
                else _queue.Add(attempt);
            }
        }

        _dialSignal.Wake();
    }

    /// <summary>The clock was set: what is due may be so sooner or later than it was slept for.</summary>
    public void Wake() => _dialSignal.Wake();

    /// <summary>What the dialling waits on; for the watchdog.</summary>
    internal WakeSignal Dials => _dialSignal;

    /// <summary>Attempts that an earlier run left without an outcome; the next resync tells what they came to.</summary>
    public void Resume(IReadOnlyList<(ClaimedAttempt Claimed, bool Sent, bool StillWanted)> open)
    {
        lock (_lock)
        {
            foreach (var item in open.Where(o => !_following.ContainsKey(o.Claimed.AttemptId) && !_queue.Contains(o.Claimed.AttemptId)))
                _toResume[item.Claimed.AttemptId] = item;
        }
    }

    /// <summary>Follows what is to be resumed; called before the PBX's state is read.</summary>
    public Task TrackResumedAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            foreach (var (claimed, sent, wanted) in _toResume.Values)
            {
                log.Resumed(claimed.CallNumber, claimed.Room.Number, claimed.AttemptNumber);
                var call = pbx.Track(claimed.ChannelId, (step, at) => progress.Mark(claimed.AttemptId, step, at));
                if (!wanted) pbx.HangUp(call);
                Follow(claimed, call, sent);
            }

            _toResume.Clear();
        }

        return Task.CompletedTask;
    }

    /// <summary>Says which proofs are stored already.</summary>
    public async Task<IReadOnlyCollection<string>> SortStrayProofsAsync(IReadOnlyCollection<string> channelIds, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (stored, unknown) = await scope.ServiceProvider.GetRequiredService<WakeUpSteps>().SortProofsAsync(channelIds, ct);
        if (unknown.Count > 0) log.StrayProofs(unknown.Count, unknown.First());
        return stored;
    }

    /// <summary>The call has ended at the desk or left this room: whatever the attempt is doing, it stops.</summary>
    public void HangUp(Guid attemptId)
    {
        lock (_lock)
        {
            if (_queue.Remove(attemptId) is { } queued) _ = StoreAsync(queued, CancelledBeforeDialling);
            else if (_following.TryGetValue(attemptId, out var followed)) pbx.HangUp(followed.Call);
            else if (_toResume.TryGetValue(attemptId, out var resumed)) _toResume[attemptId] = resumed with { StillWanted = false };
            else _cancelledEarly.Add(attemptId);
        }
    }

    /// <summary>Dials at the due instant, in due order, paced, as long as the PBX can be reached.</summary>
    public async Task DialLoopAsync(CancellationToken ct)
    {
        pbx.ReadinessChanged += _dialSignal.Wake;
        while (true)
        {
            ClaimedAttempt? next;
            TimeSpan wait;
            lock (_lock)
            {
                // One reading of the clock for both: what falls due between two readings would be slept over.
                var at = clock.GetCurrentInstant();
                next = pbx.IsReady ? _queue.Take(at) : null;
                wait = _queue.WaitAfter(at);
                if (next is not null) Dial(next);
            }

            if (next is null) await _dialSignal.WaitAsync(wait, time, ct);
        }
    }

    /// <summary>The PBX cannot be reached: what should ring now goes to housekeeping's list, what is too late ends.</summary>
    public async Task ReportStuckAsync(WakeUpSteps steps, CancellationToken ct)
    {
        var at = clock.GetCurrentInstant();
        List<ClaimedAttempt> waiting, tooLate;
        lock (_lock)
        {
            tooLate = _queue.RemoveDueBefore(at - Duration.FromTimeSpan(now.Options.LateLimit));
            tooLate.AddRange(_toResume.Values.Where(r => !r.Sent && r.Claimed.DueAt < at - Duration.FromTimeSpan(now.Options.LateLimit)).Select(r => r.Claimed));
            foreach (var attempt in tooLate) _toResume.Remove(attempt.AttemptId);
            // What was ringing when the link went may still wake its guest; after the ring time nobody knows.
            var ringingLongAgo = at - Duration.FromTimeSpan(now.Options.RingTime);
            waiting = [.. _queue.Due(at), .. _toResume.Values.Select(r => r.Claimed).Where(c => c.DueAt <= at),
                .. _following.Values.Select(f => f.Claimed).Where(c => c.DueAt <= ringingLongAgo)];
            waiting.RemoveAll(a => !_reportedStuck.Add(a.AttemptId));
        }

        foreach (var attempt in tooLate) await steps.GiveUpUnsentAsync(attempt, "the PBX link was down", ct);
        foreach (var attempt in waiting) await steps.ListPbxDownAsync(attempt, ct);
    }

    private void Dial(ClaimedAttempt attempt)
    {
        try
        {
            if (clock.GetCurrentInstant() - attempt.DueAt > Duration.FromTimeSpan(now.Options.LateLimit))
            {
                _queue.Free(attempt);
                _ = PersistAsync(attempt, "too late", (steps, ct) => steps.GiveUpUnsentAsync(attempt, "too late", ct));
                return;
            }

            var call = pbx.Ring(
                new RoomCallRequest(attempt.ChannelId, attempt.Room.Number, attempt.Room.DialStrings, now.Options.RingTime,
                    string.Join('-', WakeUpLanguages.For(attempt.Language, attempt.Room, now.Hotel)), now.Options.Greetings,
                    now.Options.GreetingPause, attempt.SnoozeAllowed, now.Options.CallerId),
                (step, at) => progress.Mark(attempt.AttemptId, step, at));
            meter.Dialled();
            if (attempt.Late) log.DialledLate(attempt.CallNumber, attempt.Room.Number, attempt.AttemptNumber, attempt.DueAt.ToString());
            else log.Dialled(attempt.CallNumber, attempt.Room.Number, attempt.AttemptNumber);
            Follow(attempt, call, sentBefore: false);
        }
        catch (Exception fault)
        {
            _queue.Free(attempt);
            log.DialFailed(fault, attempt.Room.Number, attempt.AttemptNumber, fault.Message);
            _ = StoreAsync(attempt, new AttemptResult(AttemptOutcome.Failed, Detail: fault.Message));
        }
    }

    private void Follow(ClaimedAttempt attempt, RoomCall call, bool sentBefore)
    {
        _following[attempt.AttemptId] = (attempt, call);
        _ = FollowAsync(attempt, call, sentBefore);
    }

    private async Task FollowAsync(ClaimedAttempt attempt, RoomCall call, bool sentBefore)
    {
        var end = await call.Ended;
        // Never sent, by this run or by the one before: it goes out as it is, with the same ChannelId.
        var neverSent = end.Kind == RoomCallEndKind.NotSent || (end.Kind == RoomCallEndKind.Lost && !sentBefore && call.SentAt is null);
        lock (_lock)
        {
            _queue.Free(attempt);
            if (neverSent && !call.HangUpAsked)
            {
                _following.Remove(attempt.AttemptId);
                _queue.Add(attempt);
            }
        }

        _dialSignal.Wake();
        if (neverSent)
        {
            if (call.HangUpAsked) await StoreAsync(attempt, CancelledBeforeDialling);
            return;
        }

        await StoreAsync(attempt, AttemptJudge.Judge(end, attempt.SnoozeAllowed, attempt.Room.SendsNoRinging, now.Options));
        await call.Gone;
        pbx.Forget(attempt.ChannelId);
    }

    private async Task StoreAsync(ClaimedAttempt attempt, AttemptResult result)
    {
        await PersistAsync(attempt, result.Outcome.ToString(), (steps, ct) => steps.RecordAsync(attempt, result, ct));
        lock (_lock)
        {
            _following.Remove(attempt.AttemptId);
            _reportedStuck.Remove(attempt.AttemptId);
        }

        // Its next attempt may be due at once.
        signal.Wake();
    }

    /// <summary>Stores for ever: in the database or, while that is away, in the journal; between the two it waits here (and, if we die, in the PBX's proof).</summary>
    private async Task PersistAsync(ClaimedAttempt attempt, string outcome, Func<WakeUpSteps, CancellationToken, Task> store)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await store(scope.ServiceProvider.GetRequiredService<WakeUpSteps>(), local.IsOnline ? local.WhileOnline : CancellationToken.None);
                trouble.Over();
                return;
            }
            catch (ObjectDisposedException)
            {
                return; // the host is gone; the next run reads the proof
            }
            catch (Exception fault)
            {
                trouble.Tell("result", fault, reason => log.StoreFailed(attempt.Room.Number, attempt.AttemptNumber, outcome, reason));
                await Task.Delay(TimeSpan.FromSeconds(failures < 5 ? 0.2 : 1), time);
            }
        }
    }

    private static readonly AttemptResult CancelledBeforeDialling = new(AttemptOutcome.Cancelled, Detail: "cancelled before it was dialled");
}
