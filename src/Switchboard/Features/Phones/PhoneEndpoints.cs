using Microsoft.EntityFrameworkCore;
using Switchboard.Features.Access;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Phones;

internal static class PhoneSetup
{
    public static IServiceCollection AddPhones(this IServiceCollection services, IConfiguration configuration) => services
        .AddChecked<PhoneOptions, PhoneOptionsValidator>(configuration, PhoneOptions.Section)
        .AddSingleton<PhoneBoard>().AddSingleton<PhoneMeter>().AddScoped<PhoneDesk>().AddHostedService<PhoneKeeper>()
        // One that is not over stays, however old.
        .AddSingleton<HistoryStep>((db, before, atMost, ct) =>
            db.Database.ExecuteSqlAsync($"delete from phone_absences where id in (select id from phone_absences where back_at < {before} limit {atMost})", ct))
        .AddSingleton(new LocalCopyPart(typeof(PhoneAbsence), async (db, _, ct) =>
            await db.Set<PhoneAbsence>().AsNoTracking().Where(a => a.BackAt == null).ToListAsync(ct), row => row is PhoneAbsence { BackAt: null }));

    public static void MapPhones(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/phones").WithTags("Phones").RequireAuthorization(Policies.AnyRole).WithMetadata(new AnswersWithoutDatabase());
        group.MapGet("/", (bool? gone, PhoneDesk desk) => desk.List(gone ?? false))
            .WithSummary("The phones of this PBX's rooms with their states just now; with gone, only those that cannot be rung");
        group.MapGet("/{room}/history", (string room, PhoneDesk desk, CancellationToken ct) => desk.HistoryAsync(room, ct))
            .WithSummary("When the phones of a room were gone, the latest first");
    }
}
