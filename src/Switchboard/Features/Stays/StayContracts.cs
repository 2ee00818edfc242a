using NodaTime;

namespace Switchboard.Features.Stays;

/// <summary>A guest who arrives. Until is YYYY-MM-DD, Level the long-distance level 0 to 3, By the operator's staff number.</summary>
public sealed record StayCheckIn(string? Room, string? GuestName, string? Title, string? Language, bool? Vip, string? Until, int? Level, string? By);

/// <summary>Who leaves a room: its only guest, the one whose name or stay number Guest is, or all.</summary>
public sealed record StayRoomCheckOut(string? Room, string? Guest, bool? All, string? By);

/// <summary>Who asks, where the stay's number says the rest.</summary>
public sealed record StayCheckOut(string? By);

/// <summary>Who goes from a room to another: its only guest, or the one whose name or stay number Guest is.</summary>
public sealed record StayRoomMove(string? Room, string? To, string? Guest, string? By);

/// <summary>The room that the stay goes to.</summary>
public sealed record StayMove(string? To, string? By);

/// <summary>A stay. Name and title are shown to operators only, and are gone some time after check-out.</summary>
public sealed record StayView(
    long Number, Guid Id, string Room, string? GuestName, string? Title, string? Language, bool Vip, LocalDate? Until,
    Instant CheckedInAt, string CheckedInBy, Instant? CheckedOutAt, string? CheckedOutBy, Instant? GuestDataErasedAt, string Zone);

/// <summary>What was done, and what else came of it.</summary>
public sealed record StayResult(IReadOnlyList<StayView> Stays, IReadOnlyList<string> Notes);

/// <summary>A stay with everything that happened to it.</summary>
public sealed record StayDetail(StayView Stay, IReadOnlyList<StayEventView> Events);

/// <summary>One step of a stay.</summary>
public sealed record StayEventView(Instant At, string Step, string Room, string? ToRoom, string By, string? Note);
