using NodaTime;

namespace Switchboard.Features.Extensions;

/// <summary>0 internal, 1 local, 2 national, 3 international.</summary>
public sealed record LevelSet(int? Level, string? By);

/// <summary>The extension of the house that calls go to instead; none: to the room itself again.</summary>
public sealed record ForwardSet(string? To, string? By);

/// <summary>What a room's extension may and does.</summary>
public sealed record ExtensionView(string Room, int Level, string? ForwardTo, bool Vacant, IReadOnlyList<string> Notes);

/// <summary>A change of it.</summary>
public sealed record ExtensionChangeView(Instant At, string What, string? From, string? To, string By, string How, string Zone);
