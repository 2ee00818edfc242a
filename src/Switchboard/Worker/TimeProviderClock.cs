using NodaTime;

namespace Switchboard.Worker;

/// <summary>NodaTime's clock over the one TimeProvider, so that a test that owns the latter owns both.</summary>
internal sealed class TimeProviderClock(TimeProvider time) : IClock
{
    public Instant GetCurrentInstant() => Instant.FromDateTimeOffset(time.GetUtcNow());
}
