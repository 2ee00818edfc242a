using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;
using Switchboard.Features.Deliveries;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Features.Status;
using Switchboard.Features.WakeUpCalls;

namespace Switchboard.Worker;

/// <summary>As a service of systemd (<c>Type=notify</c>): it is told when this worker is up, that it lives, and when it stops. Elsewhere nothing of it runs.</summary>
internal static class ServiceSetup
{
    /// <summary>
    /// Is this process one that systemd started? By what it says itself: the library looks who our parent is, which a service with
    /// <c>ProtectProc=</c> cannot see.
    /// </summary>
    public static bool IsService(Func<string, string?> variable, int processId) => variable("SYSTEMD_EXEC_PID") is { Length: > 0 } pid
        // Children inherit the variables and are not meant.
        ? pid == processId.ToString(CultureInfo.InvariantCulture)
        // Before systemd 248.
        : variable("NOTIFY_SOCKET") is { Length: > 0 };

    public static IServiceCollection AddServiceManager(this IServiceCollection services)
    {
        if (!IsService(Environment.GetEnvironmentVariable, Environment.ProcessId)) return services;
        services.AddSingleton<ISystemdNotifier, SystemdNotifier>().AddSingleton<IHostLifetime, SystemdLifetime>();
        if (ServiceWatchdog.LimitOf(Environment.GetEnvironmentVariable, Environment.ProcessId) is not { } limit) return services;
        return services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ServiceWatchdog>(provider, Rounds(provider), Faults(provider), limit));
    }

    private static Func<IEnumerable<Fault>> Faults(IServiceProvider provider) => () => provider.GetRequiredService<OutageWatch>().Faults;

    private static IEnumerable<WatchedRound> Rounds(IServiceProvider provider) =>
    [
        new("The wake-up dialer", provider.GetRequiredService<DialerSignal>()),
        new("The dialling of wake-ups", provider.GetRequiredService<WakeUpFollower>().Dials),
        new("The delivery of messages", provider.GetRequiredService<DeliverySignal>()),
        new("The keeper of locks", provider.GetRequiredService<LockSignal>()),
        new("The watch over outages", provider.GetRequiredService<OutageWatch>().Looks),
    ];
}
