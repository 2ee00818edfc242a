using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Deliveries;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.DoNotDisturb;

internal static class LockSetup
{
    // A phone's change may be as old as the link was away; of a released lock it must be known that it is newer.
    private static readonly Duration Kept = Duration.FromHours(48);

    public static IServiceCollection AddDoNotDisturb(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<LockOptions, LockOptionsValidator>(configuration, LockOptions.Section);
        services.AddSingleton<LockSignal>().AddScoped<LockStore>().AddScoped<LockDesk>().AddScoped<LockStays>().AddScoped<WelfareDeliveries>();
        services.AddScoped<DeliveryContent>(provider => (subject, ct) => provider.GetRequiredService<WelfareDeliveries>().ContentAsync(subject, ct));
        services.AddScoped<DeliveryAcknowledged>(provider => (subject, by, at, ct) => provider.GetRequiredService<WelfareDeliveries>().AcknowledgedAsync(subject, by, at, ct));
        services.AddSingleton<LockSync>().AddHostedService(provider => provider.GetRequiredService<LockSync>()).AddHostedService<LockKeeper>();
        services.AddSingleton(provider => provider.GetRequiredService<LockSync>().Family());
        services.AddSingleton(provider => new DialplanReportHandler("SwitchboardDnd", provider.GetRequiredService<LockSync>().ReportedAsync));
        services.AddSingleton(provider => new DialplanReportHandler("SwitchboardLocked", (report, ct) => provider.GetRequiredService<LockSync>().MetAsync(report, report["Choice"] switch
        {
            "1" => "message",
            "0" => "operator",
            "none" => "no-choice",
            "through" => "operator-asked-through",
            _ => "hung-up",
        }, ct)));
        services.AddSingleton(provider => new DialplanReportHandler("SwitchboardThrough", (report, ct) => provider.GetRequiredService<LockSync>().MetAsync(report, report["Kind"] switch
        {
            "wake-up" => "wake-up-through",
            "emergency" => "emergency-through",
            _ => "operator-through",
        }, ct)));
        services.AddSingleton<LockDialogues>();
        services.AddSingleton(provider => provider.GetRequiredService<LockDialogues>().RoomLock());
        services.AddSingleton(provider => provider.GetRequiredService<LockDialogues>().RingThrough());
        services.AddScoped<StayChangedHandler>(provider => (change, ct) => provider.GetRequiredService<LockStays>().ChangedAsync(change, ct));
        services.AddSingleton(new LocalCopyPart(typeof(RoomLock), async (db, now, ct) =>
        {
            var since = now - Kept;
            return await db.Set<RoomLock>().AsNoTracking().Where(l => l.ReleasedAt == null || l.ReleasedAt > since).ToListAsync(ct);
        }, _ => true)
        {
            Numbers = ("room_locks", 500),
        });
        services.AddSingleton(new LocalCopyPart(typeof(WelfareCheck), async (db, _, ct) => await db.Set<WelfareCheck>().AsNoTracking()
            .Where(c => db.Set<RoomLock>().Any(l => l.Id == c.RoomLockId && l.ReleasedAt == null)).ToListAsync(ct), _ => true));
        services.AddSingleton<GuestDataStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync($"""
            update room_locks set guest_name = null where id in (select l.id from room_locks l left join stays s on s.id = l.stay_id
              where l.guest_name is not null and l.released_at < {before} and (l.stay_id is null or s.checked_out_at < {before}) limit {atMost})
            """, ct));
        services.AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync(
            $"delete from locked_calls where id in (select id from locked_calls where at < {before} limit {atMost})", ct));
        return services.AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync($"""
            with old as (select id from room_locks where released_at < {before} limit {atMost}),
              events as (delete from room_lock_events where room_lock_id in (select id from old)),
              checks as (delete from welfare_checks where room_lock_id in (select id from old))
            delete from room_locks where id in (select id from old)
            """, ct));
    }

    public static void MapDoNotDisturb(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/dnd").WithTags("Do not disturb").WithMetadata(new AnswersWithoutDatabase());
        group.MapGet("/", (LockDesk desk, ClaimsPrincipal user, CancellationToken ct) => desk.ListAsync(Caller.Of(user), ct))
            .RequireAuthorization(Policies.AnyRole).WithSummary("The rooms that are locked now, the longest first");
        group.MapGet("/checks", (bool? all, LockDesk desk, CancellationToken ct) => desk.ReportAsync(all ?? false, ct))
            .RequireAuthorization(Policies.AnyRole).WithSummary("Rooms locked for long: the welfare checks that are due; with all, the done ones of a month too");
        group.MapPost("/{room}", (string room, LockSet? asked, LockDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.SetAsync(room, asked ?? new(null, null, null), Caller.Of(user), LockWays.Desk, ct)).RequireAuthorization(Policies.Operator)
            .WithSummary("Lock a room, or give its lock another end; pending where the PBX cannot be reached");
        group.MapPost("/{room}/release", (string room, LockRelease? asked, LockDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.ReleaseAsync(room, asked?.By, Caller.Of(user), LockWays.Desk, ct)).RequireAuthorization(Policies.Operator).WithSummary("Release a room");
        group.MapGet("/{room}/history", (string room, LockDesk desk, ClaimsPrincipal user, CancellationToken ct) => desk.HistoryAsync(room, Caller.Of(user), ct))
            .RequireAuthorization(Policies.Operator).WithSummary("A room's locks with their steps, the calls that met them and the welfare checks");
        group.MapPost("/{room}/checked", (string room, WelfareDone done, LockDesk desk, ClaimsPrincipal user, CancellationToken ct) => desk.CheckedAsync(room, done, Caller.Of(user), ct))
            .RequireAuthorization(Policies.Housekeeping).WithSummary("Somebody has seen to the guest of a room locked for long");
    }
}
