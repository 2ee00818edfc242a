using System.Globalization;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.EventRecord;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.Events;

/// <summary>Shows what this worker's PBX has told.</summary>
internal sealed class EventDesk(EventReader reader, EventHistory history, RoomRegister rooms, HotelPbx pbx, IOptions<HotelOptions> hotel, IClock clock)
{
    private const int DaysOfOutages = 30;

    /// <summary>The last events that were asked for and the outages among them, in the order of their times.</summary>
    public async Task<EventList> ListAsync(EventAsk ask, CancellationToken ct)
    {
        var query = ask.Resolve(hotel.Value.Zone, clock.GetCurrentInstant());
        await CheckRoomAsync(query.Room, ct);
        var found = await reader.LastAsync(pbx.Name, query, ct);
        if (found.Count == 0 && query.Call is { } call && ask is { Since: null, Until: null, Event: null, Room: null })
            throw new NotFoundException($"there is no event of a call {call} in the record: give the Linkedid of a call or the Uniqueid of a channel (switchboard calls shows them)");
        var more = found.Count > query.Limit;
        if (more) found.RemoveAt(found.Count - 1);
        found.Reverse();
        List<EventLine> lines = [.. found.Select(e => new EventLine("event", e.At, Local(e.At), e.View))];
        // Silence between two events may be an outage, and so may be the silence before the first and behind the last.
        var from = more || query.Since is null ? found.Count > 0 ? found[0].At : query.Until : query.Since.Value;
        var outages = await history.OutagesAsync(pbx.Name, from, ct);
        lines.AddRange(outages.Where(o => o.FromAt < query.Until && (query.Call is null || (found.Count > 0 && o.FromAt <= found[^1].At))).Select(Line));
        return new([.. lines.OrderBy(l => l.At)], more);
    }

    /// <summary>The outages that were not over before then, in the order of their times.</summary>
    public async Task<EventList> OutagesAsync(string? since, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        var from = Moments.Parse("since", since, hotel.Value.Zone, now) ?? now - Duration.FromDays(DaysOfOutages);
        var outages = await history.OutagesAsync(pbx.Name, from, ct);
        return new([.. outages.Select(Line).OrderBy(l => l.At)], false);
    }

    /// <summary>A room of this PBX.</summary>
    /// <exception cref="InvalidInputException">There is none of that number.</exception>
    /// <exception cref="ConflictException">It is on another PBX, whose worker is to be asked.</exception>
    public async Task CheckRoomAsync(string? room, CancellationToken ct)
    {
        if (room is null) return;
        var its = (await rooms.GetAsync(room, ct)).Pbx;
        if (its != pbx.Name) throw new ConflictException($"room {room} is on PBX {its} and this worker hears PBX {pbx.Name}: ask the worker of {its}");
    }

    /// <summary>The hotel's wall clock.</summary>
    public string Local(Instant at) => LocalOf(hotel.Value.Zone, at);

    internal static string LocalOf(DateTimeZone zone, Instant at) => at.InZone(zone).ToString("uuuu-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private EventLine Line(PbxOutage o) => new("outage", o.FromAt, Local(o.FromAt), Outage: new(o.Cause, o.FromAt, o.UntilAt, Local(o.UntilAt), o.Lost, o.Recovered, o.Missing));
}
