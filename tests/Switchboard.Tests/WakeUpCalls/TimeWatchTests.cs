using Microsoft.Extensions.Logging;
using NodaTime;
using Switchboard.Features.Hotel;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Clocks;
using Switchboard.Tests.Web;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>A clock that is set under the dialer's feet is noticed and told; one that merely goes is not.</summary>
public class TimeWatchTests
{
    [Fact]
    public void A_step_of_the_clock_is_told_with_its_size_and_direction_and_the_passing_of_time_is_not()
    {
        var time = new SettableClock(A.SixOClock.ToDateTimeOffset());
        var lines = new LogLines();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(lines));
        var rules = new WakeUpOptionsNow(new WakeUpOptions(), new HotelOptions { Name = "Test", TimeZone = "Asia/Shanghai" });
        var signal = new DialerSignal();
        var follower = new WakeUpFollower(null!, null!, null!, signal, rules, null!, null!, null!, time, new Clock(time), logging.CreateLogger<WakeUpFollower>());
        using var watch = new TimeWatch(signal, follower, rules, time, new Clock(time), logging.CreateLogger<TimeWatch>());
        for (var i = 0; i < 100; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            watch.LookAtClock();
        }

        Assert.Empty(lines.Lines);
        time.Set(TimeSpan.FromHours(1));
        watch.LookAtClock();
        time.Set(TimeSpan.FromMinutes(-30));
        watch.LookAtClock();
        Assert.Equal(2, lines.Lines.Count);
        Assert.Contains("set 3600.0 s forward; it is 2026-11-25 07:01:40 now", lines.Lines[0], StringComparison.Ordinal);
        Assert.Contains("set 1800.0 s back; it is 2026-11-25 06:31:40 now", lines.Lines[1], StringComparison.Ordinal);
    }

    private sealed class Clock(TimeProvider time) : IClock
    {
        public Instant GetCurrentInstant() => Instant.FromDateTimeOffset(time.GetUtcNow());
    }
}
