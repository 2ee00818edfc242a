using Microsoft.Extensions.Time.Testing;

namespace Switchboard.Tests.Clocks;

/// <summary>A machine's clock that somebody sets: the time of day jumps, timers and durations do not.</summary>
internal sealed class SettableClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan _set;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _set;

    // In units of TimestampFrequency, which are ticks here.
    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Sets it forward, or back where negative.</summary>
    public void Set(TimeSpan by) => _set += by;
}
