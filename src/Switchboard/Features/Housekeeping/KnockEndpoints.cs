using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Switchboard.Features.Access;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Housekeeping;

internal static class KnockSetup
{
    public static IServiceCollection AddHousekeeping(this IServiceCollection services) => services
        .AddSingleton<KnockMeter>().AddScoped<KnockList>()
        .AddSingleton(new LocalCopyPart(typeof(KnockEntry), async (db, _, ct) =>
            await db.Set<KnockEntry>().AsNoTracking().Where(e => e.ClosedAt == null).ToListAsync(ct), row => row is KnockEntry { ClosedAt: null })
        {
            // One for each room of a large hotel, several times.
            Numbers = ("knock_entries", 5000),
        })
        .AddSingleton(new LocalCopyPart(typeof(KnockNote), async (db, _, ct) =>
            await db.Set<KnockNote>().AsNoTracking().Where(n => db.Set<KnockEntry>().Any(e => e.Id == n.KnockEntryId && e.ClosedAt == null)).ToListAsync(ct), _ => true));

    public static void MapHousekeeping(this IEndpointRouteBuilder routes)
    {
        // Its counts are there from the start, not from the first entry on.
        routes.ServiceProvider.GetRequiredService<KnockMeter>();
        var group = routes.MapGroup("/api/housekeeping").WithTags("Housekeeping").WithMetadata(new AnswersWithoutDatabase());
        group.MapGet("/", (bool? all, KnockList list, CancellationToken ct) => list.ListAsync(all ?? false, ct)).RequireAuthorization(Policies.AnyRole)
            .WithSummary("The rooms where somebody must knock, the longest waiting first; with all, the closed ones too");
        group.MapPost("/{number:long}/close", (long number, KnockClose close, KnockList list, ClaimsPrincipal user, CancellationToken ct) =>
            list.CloseAsync(number, close, Caller.Of(user).Name, ct)).RequireAuthorization(Policies.Housekeeping)
            .WithSummary("Close an entry by name, with what was found");
    }
}
