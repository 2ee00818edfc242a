using Microsoft.Extensions.Options;
using Switchboard.Features.Access;
using Switchboard.Web;

namespace Switchboard.Features.Calls;

internal static class CallSetup
{
    public static IServiceCollection AddCalls(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddChecked<CallOptions, CallOptionsValidator>(configuration, CallOptions.Section);
        services.AddScoped<CallDesk>().AddSingleton<CallMaker>();
        services.AddHostedService<CallKeeper>();
        return services.AddHostedService<CallRetention>();
    }

    public static void MapCalls(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/calls").WithTags("Calls");
        group.MapGet("/", (string? date, string? room, string? limit, CallDesk desk, CancellationToken ct) => desk.ListAsync(date, room, limit, ct))
            .RequireAuthorization(Policies.Operator).WithSummary("The calls that began on a date, today's without one; of a room, where one is given");
        group.MapGet("/{linkedId}", (string linkedId, CallDesk desk, CancellationToken ct) => desk.ShowAsync(linkedId, ct))
            .RequireAuthorization(Policies.Operator).WithSummary("One call with its legs, by Linkedid or by the Uniqueid of a channel");
        group.MapPost("/rebuild", (CallRebuild? rebuild, CallDesk desk, CallMaker maker, CancellationToken ct) => new JsonLines<RebuildProgress>(maker.RebuildAsync(desk.RebuildFrom(rebuild), ct)))
            .RequireAuthorization(Policies.Admin).Produces<RebuildProgress>(StatusCodes.Status200OK, JsonLines.MediaType)
            .WithSummary("Make the calls again from the record; a line tells how far it is, the last one that it is done");
    }
}
