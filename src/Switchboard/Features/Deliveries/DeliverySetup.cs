using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Switchboard.Features.Access;
using Switchboard.Features.Stays;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Deliveries;

internal static class DeliverySetup
{
    /// <summary>Who ended one that nobody ended.</summary>
    public const string Itself = "switchboard";

    public static IServiceCollection AddDeliveries(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<DeliveryOptions, DeliveryOptionsValidator>(configuration, DeliveryOptions.Section);
        services.AddSingleton<DeliverySignal>().AddSingleton<DeliveryMail>().AddScoped<DeliveryStore>().AddScoped<DeliveryDesk>().AddScoped<DeliverySteps>();
        services.AddHostedService<DeliveryRunner>();
        services.AddSingleton<DeliveryDialogue>();
        services.AddSingleton(provider => provider.GetRequiredService<DeliveryDialogue>().Script());
        services.AddSingleton(new LocalCopyPart(typeof(Delivery), async (db, _, ct) => await db.Set<Delivery>().AsNoTracking().Where(d => d.EndedAt == null).ToListAsync(ct), row => row is Delivery { IsOpen: true })
        {
            Numbers = ("deliveries", 200),
        });
        services.AddSingleton(new LocalCopyPart(typeof(DeliveryAttempt), async (db, _, ct) => await db.Set<DeliveryAttempt>().AsNoTracking()
            .Where(a => db.Set<Delivery>().Any(d => d.Id == a.DeliveryId && d.EndedAt == null)).ToListAsync(ct), _ => true));
        // Why somebody stopped it is in their own words, and may name the guest whose message it was.
        services.AddSingleton<GuestDataStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync($"""
            update deliveries set ended_how = 'stopped' where id in (select id from deliveries
              where state = 'Stopped' and ended_by <> {Itself} and ended_how <> 'stopped' and ended_at < {before} limit {atMost})
            """, ct));
        return services.AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync($"""
            with old as (select id from deliveries where ended_at < {before} limit {atMost}),
              attempts as (delete from delivery_attempts where delivery_id in (select id from old))
            delete from deliveries where id in (select id from old)
            """, ct));
    }

    public static void MapDeliveries(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/deliveries").WithTags("Deliveries").WithMetadata(new AnswersWithoutDatabase()).RequireAuthorization(Policies.Operator);
        group.MapGet("/", (bool? all, DeliveryDesk desk, CancellationToken ct) => desk.ListAsync(all ?? false, ct))
            .WithSummary("What is being passed on to managers and departments, the oldest first; with all the latest thousand, the ended ones too");
        group.MapGet("/{number:long}", (long number, DeliveryDesk desk, CancellationToken ct) => desk.ShowAsync(number, ct)).WithSummary("A delivery with all its attempts");
        group.MapPost("/{number:long}/acknowledge", (long number, DeliveryAcknowledge? asked, DeliveryDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.AcknowledgeAsync(number, asked ?? new(null), Caller.Of(user), ct)).WithSummary("The person has told the office that they have it");
        group.MapPost("/{number:long}/stop", (long number, DeliveryStop asked, DeliveryDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.StopAsync(number, asked, Caller.Of(user), ct)).WithSummary("Try it no more");
    }
}
