using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;
using Switchboard.Features.Status;
using Switchboard.Persistence.Local;

namespace Switchboard.Worker;

/// <summary>A round that must turn: its name for ops, and what it waits on.</summary>
internal sealed record WatchedRound(string Name, WakeSignal Signal);

/// <summary>
/// Tells systemd that this worker lives (<c>WatchdogSec=</c>), but only while its rounds turn: a process that answers and wakes nobody is
/// killed and started anew, which it is made for. A timer alone would go on for ever beside a dialer that hangs.
/// </summary>
internal sealed class ServiceWatchdog(
    ISystemdNotifier manager, IEnumerable<WatchedRound> rounds, Func<IEnumerable<Fault>> faults, TimeSpan limit, TimeProvider time, ILogger<ServiceWatchdog> log) : BackgroundService
{
    /// <summary>
    /// Longer than any round takes with a database that does not answer (its commands end after 30 s), shorter than a guest can do without.
    /// </summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly List<WatchedRound> _rounds = [.. rounds];
    private string? _status;
    private bool _told;

    /// <summary>Within which time systemd wants to hear of us; null where it does not watch this process.</summary>
    internal static TimeSpan? LimitOf(Func<string, string?> variable, int processId)
    {
        // Children inherit the variables and are not meant.
        if (variable("WATCHDOG_PID") is { Length: > 0 } pid && pid != processId.ToString(CultureInfo.InvariantCulture)) return null;
        return long.TryParse(variable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 ? TimeSpan.FromMicroseconds(limit) : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            Look();
            // A late one must not be the last: three in the time that is given.
            await Task.Delay(limit / 3, time, stoppingToken);
        }
    }

    /// <summary>One look: alive, or silence.</summary>
    internal void Look()
    {
        var stuck = _rounds.Find(r => r.Signal.Behind(time) > Patience);
        if (stuck is null)
        {
            _told = false;
            manager.Notify(new ServiceState("WATCHDOG=1"));
        }
        else if (!_told)
        {
            _told = true;
            log.Stuck(stuck.Name, (int)stuck.Signal.Behind(time).TotalSeconds, (int)limit.TotalSeconds);
        }

        // For `systemctl status`; in one line, as the protocol has it.
        var status = stuck is not null ? $"{stuck.Name} hangs" : string.Join("; ", faults().Select(f => $"{f.What} since {f.Since}")) is { Length: > 0 } wrong ? wrong : "in service";
        if (status == _status) return;
        _status = status;
        manager.Notify(new ServiceState($"STATUS={status.ReplaceLineEndings(" ")}"));
    }
}

/// <summary>Event ids 7100 to 7109.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(7100, LogLevel.Critical, "{Round} has not come back for {Seconds} s. Guests: wake-ups may not ring. systemd is told no more that this worker lives, and starts it anew within {Limit} s; what rings is taken over. Do: keep this log for the developers.")]
    public static partial void Stuck(this ILogger logger, string round, int seconds, int limit);
}
