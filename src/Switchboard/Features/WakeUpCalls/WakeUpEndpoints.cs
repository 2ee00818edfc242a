using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Switchboard.Features.Access;
using Switchboard.Features.Hotel;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Features.WakeUpCalls;

internal static class WakeUpSetup
{
    public static IServiceCollection AddWakeUpCalls(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<WakeUpOptions, WakeUpOptionsValidator>(configuration, WakeUpOptions.Section);
        services.AddSingleton<IValidateOptions<WakeUpOptions>, WakeUpOptionsCrossCheck>();
        services.AddSingleton(p => new WakeUpOptionsNow(p.GetRequiredService<IOptions<WakeUpOptions>>().Value, p.GetRequiredService<IOptions<HotelOptions>>().Value));
        services.AddScoped<WakeUpStore>().AddScoped<WakeUpSteps>().AddScoped<WakeUpDesk>().AddSingleton<WakeUpMeter>();
        // Asked for late: the desk itself uses the list that tells it.
        services.AddScoped<KnockClosedHandler>(p => (entry, ct) => p.GetRequiredService<WakeUpDesk>().KnockClosedAsync(entry, ct));
        services.AddScoped<WakeUpStays>().AddScoped<StayChangedHandler>(p => (change, ct) => p.GetRequiredService<WakeUpStays>().ChangedAsync(change, ct));
        services.AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync($"""
            with old as (select id from wake_up_calls where ended_at < {before} limit {atMost}),
              attempts as (delete from wake_up_attempts where wake_up_call_id in (select id from old)),
              transitions as (delete from wake_up_transitions where wake_up_call_id in (select id from old))
            delete from wake_up_calls where id in (select id from old)
            """, ct));
        services.AddSingleton<DialerSignal>().AddSingleton<AttemptProgress>().AddSingleton<WakeUpFollower>();
        services.AddSingleton<StoreTrouble>();
        services.AddWakeUpLocalCopy(provider => provider.GetRequiredService<IOptions<PbxOptions>>().Value.Name);
        services.AddHostedService<TimeWatch>();
        return services.AddHostedService<WakeUpDialer>();
    }

    public static void MapWakeUpCalls(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/wakeups").WithTags("Wake-up calls").WithMetadata(new AnswersWithoutDatabase());
        group.MapPost("/preview", (WakeUpRequest request, WakeUpDesk desk, CancellationToken ct) => desk.PreviewAsync(request, ct))
            .RequireAuthorization(Policies.Operator).WithSummary("What booking this would mean: room, full local date, time and zone to read back");
        group.MapPost("/", async (WakeUpRequest request, WakeUpDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        {
            var call = await desk.BookAsync(request, Caller.Of(user), ct);
            return TypedResults.Created($"/api/wakeups/{call.Number}", call);
        }).RequireAuthorization(Policies.Operator).WithSummary("Book a wake-up call");
        group.MapGet("/", (string? date, WakeUpDesk desk, CancellationToken ct) => desk.ListAsync(date, ct))
            .RequireAuthorization(Policies.AnyRole).WithSummary("The open wake-ups, or all of a date");
        group.MapGet("/{number:long}", (long number, WakeUpDesk desk, CancellationToken ct) => desk.ShowAsync(number, ct))
            .RequireAuthorization(Policies.AnyRole).WithSummary("One wake-up with its attempts and history");
        group.MapPut("/{number:long}", (long number, WakeUpChange change, WakeUpDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.ChangeAsync(number, change, Caller.Of(user), ct)).RequireAuthorization(Policies.Operator).WithSummary("Change the time of a wake-up that does not ring yet");
        group.MapPost("/{number:long}/cancel", (long number, WakeUpCancel? cancel, WakeUpDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.CancelAsync(number, cancel?.By, Caller.Of(user), ct)).RequireAuthorization(Policies.Operator).WithSummary("Cancel a wake-up; a phone that rings for it stops");
    }
}
