using NodaTime;

namespace Switchboard.Features.Calls;

/// <summary>What became of a transfer, first: whether its destination answered, and why not.</summary>
public enum TransferOutcome
{
    /// <summary>It rings.</summary>
    Ringing,
    Answered,
    NoAnswer,
    Busy,
    Unreachable,

    /// <summary>The room is locked (do not disturb).</summary>
    Locked,

    /// <summary>Out of office hours.</summary>
    Closed,

    /// <summary>There is no such destination.</summary>
    Unknown,

    /// <summary>Whoever was put through hung up before an answer.</summary>
    GivenUp,

    /// <summary>Put through again before an answer.</summary>
    MovedOn,
}

/// <summary>Where whoever was put through went when nobody answered there.</summary>
public enum AfterTransfer
{
    Message,
    Operators,
    HungUp,
}

/// <summary>Somebody put the other one through.</summary>
/// <param name="At">When.</param>
/// <param name="Kind"><c>blind</c>, <c>attended</c>, or <c>redirect</c>: put through from outside the call, while it waited or rang.</param>
/// <param name="By">The phone that did it.</param>
/// <param name="Whom">The phone that was put through.</param>
/// <param name="To">The extension (blind, redirect) or the phone (attended).</param>
/// <param name="OtherCall">The Linkedid of the call to whom it was put through, where that was one of its own.</param>
public sealed record CallTransfer(Instant At, string Kind, string? By, string? Whom, string? To, string? OtherCall)
{
    /// <summary><c>room</c>, <c>house</c>, <c>operators</c>, <c>emergency</c> or <c>unknown</c>, as the dialplan took it; null where it did not say.</summary>
    public string? ToKind { get; init; }

    /// <summary>Who asked for it at the API or the command line, and which request that was.</summary>
    public string? Staff { get; init; }
    public string? Request { get; init; }

    /// <summary>When the destination began to ring, and for how long it did; the PBX's own call file does not tell it.</summary>
    public Instant? RingingAt { get; init; }
    public Duration? RangFor { get; init; }
    public Instant? AnsweredAt { get; init; }
    public string? AnsweredBy { get; init; }
    public TransferOutcome? Outcome { get; init; }
    public AfterTransfer? Then { get; init; }

    /// <summary>The end of what it led to: the conversation, or the last try.</summary>
    public Instant? EndedAt { get; init; }
}

/// <summary>What became of a call that was offered to the operators.</summary>
public enum OperatorCallOutcome
{
    Waiting,
    Taken,

    /// <summary>The caller hung up before anybody took it.</summary>
    GivenUp,

    /// <summary>Put through from the command line or the API before an operator took it.</summary>
    PutThrough,
}

/// <summary>A call was offered to the operators.</summary>
/// <param name="OfferedAt">When the caller began to wait.</param>
/// <param name="Kind"><c>incoming</c>, <c>internal</c>, or <c>returned</c> from where it had been put through to.</param>
/// <param name="Room">The caller's.</param>
/// <param name="Outcome">What came of it.</param>
public sealed record OperatorCall(Instant OfferedAt, string Kind, string? Room, OperatorCallOutcome Outcome)
{
    /// <summary>When the first phone rang; the PBX's own call file does not tell it.</summary>
    public Instant? RingingAt { get; init; }
    public Instant? AnsweredAt { get; init; }

    /// <summary>The phone that took it.</summary>
    public string? AnsweredBy { get; init; }

    /// <summary>The end of the waiting; null while it goes on.</summary>
    public Instant? EndedAt { get; init; }

    /// <summary>How often it went on to the next ones: 1 is the shift leader, 2 the deputy.</summary>
    public int Steps { get; init; }
}
