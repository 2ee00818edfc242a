namespace Switchboard.Features.Status;

/// <summary>How the service is: healthy only when each part is.</summary>
public sealed record StatusReport(bool Healthy, string Hotel, string Pbx, IReadOnlyList<StatusPart> Parts);

/// <summary>One thing that the service depends on or knows of itself.</summary>
public sealed record StatusPart(string Name, bool Healthy, string Summary);
