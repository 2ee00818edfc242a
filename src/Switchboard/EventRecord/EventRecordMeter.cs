using System.Diagnostics.Metrics;

namespace Switchboard.EventRecord;

/// <summary>What becomes of the PBX's events, from receipt to commit, and what waits on the disk meanwhile.</summary>
internal sealed class EventRecordMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Switchboard.EventRecord";

    // From the commit of a quiet minute to a database that was away.
    private static readonly double[] LagBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];
    private readonly KeyValuePair<string, object?> _pbx;
    private readonly Counter<long> _received;
    private readonly Counter<long> _stored;
    private readonly Counter<long> _lost;
    private readonly Histogram<double> _lag;
    private readonly Lock _lock = new();
    private volatile (string Name, Func<long> Size, Func<long> Limit)[] _journals = [];

    /// <param name="meters">The host's.</param>
    /// <param name="pbx">The PBX that this worker serves; every series bears it.</param>
    public EventRecordMeter(IMeterFactory meters, string pbx)
    {
        var meter = meters.Create(Name);
        _pbx = new("pbx", pbx);
        _received = meter.CreateCounter<long>("switchboard.events.received", "{event}", "Events heard from the PBX");
        _stored = meter.CreateCounter<long>("switchboard.events.stored", "{event}", "Events committed to PostgreSQL");
        _lost = meter.CreateCounter<long>("switchboard.events.lost", "{event}", "Events that reach neither PostgreSQL nor the journal");
        _lag = meter.CreateHistogram("switchboard.events.lag", "s", "From an event's receipt to its commit: the oldest of each batch",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = LagBounds });
        meter.CreateObservableGauge("switchboard.journal.size", () => _journals.Select(j => Of(j.Name, j.Size())), "By", "What the journal takes on the disk");
        meter.CreateObservableGauge("switchboard.journal.limit", () => _journals.Select(j => Of(j.Name, j.Limit())), "By", "The most that it may take");
        // A series that begins with its first event is one whose first event Prometheus's increase() does not see.
        foreach (var counter in (Counter<long>[])[_received, _stored, _lost]) counter.Add(0, _pbx);
    }

    /// <summary>So many events came from the PBX.</summary>
    public void Received(int events) => _received.Add(events, _pbx);

    /// <summary>So many events are in PostgreSQL for good; called after the commit.</summary>
    public void Stored(int events) => _stored.Add(events, _pbx);

    /// <summary>So many events are gone.</summary>
    public void Lost(long events) => _lost.Add(events, _pbx);

    /// <summary>How long an event (of a batch, the oldest) waited from its receipt until it was committed.</summary>
    public void Lag(TimeSpan lag) => _lag.Record(lag.TotalSeconds, _pbx);

    /// <summary>Size and limit of a journal (<c>events</c> or <c>facts</c>), in bytes, read when somebody looks: they must not block.</summary>
    public void Watch(string journal, Func<long> size, Func<long> limit)
    {
        lock (_lock) _journals = [.. _journals, (journal, size, limit)];
    }

    private Measurement<long> Of(string journal, long bytes) => new(bytes, _pbx, new KeyValuePair<string, object?>("journal", journal));
}
