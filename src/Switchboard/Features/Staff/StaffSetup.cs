using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Staff;

internal static class StaffSetup
{
    public static IServiceCollection AddStaff(this IServiceCollection services, IConfiguration configuration) => services
        .AddChecked<StaffOptions, StaffOptionsValidator>(configuration, StaffOptions.Section)
        .AddScoped<StaffDesk>().AddScoped<PinCheck>().AddScoped<StaffDialogue>().AddSingleton<PhoneLocks>()
        .AddSingleton(new LocalCopyPart(typeof(StaffMember), async (db, _, ct) => await db.Set<StaffMember>().AsNoTracking().ToListAsync(ct), _ => true))
        .AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync(
            $"delete from staff_pin_tries where id in (select id from staff_pin_tries where at < {before} limit {atMost})", ct));

    public static void MapStaff(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/staff").WithTags("Staff").WithMetadata(new AnswersWithoutDatabase());
        group.MapGet("/", (StaffDesk desk, CancellationToken ct) => desk.ListAsync(ct)).RequireAuthorization(Policies.Operator)
            .WithSummary("Every staff number, the disabled ones too");
        group.MapPost("/", async (StaffRequest request, StaffDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        {
            var added = await desk.AddAsync(request, Caller.Of(user), ct);
            return TypedResults.Created($"/api/staff/{added.Number}", added);
        }).RequireAuthorization(Policies.Admin).WithSummary("Give a staff number and its first PIN");
        group.MapPost("/{number}/pin", (string number, StaffPin pin, StaffDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.SetPinAsync(number, pin, Caller.Of(user), ct)).RequireAuthorization(Policies.Admin).WithSummary("Set another PIN; a lock ends");
        group.MapPost("/{number}/disable", (string number, StaffDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.DisableAsync(number, Caller.Of(user), ct)).RequireAuthorization(Policies.Admin).WithSummary("Take the number away for good");
        group.MapPost("/{number}/unlock", (string number, StaffDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.UnlockAsync(number, Caller.Of(user), ct)).RequireAuthorization(Policies.Admin).WithSummary("End a lock after wrong PINs");
    }
}

/// <summary>Event ids 4750 to 4799. Staff numbers and phones, never a PIN or a name.</summary>
internal static partial class StaffLog
{
    [LoggerMessage(4750, LogLevel.Information, "Staff number {Staff} added by {By}")]
    public static partial void Added(this ILogger logger, string staff, string by);

    [LoggerMessage(4751, LogLevel.Information, "Staff number {Staff}: another PIN set by {By}")]
    public static partial void PinSet(this ILogger logger, string staff, string by);

    [LoggerMessage(4752, LogLevel.Information, "Staff number {Staff} disabled by {By}")]
    public static partial void Disabled(this ILogger logger, string staff, string by);

    [LoggerMessage(4753, LogLevel.Information, "Staff number {Staff} unlocked by {By}")]
    public static partial void Unlocked(this ILogger logger, string staff, string by);

    [LoggerMessage(4754, LogLevel.Warning, "Staff number {Staff} is locked until {Until} after {Tries} wrong PINs in a row: switchboard staff unlock {Staff}")]
    public static partial void StaffLocked(this ILogger logger, string staff, int tries, Instant until);

    [LoggerMessage(4755, LogLevel.Warning, "Phone {Phone} is locked until {Until} after {Tries} wrong staff numbers or PINs in a row")]
    public static partial void PhoneLocked(this ILogger logger, string phone, int tries, Instant until);
}
