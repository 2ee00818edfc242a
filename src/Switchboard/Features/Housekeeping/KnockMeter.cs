using System.Diagnostics.Metrics;

namespace Switchboard.Features.Housekeeping;

/// <summary>Counts housekeeping's list, after the commits. How many are open is not asked of the database for it: listed less closed tells.</summary>
internal sealed class KnockMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Switchboard.Housekeeping";

    private readonly Counter<long> _listed;
    private readonly Counter<long> _closed;

    public KnockMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _listed = meter.CreateCounter<long>("switchboard.knocks.listed", "{entry}", "Rooms put on housekeeping's list");
        _closed = meter.CreateCounter<long>("switchboard.knocks.closed", "{entry}", "Entries of housekeeping's list that somebody closed");
        // A series that begins with its first entry is one whose first entry Prometheus's increase() does not see.
        _listed.Add(0);
        _closed.Add(0);
    }

    /// <summary>An entry is on the list for good.</summary>
    public void Listed() => _listed.Add(1);

    /// <summary>Somebody knocked and said so.</summary>
    public void Closed() => _closed.Add(1);
}
