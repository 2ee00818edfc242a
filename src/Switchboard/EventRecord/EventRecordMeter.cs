using System.Diagnostics.Metrics;

namespace Switchboard.EventRecord;

/// <summary>Counts what becomes of the PBX's events, from receipt to commit. Where they wait meanwhile is watched by its size.</summary>
public sealed class EventRecordMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Switchboard.EventRecord";

    // From the commit of a quiet minute to a database that was away.
    private static readonly double[] LagBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];
    private readonly Meter _meter;
    private readonly KeyValuePair<string, object?> _pbx;
    private readonly Counter<long> _received;
    private readonly Counter<long> _stored;
    private readonly Counter<long> _lost;
    private readonly Histogram<double> _lag;

    /// <param name="meters">The host's.</param>
    /// <param name="pbx">The PBX that this worker serves; every series bears it.</param>
    public EventRecordMeter(IMeterFactory meters, string pbx)
    {
        _meter = meters.Create(Name);
        _pbx = new("pbx", pbx);
        _received = _meter.CreateCounter<long>("switchboard.events.received", "{event}", "Events that the PBX sent");
        _stored = _meter.CreateCounter<long>("switchboard.events.stored", "{event}", "Events committed to PostgreSQL");
        _lost = _meter.CreateCounter<long>("switchboard.events.lost", "{event}", "Events that could neither be stored nor kept in the journal");
        _lag = _meter.CreateHistogram("switchboard.events.lag", "s", "From an event's receipt to its commit", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = LagBounds });
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

    /// <summary>
    /// Watches the journals: the callback is asked at each scrape and must not block. For each it gives the journal's name (<c>events</c>
    /// or <c>facts</c>), its size and the size at which it is full, in bytes. Called once.
    /// </summary>
    public void WatchJournals(Func<IEnumerable<(string Journal, long Size, long Limit)>> journals)
    {
        _meter.CreateObservableGauge("switchboard.journal.size", () => journals().Select(j => Of(j.Journal, j.Size)), "By", "What waits in the journal for PostgreSQL");
        _meter.CreateObservableGauge("switchboard.journal.limit", () => journals().Select(j => Of(j.Journal, j.Limit)), "By", "The size at which the journal is full");

        Measurement<long> Of(string journal, long bytes) => new(bytes, _pbx, new KeyValuePair<string, object?>("journal", journal));
    }
}
