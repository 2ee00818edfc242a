using System.Diagnostics.Metrics;

namespace Switchboard.EventRecord;

/// <summary>What the record counts; names and units follow OpenTelemetry's conventions.</summary>
internal sealed class EventRecordMeter
{
    public const string Name = "Switchboard.EventRecord";
    private readonly Meter _meter;
    private readonly Counter<long> _received;
    private readonly Counter<long> _stored;
    private readonly Counter<long> _lost;
    private readonly Histogram<double> _lag;

    public EventRecordMeter(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _received = _meter.CreateCounter<long>("switchboard.events.received", "{event}", "Events heard from the PBX");
        _stored = _meter.CreateCounter<long>("switchboard.events.stored", "{event}", "Events committed to PostgreSQL");
        _lost = _meter.CreateCounter<long>("switchboard.events.lost", "{event}", "Events that reach neither PostgreSQL nor the journal");
        _lag = _meter.CreateHistogram("switchboard.events.lag", "s", "From an event's receipt to its commit: the oldest of each batch",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600] });
    }

    public void Received(int events) => _received.Add(events);
    public void Stored(int events) => _stored.Add(events);
    public void Lost(long events) => _lost.Add(events);
    public void Lag(TimeSpan lag) => _lag.Record(lag.TotalSeconds);

    /// <summary>Size and limit of a journal, read when somebody looks.</summary>
    public void Watch(string journal, Func<long> size, Func<long> limit)
    {
        var tag = new KeyValuePair<string, object?>("journal", journal);
        _meter.CreateObservableGauge("switchboard.journal.size", () => new Measurement<long>(size(), tag), "By", "What the journal takes on the disk");
        _meter.CreateObservableGauge("switchboard.journal.limit", () => new Measurement<long>(limit(), tag), "By", "The most that it may take");
    }
}
