using NodaTime;

namespace Switchboard.Pbx;

/// <summary>What the PBX needs to ring a room. Everything in it was checked when it entered the house.</summary>
public sealed record RoomCallRequest(
    string ChannelId, string Room, IReadOnlyList<string> DialStrings, TimeSpan RingTime, string Languages, int Greetings,
    TimeSpan GreetingPause, bool SnoozeAllowed, string CallerId);

/// <summary>How a call to a room ended, as the PBX saw it. What that means is for the feature to say.</summary>
public enum RoomCallEndKind
{
    /// <summary>The guest pressed a key.</summary>
    Key,

    /// <summary>Answered, and hung up or played to its end without a key.</summary>
    NoKey,

    /// <summary>Dialled, not answered; <see cref="RoomCallEnd.DialStatus"/> says why.</summary>
    NotAnswered,

    /// <summary>The PBX refused to place the call.</summary>
    Refused,

    /// <summary>Hung up by us.</summary>
    HungUp,

    /// <summary>Not sent: the link was down.</summary>
    NotSent,

    /// <summary>Neither a live channel nor a proof is left of it.</summary>
    Lost,
}

/// <summary>The end of a call to a room with the facts that are known.</summary>
public sealed record RoomCallEnd(RoomCallEndKind Kind)
{
    /// <summary>The key that was pressed: 0-9, *, #, A-D.</summary>
    public string? Key { get; init; }

    /// <summary>How long the greeting was heard, from the start of the first prompt that played.</summary>
    public Duration Heard { get; init; }

    /// <summary>False where no prompt could be played.</summary>
    public bool Played { get; init; }

    /// <summary>Dial's DIALSTATUS, or UNREGISTERED where no phone of the room has a contact.</summary>
    public string? DialStatus { get; init; }

    /// <summary>A phone was ringing (180).</summary>
    public bool Rang { get; init; }

    /// <summary>A phone sent progress only (183).</summary>
    public bool Progress { get; init; }

    /// <summary>Q.850 hangup cause.</summary>
    public int? Cause { get; init; }

    /// <summary>What was said of it in words.</summary>
    public string? Detail { get; init; }

    public Instant? SentAt { get; init; }
    public Instant? RangAt { get; init; }
    public Instant? AnsweredAt { get; init; }
    public Instant? KeyAt { get; init; }

    /// <summary>When it ended by the PBX's clock, where it said so.</summary>
    public Instant? EndedAt { get; init; }
}

/// <summary>A step of a live call, told as it happens.</summary>
public enum RoomCallStep
{
    Sent,
    Ringing,
    Answered,
}
