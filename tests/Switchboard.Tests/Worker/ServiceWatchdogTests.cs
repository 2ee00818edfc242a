using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using Switchboard.Features.Status;
using Switchboard.Persistence.Local;
using Switchboard.Worker;

namespace Switchboard.Tests.Worker;

/// <summary>systemd hears that the worker lives only while its rounds turn.</summary>
public sealed class ServiceWatchdogTests : IDisposable
{
    private static readonly TimeSpan Sleep = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _time = new();
    private readonly WakeSignal _dialer = new();
    private readonly Heard _heard = new();
    private readonly FakeLogger<ServiceWatchdog> _log = new();
    private readonly List<Fault> _faults = [];
    private readonly ServiceWatchdog _watchdog;

    public ServiceWatchdogTests() => _watchdog = new(
        _heard, [new("The wake-up dialer", _dialer), new("The keeper of locks", new WakeSignal())], () => _faults, TimeSpan.FromSeconds(30), _time, _log);

    public void Dispose() => _watchdog.Dispose();

    private int BeatsOf(Action act)
    {
        var before = _heard.Beats;
        act();
        return _heard.Beats - before;
    }

    private void Look(int times, TimeSpan every)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Advance(every);
            _watchdog.Look();
        }
    }

    [Fact]
    public void Before_its_rounds_begin_a_worker_lives() => Assert.Equal(90, BeatsOf(() => Look(90, TimeSpan.FromSeconds(10))));

    [Fact]
    public async Task A_round_that_turns_is_alive_and_one_that_hangs_is_silence_after_two_minutes_told_once()
    {
        var sleep = _dialer.WaitAsync(Sleep, _time, CancellationToken.None);
        Assert.Equal(3, BeatsOf(() => Look(3, TimeSpan.FromSeconds(10))));
        await sleep.WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
        // From here on it is at its round and does not come back.
        Assert.Equal(12, BeatsOf(() => Look(12, TimeSpan.FromSeconds(10))));
        Assert.Equal(0, BeatsOf(() => Look(12, TimeSpan.FromSeconds(10))));
        var told = Assert.Single(_log.Collector.GetSnapshot());
        Assert.Equal(LogLevel.Critical, told.Level);
        Assert.StartsWith("The wake-up dialer has not come back for 130 s.", told.Message, StringComparison.Ordinal);
        Assert.Equal("The wake-up dialer hangs", _heard.Status);

        // It came back after all.
        _ = _dialer.WaitAsync(Sleep, _time, CancellationToken.None);
        Assert.Equal(1, BeatsOf(() => Look(1, TimeSpan.FromSeconds(10))));
        Assert.Equal("in service", _heard.Status);
    }

    [Fact]
    public void A_round_that_slept_longer_than_it_said_is_late_from_then_on()
    {
        var nobody = new NoTimers(_time);
        _ = _dialer.WaitAsync(Sleep, nobody, CancellationToken.None);
        Assert.Equal(15, BeatsOf(() => Look(15, TimeSpan.FromSeconds(10))));
        Assert.Equal(0, BeatsOf(() => Look(1, TimeSpan.FromSeconds(10))));
    }

    [Fact]
    public async Task A_worker_that_stops_is_not_late()
    {
        using var stop = new CancellationTokenSource();
        var sleep = _dialer.WaitAsync(Sleep, _time, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleep);
        Assert.Equal(1, BeatsOf(() => Look(1, TimeSpan.FromHours(1))));
    }

    [Fact]
    public void Its_status_is_what_is_wrong_and_is_sent_when_it_changes()
    {
        Look(3, TimeSpan.FromSeconds(10));
        Assert.Equal(["in service"], _heard.Statuses);
        _faults.Add(new("PBX main cannot be reached", Instant.FromUtc(2026, 11, 26, 3, 0), "refused\nREADY=0", "", "", Duration.Zero));
        Look(3, TimeSpan.FromSeconds(10));
        Assert.Equal(["in service", "PBX main cannot be reached since 2026-11-26T03:00:00Z"], _heard.Statuses);
    }

    [Theory]
    [InlineData("30000000", null, 30)]
    [InlineData("30000000", "77", 30)]
    [InlineData("30000000", "78", null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void It_is_watched_where_systemd_says_so_to_this_process(string? limit, string? pid, int? seconds) => Assert.Equal(
        seconds is { } s ? TimeSpan.FromSeconds(s) : (TimeSpan?)null,
        ServiceWatchdog.LimitOf(name => name switch { "WATCHDOG_USEC" => limit, "WATCHDOG_PID" => pid, _ => null }, 77));

    [Theory]
    [InlineData("77", null, true)]
    [InlineData("77", "/run/systemd/notify", true)]
    [InlineData("78", "/run/systemd/notify", false)]
    [InlineData(null, "/run/systemd/notify", true)]
    [InlineData(null, "", false)]
    [InlineData(null, null, false)]
    public void It_is_a_service_where_systemd_started_this_very_process(string? started, string? socket, bool expected) => Assert.Equal(
        expected, ServiceSetup.IsService(name => name switch { "SYSTEMD_EXEC_PID" => started, "NOTIFY_SOCKET" => socket, _ => null }, 77));

    private sealed class Heard : ISystemdNotifier
    {
        public bool IsEnabled => true;

        public int Beats { get; private set; }

        public List<string> Statuses { get; } = [];

        public string? Status => Statuses.LastOrDefault();

        public void Notify(ServiceState state)
        {
            var text = state.ToString();
            Assert.DoesNotContain('\n', text);
            if (text == "WATCHDOG=1") Beats++;
            else if (text.StartsWith("STATUS=", StringComparison.Ordinal)) Statuses.Add(text["STATUS=".Length..]);
        }
    }

    /// <summary>A clock whose timers never come: a pool without threads, or a runtime that hangs.</summary>
    private sealed class NoTimers(TimeProvider clock) : TimeProvider
    {
        public override long GetTimestamp() => clock.GetTimestamp();

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer();

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
