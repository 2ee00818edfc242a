using NodaTime;

namespace Switchboard.Features.Access;

/// <summary>Asks for a token. Role is admin, operator or housekeeping.</summary>
public sealed record TokenRequest(string? Name, string? Role);

/// <summary>A new token; the only time that its text is shown.</summary>
public sealed record TokenCreated(string Name, string Role, string Token);

/// <summary>A token in a list.</summary>
public sealed record TokenView(string Name, string Role, Instant CreatedAt, string CreatedBy, Instant? RevokedAt, string? RevokedBy);
