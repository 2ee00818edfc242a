using System.Diagnostics.Metrics;
using NodaTime;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>Counts wake-ups, after the commits, and how promptly they ring. No rooms, no guests: numbers only.</summary>
internal sealed class WakeUpMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Switchboard.WakeUpCalls";

    // From what a small wave takes to the limit after which nobody is rung.
    private static readonly double[] DelayBounds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 600];
    private readonly Meter _meter;
    private readonly Counter<long> _due;
    private readonly Counter<long> _dialled;
    private readonly Counter<long> _outcomes;
    private readonly Counter<long> _ended;
    private readonly Histogram<double> _ringDelay;
    private long _waiting = -1;

    public WakeUpMeter(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(Name);
        _due = meter.CreateCounter<long>("switchboard.wakeups.due", "{attempt}", "Attempts claimed, a few seconds before they are due");
        _dialled = meter.CreateCounter<long>("switchboard.wakeups.dialled", "{call}", "Calls handed to the PBX; one that the link did not take is counted again when it goes out");
        _outcomes = meter.CreateCounter<long>("switchboard.wakeups.outcomes", "{attempt}", "Attempts that ended, by what came of them");
        _ended = meter.CreateCounter<long>("switchboard.wakeups.ended", "{wakeup}", "Wake-ups that ended, by how");
        _ringDelay = meter.CreateHistogram("switchboard.wakeups.ring.delay", "s", "From an attempt's due time to its first ringing phone",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = DelayBounds });
        meter.CreateObservableGauge("switchboard.wakeups.waiting", Waiting, "{wakeup}", "Open wake-ups that wait for their next attempt, as the dialer last read them");
        // A series that begins with its first count is one whose first count Prometheus's increase() does not see.
        _due.Add(0);
        _dialled.Add(0);
        foreach (var outcome in Enum.GetValues<AttemptOutcome>()) _outcomes.Add(0, Tag(outcome));
        foreach (var state in Enum.GetValues<WakeUpState>().Where(s => !s.IsOpen())) _ended.Add(0, Tag(state));
    }

    /// <summary>Asked at each scrape whether wake-ups can be claimed; called once.</summary>
    public void WatchServed(Func<bool> served) => _meter.CreateObservableGauge("switchboard.wakeups.served", () => served() ? 1 : 0, null,
        "1 while wake-ups can be claimed: from PostgreSQL, or from this machine's copy while that is away");

    /// <summary>So many attempts are claimed.</summary>
    public void Due(int attempts) => _due.Add(attempts);

    /// <summary>A call went to the PBX.</summary>
    public void Dialled() => _dialled.Add(1);

    /// <summary>
    /// An attempt has its outcome. Every one that rang counts for the delay, late ones too: whoever was rung late was rung late, whatever it
    /// was that was away. Phones that send no ringing, and calls whose ringing nobody saw, have no delay.
    /// </summary>
    public void AttemptEnded(WakeUpAttempt attempt)
    {
        if (attempt.Outcome is { } outcome) _outcomes.Add(1, Tag(outcome));
        // A clock that was set between the two must not count as negative.
        if (attempt.RangAt is { } rang) _ringDelay.Record(Math.Max(0, (rang - attempt.DueAt).TotalSeconds));
    }

    /// <summary>A wake-up has ended.</summary>
    public void Ended(WakeUpState state) => _ended.Add(1, Tag(state));

    /// <summary>So many wait; null where nobody knows.</summary>
    public void SetWaiting(int? wakeUps) => Interlocked.Exchange(ref _waiting, wakeUps ?? -1);

    private IEnumerable<Measurement<long>> Waiting() => Interlocked.Read(ref _waiting) is >= 0 and var known ? [new(known)] : [];

    private static KeyValuePair<string, object?> Tag(AttemptOutcome outcome) => new("outcome", outcome.ToString());

    private static KeyValuePair<string, object?> Tag(WakeUpState state) => new("state", state.ToString());
}
