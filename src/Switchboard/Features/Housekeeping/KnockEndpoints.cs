using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Switchboard.Features.Access;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Housekeeping;

internal static class KnockSetup
{
    public static IServiceCollection AddHousekeeping(this IServiceCollection services) => services
        .AddSingleton<KnockMeter>().AddScoped<KnockList>()
        // Entries that nobody has closed stay, however old.
        .AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync($"""
            with old as (select id from knock_entries where closed_at < {before} limit {atMost}),
              notes as (delete from knock_notes where knock_entry_id in (select id from old))
            delete from knock_entries where id in (select id from old)
            """, ct))
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
