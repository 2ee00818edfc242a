using NodaTime;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>What a booking or a change asks for. Time is HH:MM[:SS] and Date YYYY-MM-DD, both in the hotel's zone;
/// without a date the next occurrence of the time is meant. Stay is the number of the guest's stay, where the room has several guests.</summary>
public sealed record WakeUpRequest(string? Room, string? Time, string? Date, string? Language, string? By, string? VerifiedBy, bool? RequireKey, long? Stay = null);

/// <summary>A new time for a booking.</summary>
public sealed record WakeUpChange(string? Time, string? Date, string? By);

/// <summary>Who asks, where nothing else is said.</summary>
public sealed record WakeUpCancel(string? By);

/// <summary>What is read back to the guest before anything is stored.</summary>
public sealed record WakeUpPreview(
    string Room, LocalDate Date, LocalTime Time, string Zone, Instant DueAt, string Language, string ReadBack, IReadOnlyList<string> Notices);

/// <summary>A wake-up call in a list.</summary>
public sealed record WakeUpView(
    long Number, Guid Id, string Room, LocalDate Date, LocalTime Time, string Zone, Instant DueAt, string State,
    string? Language, bool RequireKey, string Source, string EnteredBy, string? StaffNumber, string? VerifiedBy, Instant RecordedAt,
    Instant? NextAttemptAt, bool Late, Instant? EndedAt, IReadOnlyList<string> Results, IReadOnlyList<string> Notices, Guid? StayId = null);

/// <summary>A wake-up call with everything that happened to it.</summary>
public sealed record WakeUpDetail(WakeUpView Call, IReadOnlyList<AttemptView> Attempts, IReadOnlyList<TransitionView> History);

/// <summary>One attempt: when it was due, sent, rang, was answered and ended, and what came of it.</summary>
public sealed record AttemptView(
    int Number, string ChannelId, Instant DueAt, Instant? SentAt, Instant? RangAt, Instant? AnsweredAt, Instant? ConfirmedAt, Instant? EndedAt,
    string? Outcome, string? Key, int? Cause, string? Detail, bool Late);

/// <summary>One step in the life of a wake-up call.</summary>
public sealed record TransitionView(Instant At, string? From, string To, string Cause, string? By, int? Attempt);
