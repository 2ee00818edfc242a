using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Stays;

internal static class StaySetup
{
    public static IServiceCollection AddStays(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<StayOptions, StayOptionsValidator>(configuration, StayOptions.Section);
        services.AddScoped<StayRegister>().AddScoped<StayDesk>();
        services.AddSingleton(new LocalCopyPart(typeof(Stay), async (db, _, ct) =>
            await db.Set<Stay>().AsNoTracking().Where(s => s.CheckedOutAt == null).ToListAsync(ct), row => row is Stay { CheckedOutAt: null }));
        // Whose a recording is that is taken over without PostgreSQL.
        services.AddSingleton(new LocalCopyPart(typeof(StayEvent), async (db, now, ct) =>
        {
            var since = now - Duration.FromDays(2);
            return await db.Set<StayEvent>().AsNoTracking().Where(e => e.At > since).ToListAsync(ct);
        }, _ => true));
        services.AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync($"""
            with old as (select id from stays where checked_out_at < {before} limit {atMost}),
              events as (delete from stay_events where stay_id in (select id from old))
            delete from stays where id in (select id from old)
            """, ct));
        services.AddSingleton<GuestDataStep>(provider => (db, before, atMost, ct) => EraseAsync(db, before, provider.GetRequiredService<IClock>().GetCurrentInstant(), atMost, ct));
        return services.AddHostedService<GuestDataKeeper>();
    }

    public static void MapStays(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/stays").WithTags("Stays").WithMetadata(new AnswersWithoutDatabase());
        group.MapPost("/check-in", async (StayCheckIn request, StayDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        {
            var done = await desk.CheckInAsync(request, Caller.Of(user), ct);
            return TypedResults.Created($"/api/stays?room={done.Stays[0].Room}", done);
        }).RequireAuthorization(Policies.Operator).WithSummary("Check a guest in; a room may have several");
        group.MapPost("/check-out", (StayRoomCheckOut request, StayDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.CheckOutAsync(request, Caller.Of(user), ct)).RequireAuthorization(Policies.Operator).WithSummary("Check out a room's guest, one of several, or all");
        group.MapPost("/move", (StayRoomMove request, StayDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.MoveAsync(request, Caller.Of(user), ct)).RequireAuthorization(Policies.Operator).WithSummary("Move a room's guest, or one of several, to another room");
        group.MapPost("/{number:long}/check-out", (long number, StayCheckOut? request, StayDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.CheckOutAsync(number, request?.By, Caller.Of(user), ct)).RequireAuthorization(Policies.Operator).WithSummary("Check a guest out");
        group.MapPost("/{number:long}/move", (long number, StayMove request, StayDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.MoveAsync(number, request, Caller.Of(user), ct)).RequireAuthorization(Policies.Operator).WithSummary("Move a guest to another room");
        // Housekeeping needs to know where somebody stays, not who.
        group.MapGet("/", (string? room, StayDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.ListAsync(room, Caller.Of(user).Role != Roles.Housekeeping, ct)).RequireAuthorization(Policies.AnyRole).WithSummary("Who stays in the house, or in a room; without names for housekeeping");
        group.MapGet("/history", (string? room, StayDesk desk, CancellationToken ct) => desk.HistoryAsync(room, ct))
            .RequireAuthorization(Policies.Operator).WithSummary("The stays that a room has seen, the newest first, with what happened to them");
    }

    private static Task<int> EraseAsync(SwitchboardDb db, Instant before, Instant now, int atMost, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        update stays set guest_name = null, title = null, guest_data_erased_at = {now}
        where id in (select id from stays where checked_out_at < {before} and guest_data_erased_at is null limit {atMost})
        """, ct);
}

/// <summary>Event ids 4500 to 4549. Rooms and numbers of stays, never a guest's name.</summary>
internal static partial class StayLog
{
    [LoggerMessage(4500, LogLevel.Information, "Stay {Number} checked in: room {Room}, by {By}")]
    public static partial void CheckedIn(this ILogger logger, long number, string room, string by);

    [LoggerMessage(4501, LogLevel.Information, "Stay {Number} checked out: room {Room}, by {By}")]
    public static partial void CheckedOut(this ILogger logger, long number, string room, string by);

    [LoggerMessage(4502, LogLevel.Information, "Stay {Number} moved from room {Room} to room {To}, by {By}")]
    public static partial void Moved(this ILogger logger, long number, string room, string to, string by);

    [LoggerMessage(4503, LogLevel.Information, "Guest data of {Rows} rows were erased: their guests left more than {Days} days ago (Stays:GuestDataDays)")]
    public static partial void GuestDataErased(this ILogger logger, int rows, int days);

    [LoggerMessage(4504, LogLevel.Warning, "Guest data could not be erased, trying again tomorrow: {Reason}")]
    public static partial void GuestDataNotErased(this ILogger logger, string reason);
}
