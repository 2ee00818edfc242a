using NodaTime;

namespace Switchboard.Features.Housekeeping;

/// <summary>An entry of housekeeping's list: a room where somebody has to knock.</summary>
public sealed record KnockEntryView(
    long Number, string Room, string? Floor, string Source, long SourceNumber, LocalDate Date, LocalTime Time, string Zone,
    string Reason, IReadOnlyList<string> AttemptResults, Instant AddedAt, IReadOnlyList<KnockNoteView> Notes,
    Instant? ClosedAt, string? ClosedBy, string? Finding, bool? Awake);

/// <summary>Something that became known after the entry was made, such as "confirmed 06:02".</summary>
public sealed record KnockNoteView(Instant At, string Text);

/// <summary>Who knocked and what they found. Awake stops further attempts.</summary>
public sealed record KnockClose(string? Name, string? Finding, bool? Awake);
