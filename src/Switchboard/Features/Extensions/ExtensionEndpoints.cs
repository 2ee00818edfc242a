using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Switchboard.EventRecord;
using Switchboard.Features.Access;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Extensions;

internal static class ExtensionSetup
{
    public static IServiceCollection AddExtensions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<OutsideOptions, OutsideOptionsValidator>(configuration, OutsideOptions.Section);
        services.AddSingleton<IValidateOptions<OutsideOptions>, OutsidePatternCheck>();
        services.AddChecked<OfficeOptions, OfficeOptionsCheck>(configuration, OfficeOptions.Section);
        services.AddScoped<ExtensionStore>().AddScoped<ExtensionDesk>().AddScoped<ExtensionStays>();
        services.AddSingleton<ExtensionSignal>().AddSingleton<ForwardSync>().AddSingleton<OutsideWatch>().AddSingleton<ExtensionProjection>();
        services.AddHostedService(provider => provider.GetRequiredService<ExtensionProjection>());
        services.AddSingleton<NameProjection>();
        services.AddSingleton(provider => provider.GetRequiredService<NameProjection>().Names());
        services.AddSingleton(provider => provider.GetRequiredService<ExtensionProjection>().Rooms());
        services.AddSingleton(provider => provider.GetRequiredService<ExtensionProjection>().Phones());
        services.AddSingleton(provider => provider.GetRequiredService<ExtensionProjection>().Hotel());
        services.AddSingleton(provider => provider.GetRequiredService<ForwardSync>().StateFamily());
        services.AddSingleton(provider => new DialplanReportHandler("SwitchboardForward", provider.GetRequiredService<ForwardSync>().ReportedAsync));
        services.AddSingleton(provider => new DialplanReportHandler("SwitchboardBarred", provider.GetRequiredService<OutsideWatch>().BarredAsync));
        services.AddSingleton(provider => new DialplanReportHandler("SwitchboardEmergency", provider.GetRequiredService<OutsideWatch>().EmergencyAsync));
        // What nobody heard, from the PBX's own call file.
        services.AddSingleton<RecoveredUserEvent>(provider => provider.GetRequiredService<RecoveredReports>().HandleAsync);
        services.AddScoped<StayChangedHandler>(provider => (change, ct) => provider.GetRequiredService<ExtensionStays>().ChangedAsync(change, ct));
        services.AddSingleton(new LocalCopyPart(typeof(ExtensionState), async (db, _, ct) => await db.Set<ExtensionState>().AsNoTracking().ToListAsync(ct), _ => true));
        services.AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync(
            $"delete from extension_changes where id in (select id from extension_changes where at < {before} limit {atMost})", ct));
        return services.AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync(
            $"delete from outside_calls where id in (select id from outside_calls where at < {before} limit {atMost})", ct));
    }

    public static void MapExtensions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/extensions").WithTags("Extensions").WithMetadata(new AnswersWithoutDatabase());
        group.MapGet("/", (ExtensionDesk desk, CancellationToken ct) => desk.ListAsync(ct)).RequireAuthorization(Policies.AnyRole)
            .WithSummary("Every room's long-distance level and forwarding");
        group.MapPut("/{room}/level", (string room, LevelSet asked, ExtensionDesk desk, ClaimsPrincipal user, CancellationToken ct) => desk.SetLevelAsync(room, asked, Caller.Of(user), ct))
            .RequireAuthorization(Policies.Operator).WithSummary("Set a room's long-distance level: 0 internal, 1 local, 2 national, 3 international");
        group.MapPut("/{room}/forward", (string room, ForwardSet asked, ExtensionDesk desk, ClaimsPrincipal user, CancellationToken ct) => desk.ForwardAsync(room, asked, Caller.Of(user), ct))
            .RequireAuthorization(Policies.Operator).WithSummary("Forward a room's calls to an extension of the house, or no longer");
        group.MapGet("/{room}/history", (string room, ExtensionDesk desk, CancellationToken ct) => desk.HistoryAsync(room, ct)).RequireAuthorization(Policies.Operator)
            .WithSummary("Changes of a room's level and forwarding");
    }
}
