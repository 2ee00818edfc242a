namespace Switchboard.Features.WakeUpCalls;

/// <summary>Where a wake-up call is in its life. Stored as text.</summary>
public enum WakeUpState
{
    /// <summary>Waits for its time.</summary>
    Booked,

    /// <summary>An attempt is claimed, ringing or in conversation.</summary>
    Attempting,

    /// <summary>Waits for the next attempt.</summary>
    Retrying,

    /// <summary>The guest asked to be called again.</summary>
    Snoozed,

    /// <summary>Ended: the guest pressed a key.</summary>
    Confirmed,

    /// <summary>Ended: the greeting was heard, no key was asked for.</summary>
    Answered,

    /// <summary>Ended by a person before the guest was reached.</summary>
    Cancelled,

    /// <summary>Ended without the guest; its reason is the list of attempt results.</summary>
    Unanswered,

    /// <summary>Ended: was never dialled, or fell due in a time that was lost when the database was restored.</summary>
    Missed,
}

/// <summary>What came of one attempt. Stored as text.</summary>
public enum AttemptOutcome
{
    /// <summary>A key was pressed.</summary>
    Confirmed,

    /// <summary>The greeting was heard long enough, no key.</summary>
    Answered,

    /// <summary>Key 2, with snoozes left.</summary>
    SnoozeAsked,

    /// <summary>Hung up before the greeting counts as heard.</summary>
    HungUpEarly,

    /// <summary>Rang, nobody came.</summary>
    NoAnswer,

    /// <summary>Busy or declined.</summary>
    Busy,

    /// <summary>Not registered, or no ringing at all.</summary>
    Unreachable,

    /// <summary>The PBX refused the call or could not play the greeting.</summary>
    Failed,

    /// <summary>The link was lost and nothing is known.</summary>
    Unknown,

    /// <summary>Hung up by us.</summary>
    Cancelled,
}

internal static class WakeUpStates
{
    /// <summary>States in which a call waits for <see cref="WakeUpCall.NextAttemptAt"/>.</summary>
    public static bool IsWaiting(this WakeUpState state) =>
        state is WakeUpState.Booked or WakeUpState.Retrying or WakeUpState.Snoozed;

    /// <summary>States that something can still come of.</summary>
    public static bool IsOpen(this WakeUpState state) => state.IsWaiting() || state == WakeUpState.Attempting;
}
