using Switchboard.Features.Access;
using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.Events;

internal static class EventSetup
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services.AddScoped<EventReader>().AddScoped<EventDesk>().AddSingleton(p =>
        ActivatorUtilities.CreateInstance<LiveEvents>(p, () => p.GetRequiredService<HotelPbx>().Link.Connected));

    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        // Whom a guest calls is the guest's: staff at the desk see it, housekeeping does not.
        var group = routes.MapGroup("/api/events").WithTags("Events").RequireAuthorization(Policies.Operator);
        group.MapGet("/", (string? room, string? call, string? @event, string? since, string? until, string? limit, EventDesk desk, CancellationToken ct) =>
            desk.ListAsync(new EventAsk(room, call, @event, since, until, limit), ct))
            .WithSummary("The last events of the PBX, of a room, a call, a name or a time; in their order, with the outages among them");
        group.MapGet("/outages", (string? since, EventDesk desk, CancellationToken ct) => desk.OutagesAsync(since, ct))
            .WithSummary("The times in which events did not reach the record");
        group.MapGet("/live", async (string? room, string? call, string? @event, EventDesk desk, LiveEvents live, CancellationToken ct) =>
        {
            await desk.CheckRoomAsync(room, ct);
            return new JsonLines<EventLine>(live.FollowAsync(room, EventAsk.Checked("call", call), EventAsk.Checked("event", @event), ct));
        }).Produces<EventLine>(StatusCodes.Status200OK, JsonLines.MediaType).WithSummary("Events as they come, one JSON object a line, until the client goes");
    }
}
