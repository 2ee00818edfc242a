using NodaTime;

namespace Switchboard.Features.Calls;

/// <summary>From where to where a call went, seen from the house.</summary>
public enum CallDirection
{
    /// <summary>From one phone of the house to another, or to the PBX itself.</summary>
    Internal,
    Incoming,
    Outgoing,

    /// <summary>Placed by the PBX or by us, such as a wake-up: nobody took up a phone for it.</summary>
    Service,
}

/// <summary>What became of a call.</summary>
public enum CallState
{
    /// <summary>It rings or is spoken.</summary>
    Open,
    Answered,
    NoAnswer,
    Busy,
    Declined,

    /// <summary>The caller hung up before anybody answered.</summary>
    Cancelled,

    /// <summary>Nobody could be reached: no such number, not registered, no line.</summary>
    Failed,
}

/// <summary>One call, made from the events of its Linkedid; never written by anything else, and made again from them at any time.</summary>
public sealed class Call
{
    public required string Pbx { get; init; }
    public required string LinkedId { get; init; }
    public required CallDirection Direction { get; init; }
    public required CallState State { get; init; }
    public string? CallerNumber { get; init; }
    public string? CallerPhone { get; init; }
    public string? CallerRoom { get; init; }

    /// <summary>What the caller dialled.</summary>
    public string? Dialled { get; init; }

    /// <summary>The rooms whose phones were called or brought in, in that order.</summary>
    public IReadOnlyList<string> RoomsCalled { get; init; } = [];
    public required Instant StartedAt { get; init; }

    /// <summary>When the first phone rang; the PBX's own call file does not tell it.</summary>
    public Instant? RingingAt { get; init; }
    public Instant? AnsweredAt { get; init; }
    public Instant? EndedAt { get; init; }

    /// <summary>By Q.850.</summary>
    public int? Cause { get; init; }
    public string? CauseText { get; init; }
    public IReadOnlyList<CallTransfer> Transfers { get; init; } = [];

    /// <summary>Each time that it was offered to the operators.</summary>
    public IReadOnlyList<OperatorCall> OperatorCalls { get; init; } = [];

    /// <summary>The call that its legs went on in, after an attended transfer or a pickup.</summary>
    public string? ContinuedIn { get; init; }

    /// <summary>The legs of people that belong to it; by start.</summary>
    public List<CallLeg> Legs { get; init; } = [];
}

/// <summary>One phone's part of a call. It belongs to the call of its last event.</summary>
public sealed class CallLeg
{
    public required string Pbx { get; init; }
    public required string LinkedId { get; init; }
    public required string UniqueId { get; init; }
    public required string Channel { get; init; }

    /// <summary>Such as <c>PJSIP/1203</c>.</summary>
    public required string Phone { get; init; }
    public string? Room { get; init; }
    public string? Number { get; init; }

    /// <summary>This phone began the call.</summary>
    public required bool Began { get; init; }

    /// <summary>The call that it came from, where that was another one.</summary>
    public string? CameFrom { get; init; }
    public required Instant StartedAt { get; init; }
    public Instant? RingingAt { get; init; }
    public Instant? AnsweredAt { get; init; }
    public Instant? EndedAt { get; init; }
    public int? Cause { get; init; }
}

/// <summary>How far the record was made into calls; moved in the transaction that stores them.</summary>
public sealed class CallPosition
{
    public string Pbx { get; set; } = "";

    /// <summary>The last row of <c>pbx_events</c> that was looked at.</summary>
    public long LastEventId { get; set; }
}
