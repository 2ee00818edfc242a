using NodaTime;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>A time on the hotel's wall clock, with the instant derived from it.</summary>
public sealed record WakeUpTime(LocalDate Date, LocalTime Time, string Zone, Instant DueAt);

/// <summary>A checked request for a wake-up call.</summary>
public sealed record WakeUpBooking(
    string Room, string Pbx, WakeUpTime When, string Source, string EnteredBy, string? StaffNumber, string? VerifiedBy,
    string? Language, bool RequireKey, Guid? StayId = null);

/// <summary>One step of a wake-up call's life. Rows are added, never changed.</summary>
public sealed class WakeUpTransition
{
    private WakeUpTransition() { }

    public WakeUpTransition(Guid callId, Instant at, WakeUpState? from, WakeUpState to, string cause, string? by, int? attempt) =>
        (WakeUpCallId, At, FromState, ToState, Cause, By, Attempt) = (callId, at, from, to, cause, by, attempt);

    public long Id { get; private set; }
    public Guid WakeUpCallId { get; private set; }
    public Instant At { get; private set; }
    public WakeUpState? FromState { get; private set; }
    public WakeUpState ToState { get; private set; }
    public string Cause { get; private set; } = "";
    public string? By { get; private set; }
    public int? Attempt { get; private set; }
}

/// <summary>What others must do after a step of the state machine, in the same transaction (list, note) or after it (hang up).</summary>
public sealed record WakeUpEffects
{
    public static readonly WakeUpEffects None = new();

    /// <summary>Put the room on housekeeping's list, for this reason.</summary>
    public string? ListReason { get; init; }

    /// <summary>The room is on the list already: note this there.</summary>
    public string? Note { get; init; }

    /// <summary>When the guest was reached or given up, where the note is an end; shown in the hotel's time.</summary>
    public Instant? NoteTime { get; init; }

    /// <summary>The phone may be ringing: hang up.</summary>
    public bool HangUp { get; init; }

    public static WakeUpEffects NoteThat(string text) => new() { Note = text };
}
