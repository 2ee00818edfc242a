using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using NodaTime.Text;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Features.Calls;

/// <summary>Shows the calls of this worker's PBX.</summary>
internal sealed class CallDesk(SwitchboardDb db, RoomRegister rooms, HotelPbx pbx, IOptions<HotelOptions> hotel, IClock clock)
{
    private const int Limit = 1000;
    private const int HighestLimit = 10_000;

    private DateTimeZone Zone => hotel.Value.Zone;

    /// <summary>The calls that began on a date of the hotel's, today's without one; the last of them where there are more than the limit.</summary>
    public async Task<CallList> ListAsync(string? date, string? room, string? limit, CancellationToken ct)
    {
        var day = date is null ? clock.GetCurrentInstant().InZone(Zone).Date : DateOf("date", date);
        var (from, until) = (Zone.AtStartOfDay(day).ToInstant(), Zone.AtStartOfDay(day.PlusDays(1)).ToInstant());
        var most = LimitOf(limit);
        var query = db.Set<Call>().AsNoTracking().Where(c => c.Pbx == pbx.Name && c.StartedAt >= from && c.StartedAt < until);
        if (room is not null)
        {
            await rooms.GetAsync(room, ct);
            query = query.Where(c => c.CallerRoom == room || c.RoomsCalled.Contains(room));
        }

        var calls = await query.OrderByDescending(c => c.StartedAt).ThenByDescending(c => c.LinkedId).Take(most + 1).ToListAsync(ct);
        return new([.. calls.Take(most).Reverse().Select(View)], calls.Count > most);
    }

    /// <summary>The call of this Linkedid, or that a channel of this Uniqueid belongs to.</summary>
    public async Task<CallDetail> ShowAsync(string id, CancellationToken ct)
    {
        var all = db.Set<Call>().AsNoTracking().Include(c => c.Legs.OrderBy(l => l.StartedAt).ThenBy(l => l.UniqueId)).Where(c => c.Pbx == pbx.Name);
        var call = await all.SingleOrDefaultAsync(c => c.LinkedId == id, ct) ?? await all.FirstOrDefaultAsync(c => c.Legs.Any(l => l.UniqueId == id), ct)
            ?? throw new NotFoundException($"there is no call {id}: give the Linkedid or Uniqueid of one (switchboard calls shows them)");
        return new(View(call), [.. call.Legs.Select(l => new CallLegView(
            l.UniqueId, l.Channel, l.Phone, l.Room, l.Number, l.Began, l.CameFrom, l.StartedAt, l.RingingAt, l.AnsweredAt, l.EndedAt, l.Cause))]);
    }

    /// <summary>The first moment of the date that a rebuild was asked for; null for the whole record.</summary>
    public Instant? RebuildFrom(CallRebuild? rebuild) => rebuild?.Since is { } since ? Zone.AtStartOfDay(DateOf("since", since)).ToInstant() : null;

    private static LocalDate DateOf(string field, string text) => LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date }
        && date.Year is > 1970 and < 9000 ? date : throw new InvalidInputException(field, text, "must be a calendar date, YYYY-MM-DD");

    private static int LimitOf(string? limit) => limit is null
        ? Limit
        : int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= HighestLimit
            ? number
            : throw new InvalidInputException("limit", limit, $"must be a number from 1 to {HighestLimit}");

    private CallView View(Call c) => new(
        c.LinkedId, c.Direction.ToString(), c.State.ToString(), c.CallerNumber, c.CallerPhone, c.CallerRoom, c.Dialled, c.RoomsCalled, c.StartedAt, c.RingingAt,
        c.AnsweredAt, c.EndedAt, c.Cause, c.CauseText, [.. c.Transfers.Select(t => new TransferView(t.At, t.Kind, t.By, t.Whom, t.To, t.OtherCall))], c.ContinuedIn, Zone.Id);
}
