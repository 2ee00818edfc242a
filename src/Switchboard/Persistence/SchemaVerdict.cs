namespace Switchboard.Persistence;

/// <summary>What a worker is to do with a database's schema. Pure.</summary>
internal abstract record SchemaVerdict
{
    /// <summary>It is this version's own.</summary>
    public sealed record Current : SchemaVerdict;

    /// <summary>It is older, or there is none yet: this version's migrations are to be applied.</summary>
    public sealed record Migrate : SchemaVerdict;

    /// <summary>A newer version has made it, and this one may run on it; it changes nothing of it.</summary>
    public sealed record Newer(SchemaEntry Entry) : SchemaVerdict;

    /// <summary>This version must not run on it.</summary>
    public sealed record Refused(string Why, string Do) : SchemaVerdict;

    /// <param name="applied">The migrations that the database has.</param>
    /// <param name="known">Those of this version.</param>
    /// <param name="newest">The newest entry of <c>switchboard_schema</c>; null where there is none.</param>
    public static SchemaVerdict Of(IReadOnlyCollection<string> applied, IReadOnlyCollection<string> known, SchemaEntry? newest)
    {
        if (newest is { Number: > SchemaVersion.Number } newer)
        {
            return newer.OldestWorker <= SchemaVersion.Number
                ? new Newer(newer)
                : new Refused(
                    $"its schema has number {newer.Number}, made by Switchboard {newer.Version} for workers that know {newer.OldestWorker} or later; this one, {SchemaVersion.Release}, knows {SchemaVersion.Number}",
                    $"install Switchboard {newer.Version} or later here, or restore the backup from before the upgrade (deploy/restore)");
        }

        var unknown = applied.Except(known, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            return new Refused(
                $"somebody has migrated it in a way that Switchboard {SchemaVersion.Release} does not know ({string.Join(", ", unknown)}), and it does not say which workers may run on that",
                "check Database:ConnectionString; install the version of Switchboard that knows these migrations, or restore a backup from before them (deploy/restore)");
        }

        return known.All(applied.Contains) ? new Current() : new Migrate();
    }
}
