using NodaTime;

namespace Switchboard.Pbx;

/// <summary>
/// A call to a room that we follow. It ends exactly once (<see cref="Ended"/>), whatever tells of it first: an event, a proof,
/// a refusal or a resync that finds nothing left of it.
/// </summary>
public sealed class RoomCall
{
    private readonly TaskCompletionSource<RoomCallEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<RoomCallStep, Instant>? _step;
    private readonly Lock _lock = new();
    private bool _hangUpAsked;
    private bool _sending;
    private Instant _sendingSince;

    internal RoomCall(string channelId, Action<RoomCallStep, Instant>? step) => (ChannelId, _step) = (channelId, step);

    public string ChannelId { get; }

    /// <summary>Completes with the end; never faults.</summary>
    public Task<RoomCallEnd> Ended => _ended.Task;

    /// <summary>Completes when the channel is gone from the PBX: no more proofs will be written.</summary>
    public Task Gone => _gone.Task;

    public Instant? SentAt { get; private set; }
    public Instant? RangAt { get; private set; }
    public Instant? AnsweredAt { get; private set; }

    internal bool HangUpAsked => Volatile.Read(ref _hangUpAsked);

    /// <summary>The originate is on its way and Asterisk has not said yet whether it took it.</summary>
    internal bool Sending => Volatile.Read(ref _sending);

    /// <summary>From now on an end without a key is our doing. True when there is a channel to hang up; else whoever is sending it hangs up.</summary>
    internal bool AskHangUp()
    {
        lock (_lock)
        {
            _hangUpAsked = true;
            return !_sending;
        }
    }

    /// <summary>Its originate leaves now.</summary>
    internal void BeginSending(Instant at)
    {
        lock (_lock) (_sending, _sendingSince) = (true, at);
    }

    /// <summary>Asterisk has taken it, or nobody knows.</summary>
    internal void MarkSent() => MarkSent(_sendingSince);


    /// <summary>Asterisk has answered, or never will. True when it is to be hung up at once.</summary>
    internal bool EndSending()
    {
        lock (_lock)
        {
            _sending = false;
            return _hangUpAsked;
        }
    }

    internal void MarkSent(Instant at) => Mark(RoomCallStep.Sent, at, SentAt is null, () => SentAt = at);
    internal void MarkRinging(Instant at) => Mark(RoomCallStep.Ringing, at, RangAt is null, () => RangAt = at);
    internal void MarkAnswered(Instant at) => Mark(RoomCallStep.Answered, at, AnsweredAt is null, () => AnsweredAt = at);

    internal bool End(RoomCallEnd end)
    {
        // What we hung up ourselves is not the guest's doing; a key pressed before stays a key.
        if (HangUpAsked && end.Kind is RoomCallEndKind.NotAnswered or RoomCallEndKind.NoKey or RoomCallEndKind.Lost)
            end = end with { Kind = RoomCallEndKind.HungUp };
        // Asterisk's report may overtake its answer to the originate: what was reported of was sent.
        var reported = end.Kind is RoomCallEndKind.Key or RoomCallEndKind.NoKey or RoomCallEndKind.NotAnswered;
        return _ended.TrySetResult(end with
        {
            SentAt = end.SentAt ?? SentAt ?? (reported && Sending ? _sendingSince : null),
            RangAt = end.RangAt ?? RangAt,
            AnsweredAt = end.AnsweredAt ?? AnsweredAt,
            Rang = end.Rang || RangAt is not null,
        });
    }

    internal void MarkGone() => _gone.TrySetResult();

    private void Mark(RoomCallStep step, Instant at, bool first, Action set)
    {
        lock (_lock)
        {
            if (!first || Ended.IsCompleted) return;
            set();
        }

        _step?.Invoke(step, at);
    }
}
