using System.Diagnostics.Metrics;

namespace Switchboard.Persistence;

/// <summary>Whether this worker holds its lock, as the lease knows it anyway: no query of its own.</summary>
public sealed class DatabaseMeter(IMeterFactory meters)
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Switchboard.Persistence";

    /// <summary>From now on this lease is watched; called once.</summary>
    public void Watch(WorkerLease lease) => meters.Create(Name).CreateObservableGauge("switchboard.database.connected", () => lease.IsHeld ? 1 : 0, null,
        "1 while PostgreSQL answers and this worker holds its PBX's lock");
}
