namespace Switchboard.Features.Status;

/// <summary>How the service is: healthy only when each part is.</summary>
/// <param name="Healthy">Nothing is wrong.</param>
/// <param name="Hotel">The hotel's name.</param>
/// <param name="Pbx">The PBX's name.</param>
/// <param name="Parts">Each with what it is.</param>
/// <param name="StandsBy">Another worker serves the PBX, and this one would take over; healthy, then, means that it could.</param>
public sealed record StatusReport(bool Healthy, string Hotel, string Pbx, IReadOnlyList<StatusPart> Parts, bool StandsBy = false);

/// <summary>One thing that the service depends on or knows of itself.</summary>
public sealed record StatusPart(string Name, bool Healthy, string Summary);
