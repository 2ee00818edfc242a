using NodaTime;
using Switchboard.Persistence;

namespace Switchboard.Features.Deliveries;

/// <summary>How a person can be reached.</summary>
public enum DeliveryWay
{
    Extension,
    Mobile,
    Mail,
}

/// <summary>What came of an attempt. A mail that was Sent is not yet read.</summary>
public enum DeliveryOutcome
{
    /// <summary>Key 1 was pressed.</summary>
    Acknowledged,

    /// <summary>Answered, and no key.</summary>
    NoKey,
    NoAnswer,
    Busy,

    /// <summary>No phone of that number is there, or the line is dead.</summary>
    Unreachable,
    Failed,

    /// <summary>The mail server took it.</summary>
    Sent,

    /// <summary>The mail server will not take it, however often it is asked.</summary>
    Refused,

    /// <summary>It never left, because the PBX was away.</summary>
    NotSent,

    /// <summary>It was sent, and nothing more is known of it.</summary>
    Unknown,

    /// <summary>Somebody had it meanwhile, or it was stopped.</summary>
    Cancelled,
}

/// <summary>A way to somebody.</summary>
/// <param name="Person">The directory key of who is tried: the person, or a deputy.</param>
/// <param name="Address">The extension, the number or the mail address.</param>
public sealed record DeliveryOption(string Person, DeliveryWay Way, string Address);

/// <summary>One attempt. Written before it is sent, never overwritten by the next.</summary>
public sealed class DeliveryAttempt
{
    private DeliveryAttempt() { }

    internal DeliveryAttempt(Delivery delivery, int number, DeliveryOption option, Instant now) =>
        (Id, DeliveryId, Number, Round, ChannelId, Person, Way, Address, ClaimedAt) =
        (DerivedId.Of("delivery", delivery.Id.ToString("N"), $"{number}"), delivery.Id, number, delivery.Round, $"{ChannelIdPrefix}{delivery.Id:N}-{number}", option.Person, option.Way, option.Address, now);

    /// <summary>What the ids of our calls begin with.</summary>
    public const string ChannelIdPrefix = "delivery-";

    /// <summary>Derived: whoever repeats a commit whose answer was lost means the same one.</summary>
    public Guid Id { get; private set; }
    public Guid DeliveryId { get; private set; }

    /// <summary>Counted from 1 through all rounds.</summary>
    public int Number { get; private set; }

    public int Round { get; private set; }

    /// <summary>The id of the channel that we ask Asterisk for, which refuses a second live one.</summary>
    public string ChannelId { get; private set; } = "";

    public string Person { get; private set; } = "";
    public DeliveryWay Way { get; private set; }
    public string Address { get; private set; } = "";
    public Instant ClaimedAt { get; private set; }
    public Instant? SentAt { get; private set; }
    public Instant? AnsweredAt { get; private set; }
    public Instant? EndedAt { get; private set; }
    public DeliveryOutcome? Outcome { get; private set; }

    /// <summary>The PBX's hangup cause (Q.850).</summary>
    public int? Cause { get; private set; }

    /// <summary>What the PBX or the mail server said.</summary>
    public string? Detail { get; private set; }

    /// <summary>When it left and when it was answered, where that is not known yet.</summary>
    public void Mark(Instant? sentAt, Instant? answeredAt) => (SentAt, AnsweredAt) = (SentAt ?? sentAt, AnsweredAt ?? answeredAt);

    /// <summary>Ends it; a second end is ignored, because a key and a hang-up tell of the same one. False then.</summary>
    public bool End(DeliveryResult result, Instant now)
    {
        if (Outcome is not null) return false;
        (Outcome, Cause, Detail, EndedAt) = (result.Outcome, result.Cause, result.Detail is { Length: > 500 } longer ? longer[..500] : result.Detail, now);
        Mark(result.SentAt, result.AnsweredAt);
        return true;
    }
}

/// <summary>What an attempt came to.</summary>
public sealed record DeliveryResult(DeliveryOutcome Outcome, int? Cause = null, string? Detail = null, Instant? SentAt = null, Instant? AnsweredAt = null);
