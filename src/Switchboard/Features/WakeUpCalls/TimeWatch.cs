using System.Globalization;
using NodaTime;
using Switchboard.Features.Hotel;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>
/// What the dialer sleeps on may change under it: a clock that is set, zone data that are updated. Looks once a second and wakes it.
/// </summary>
internal sealed class TimeWatch(
    DialerSignal signal, WakeUpFollower follower, WakeUpOptionsNow rules, TimeProvider time, IClock clock, ILogger<TimeWatch> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private const int ZonesEvery = 5;

    // Corrections by NTP are smaller; a machine that was asleep or stopped counts as one whose clock was set.
    private static readonly Duration Noticeable = Duration.FromSeconds(1);
    private int _zones;
    private (Instant Wall, long Ticks) _last = (clock.GetCurrentInstant(), time.GetTimestamp());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _zones = SystemZones.Refresh();
        for (var second = 1; ; second++)
        {
            await Task.Delay(LookEvery, time, stoppingToken);
            LookAtClock();
            if (second % ZonesEvery == 0) LookAtZones();
        }
    }

    /// <summary>Was the clock set since the last look?</summary>
    internal void LookAtClock()
    {
        var (wall, ticks) = (clock.GetCurrentInstant(), time.GetTimestamp());
        var step = wall - _last.Wall - Duration.FromTimeSpan(time.GetElapsedTime(_last.Ticks, ticks));
        _last = (wall, ticks);
        if (Duration.Max(step, -step) >= Noticeable)
        {
            var now = wall.InZone(rules.Zone).ToString("uuuu-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            log.ClockStepped(Duration.Max(step, -step).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture), step > Duration.Zero ? "forward" : "back", now);
            signal.Wake();
            follower.Wake();
        }

    }

    private void LookAtZones()
    {
        var before = _zones;
        _zones = SystemZones.Refresh();
        if (_zones == before) return;
        log.ZoneDataChanged(SystemZones.Version());
        signal.AskRederive();
    }
}
