using NodaTime;

namespace Switchboard.Features.Phones;

/// <summary>A phone of a room, as it is just now.</summary>
/// <param name="Room">The room.</param>
/// <param name="Phone">The phone, as the room's dial string names it.</param>
/// <param name="Reachable"><c>yes</c>, <c>gone</c>, or <c>unknown</c> while the PBX is away or where it does not tell.</param>
/// <param name="State">The PBX's own word, such as NOT_INUSE, INUSE, UNAVAILABLE (not registered, or dead), INVALID (not known to the PBX).</param>
/// <param name="Since">Since when it is reachable or gone; what was so when the worker began to look is that old at least.</param>
/// <param name="Zone">The hotel's zone.</param>
/// <param name="Contacts">Where it is registered, as far as the PBX has told since the worker is connected.</param>
public sealed record PhoneView(string Room, string Phone, string Reachable, string? State, Instant? Since, string Zone, IReadOnlyList<string> Contacts);

/// <summary>A time in which a room's phone was gone.</summary>
public sealed record PhoneAbsenceView(string Room, string Phone, string State, Instant GoneAt, Instant? WarnedAt, Instant? BackAt, string Zone);
