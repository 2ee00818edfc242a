using System.Diagnostics.Metrics;

namespace Switchboard.Persistence;

/// <summary>Whether this worker holds its lock, as the lease knows it anyway: no query of its own.</summary>
public sealed class DatabaseMeter(IMeterFactory meters)
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Switchboard.Persistence";

    /// <summary>From now on this lease is watched; called once.</summary>
    public void Watch(WorkerLease lease)
    {
        var meter = meters.Create(Name);
        meter.CreateObservableGauge("switchboard.database.connected", () => lease.IsHeld ? 1 : 0, null, "1 while PostgreSQL answers and this worker holds its PBX's lock");
        meter.CreateObservableGauge("switchboard.standing.by", () => lease.StandsBy ? 1 : 0, null,
            "1 while another worker serves the PBX and this one waits: then it is neither connected to the PBX nor holds its lock");
    }
}
