using Microsoft.Extensions.Time.Testing;
using NodaTime;

namespace Switchboard.Tests.Rig;

/// <summary>A clock that moves only when a test moves it, and then only after everything of the moment before has happened.</summary>
internal sealed class StoppedClock(Instant start) : FakeTimeProvider(start.ToDateTimeOffset())
{
    public Instant Now => Instant.FromDateTimeOffset(GetUtcNow());

    /// <summary>Waits until everything that can happen now has happened.</summary>
    public Task SettleAsync() => Quiet.ComesAsync();

    /// <summary>So much time passes at once, and what follows from it happens.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        await SettleAsync();
        Advance(time);
        await SettleAsync();
    }
}
