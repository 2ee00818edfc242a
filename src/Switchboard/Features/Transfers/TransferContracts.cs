using NodaTime;

namespace Switchboard.Features.Transfers;

/// <summary>Whom to put a call through to: a room, the key of a directory entry, or its extension; and the staff number of who asks.</summary>
public sealed record TransferAsked(string? To, string? By);

/// <summary>
/// A call was put through. <paramref name="How"/>: <c>blind</c>, away from the phone <paramref name="From"/> that spoke with it, or <c>redirect</c>, out of waiting
/// or ringing. <paramref name="Confirmed"/>: the dialplan has said that it has it. For a directory entry its title and name.
/// </summary>
public sealed record TransferDone(
    string LinkedId, Guid Request, Instant At, string To, string ToKind, string? Title, string? Name, string How, string Whom, string? WhomRoom, string? From, string By, bool Confirmed,
    string Zone);
