using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>What of the wake-ups is kept on this machine: everything that rings in the coming two days, and what rings now.</summary>
internal static class WakeUpLocalCopy
{
    /// <summary>So far ahead bookings are kept: after a day without PostgreSQL a whole day is still there.</summary>
    private static readonly Duration Kept = Duration.FromHours(48);

    /// <summary>So far ahead can be booked without PostgreSQL.</summary>
    public static readonly Duration Booked = Duration.FromHours(24);

    public static IServiceCollection AddWakeUpLocalCopy(this IServiceCollection services, Func<IServiceProvider, string> pbxName) => services
        .AddSingleton(provider =>
        {
            var pbx = pbxName(provider);
            return new LocalCopyPart(typeof(WakeUpCall),
                async (db, now, ct) =>
                {
                    var until = now + Kept;
                    return await db.Set<WakeUpCall>().AsNoTracking()
                        .Where(c => c.Pbx == pbx && c.EndedAt == null && (c.NextAttemptAt == null || c.NextAttemptAt <= until)).ToListAsync(ct);
                },
                row => row is WakeUpCall call && call.Pbx == pbx && call.State.IsOpen())
            {
                Numbers = ("wake_up_calls", 1000),
            };
        })
        .AddSingleton(provider =>
        {
            var pbx = pbxName(provider);
            return new LocalCopyPart(typeof(WakeUpAttempt),
                async (db, _, ct) => await db.Set<WakeUpAttempt>().AsNoTracking()
                    .Where(a => a.Outcome == null && db.Set<WakeUpCall>().Any(c => c.Id == a.WakeUpCallId && c.Pbx == pbx)).ToListAsync(ct),
                row => row is WakeUpAttempt { Outcome: null });
        });
}
