using NodaTime;
using Switchboard.Persistence;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>One attempt to reach the room. Written before it is sent, never overwritten by the next.</summary>
public sealed class WakeUpAttempt
{
    private WakeUpAttempt() { }

    public WakeUpAttempt(WakeUpCall call, int number, Instant dueAt, Instant claimedAt, bool late)
    {
        WakeUpCallId = call.Id;
        Number = number;
        ChannelId = ChannelIdOf(call.Id, number);
        Id = IdOf(call.Id, number);
        DueAt = dueAt;
        ClaimedAt = claimedAt;
        Late = late;
    }

    public Guid Id { get; private set; }
    public Guid WakeUpCallId { get; private set; }

    /// <summary>Counted from 1 through all rounds of the call.</summary>
    public int Number { get; private set; }

    /// <summary>The id of the channel that we ask Asterisk for. The key of every proof; Asterisk refuses a second live one.</summary>
    public string ChannelId { get; private set; } = "";

    public Instant DueAt { get; private set; }
    public Instant ClaimedAt { get; private set; }
    public Instant? SentAt { get; set; }
    public Instant? RangAt { get; set; }
    public Instant? AnsweredAt { get; set; }

    /// <summary>When the guest pressed a key.</summary>
    public Instant? ConfirmedAt { get; set; }

    public Instant? EndedAt { get; private set; }
    public AttemptOutcome? Outcome { get; private set; }
    public string? Key { get; private set; }

    /// <summary>The PBX's hangup cause (Q.850).</summary>
    public int? Cause { get; private set; }

    /// <summary>What the PBX said in its own words, such as <c>DIALSTATUS CHANUNAVAIL</c>.</summary>
    public string? Detail { get; private set; }

    public bool Late { get; private set; }

    /// <summary>Stable and readable: <c>wakeup-{call id}-{attempt}</c>.</summary>
    public static string ChannelIdOf(Guid callId, int number) => $"{ChannelIdPrefix}{callId:N}-{number}";

    /// <summary>There is one attempt of a number: whoever repeats a claim whose answer was lost means the same one.</summary>
    public static Guid IdOf(Guid callId, int number) => DerivedId.Of(ChannelIdOf(callId, number));

    /// <summary>What our channels' ids begin with.</summary>
    public const string ChannelIdPrefix = "wakeup-";

    /// <summary>Ends the attempt; the second end of an attempt is ignored, because a proof and an event may tell of the same one.</summary>
    internal bool End(AttemptResult result, Instant now)
    {
        if (Outcome is not null) return false;
        Outcome = result.Outcome;
        Key = result.Key;
        Cause = result.Cause;
        Detail = result.Detail;
        SentAt ??= result.SentAt;
        RangAt ??= result.RangAt;
        AnsweredAt ??= result.AnsweredAt;
        ConfirmedAt ??= result.KeyAt;
        // The PBX's own time, within what can be: the worker may have been away for hours, and the PBX's clock may be wrong.
        EndedAt = result.EndedAt is { } ended ? Instant.Min(now, Instant.Max(ended, DueAt)) : now;
        return true;
    }
}

/// <summary>What an attempt came to, with the times that are known of it.</summary>
public sealed record AttemptResult(
    AttemptOutcome Outcome, string? Key = null, int? Cause = null, string? Detail = null,
    Instant? SentAt = null, Instant? RangAt = null, Instant? AnsweredAt = null, Instant? KeyAt = null, Instant? EndedAt = null);
