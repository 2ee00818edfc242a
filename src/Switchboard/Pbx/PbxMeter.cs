using System.Diagnostics.Metrics;

namespace Switchboard.Pbx;

/// <summary>The link to the PBX in figures. All of them are kept by the link itself and only looked at when somebody scrapes.</summary>
internal sealed class PbxMeter(IMeterFactory meters)
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Switchboard.Pbx";

    /// <summary>From now on this link is watched; called once.</summary>
    public void Watch(HotelPbx pbx)
    {
        var meter = meters.Create(Name);
        KeyValuePair<string, object?>[] tags = [new("pbx", pbx.Name)];
        meter.CreateObservableGauge("switchboard.pbx.connected", () => new Measurement<int>(pbx.IsReady ? 1 : 0, tags), null,
            "1 while the PBX is connected and its calls were read: calls may be dialled");
        meter.CreateObservableCounter("switchboard.pbx.connects", () => new Measurement<long>(pbx.Ami.Status.Generation, tags), "{connect}",
            "Successful logins; all but the first are reconnects");
        meter.CreateObservableCounter("switchboard.pbx.events.lost", () => new Measurement<long>(pbx.Ami.Status.LostEvents, tags), "{event}",
            "Events lost to full queues inside the worker; each loss is followed by reading the PBX's state anew");
    }

    /// <summary>From now on this is watched; called once.</summary>
    public void Watch(PbxState state, string pbx)
    {
        var meter = meters.Create(Name);
        KeyValuePair<string, object?>[] tags = [new("pbx", pbx)];
        meter.CreateObservableGauge("switchboard.pbx.state.pending", () => new Measurement<int>(state.Pending, tags), "{entry}",
            "Changes of rooms (locks, levels, check-ins) that the PBX does not hold yet");
        meter.CreateObservableCounter("switchboard.pbx.state.wrong", () => new Measurement<long>(state.WrongSoFar, tags), "{entry}",
            "Entries of AstDB that were not as they should be when they were compared, and were set right");
    }
}
