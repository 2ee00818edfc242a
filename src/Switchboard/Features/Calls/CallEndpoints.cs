using Microsoft.Extensions.Options;
using Switchboard.Features.Access;
using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.Calls;

internal static class CallSetup
{
    public static IServiceCollection AddCalls(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<CallOptions, CallOptionsValidator>(configuration, CallOptions.Section);
        services.AddScoped<CallDesk>().AddSingleton<CallMaker>().AddSingleton<LiveCallDesk>().AddSingleton<OfferWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<OfferWatch>());
        services.AddSingleton(provider => new DialplanReportHandler(CallReport.Offered, provider.GetRequiredService<OfferWatch>().OfferedAsync));
        // Whoever is put through from outside the call waits no more, either.
        foreach (var end in (string[])[CallReport.Taken, CallReport.Transferred])
            services.AddSingleton(provider => new DialplanReportHandler(end, provider.GetRequiredService<OfferWatch>().EndedAsync));
        services.AddHostedService<CallKeeper>();
        return services.AddHostedService<CallRetention>();
    }

    public static void MapCalls(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/calls").WithTags("Calls");
        group.MapGet("/", (string? date, string? room, string? limit, CallDesk desk, CancellationToken ct) => desk.ListAsync(date, room, limit, ct))
            .RequireAuthorization(Policies.Operator).WithSummary("The calls that began on a date, today's without one; of a room, where one is given");
        group.MapGet("/live", (LiveCallDesk desk, CancellationToken ct) => desk.ListAsync(ct)).WithMetadata(new AnswersWithoutDatabase())
            .RequireAuthorization(Policies.Operator).WithSummary("The calls of this moment: who talks with whom, who waits for an operator and since when");
        group.MapGet("/{linkedId}", (string linkedId, CallDesk desk, CancellationToken ct) => desk.ShowAsync(linkedId, ct))
            .RequireAuthorization(Policies.Operator).WithSummary("One call with its legs, by Linkedid or by the Uniqueid of a channel");
        group.MapPost("/rebuild", (CallRebuild? rebuild, CallDesk desk, CallMaker maker, CancellationToken ct) => new JsonLines<RebuildProgress>(maker.RebuildAsync(desk.RebuildFrom(rebuild), ct)))
            .RequireAuthorization(Policies.Admin).Produces<RebuildProgress>(StatusCodes.Status200OK, JsonLines.MediaType)
            .WithSummary("Make the calls again from the record; a line tells how far it is, the last one that it is done");
        routes.MapGet("/api/transfers", (string? date, string? room, CallDesk desk, CancellationToken ct) => desk.TransfersAsync(date, room, ct)).WithTags("Calls")
            .RequireAuthorization(Policies.Operator).WithSummary("The transfers of a date, today's without one, and what came of each; from or to a room, where one is given");
        routes.MapGet("/api/reports/answer", (string? date, CallDesk desk, CancellationToken ct) => desk.AnswerReportAsync(date, ct)).WithTags("Reports")
            .RequireAuthorization(Policies.Operator).WithSummary("How the operators answered on a date, today's without one: share within three rings, median, worst hour, given up");
    }
}
