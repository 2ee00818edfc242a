using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using NodaTime.Text;
using Switchboard.Features.Extensions;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Features.Calls;

/// <summary>Shows the calls of this worker's PBX.</summary>
internal sealed class CallDesk(SwitchboardDb db, RoomRegister rooms, RoomPhones phones, HotelPbx pbx, IOptions<HotelOptions> hotel, IOptions<OfficeOptions> office, IClock clock)
{
    private const int Limit = 1000;
    private const int HighestLimit = 10_000;
    // More than a day of the biggest hotel's; of a day beyond all measure these are the last ones.
    private const int MostOfADay = 20_000;
    private static readonly Duration LongestCall = Duration.FromHours(12);

    private DateTimeZone Zone => hotel.Value.Zone;

    /// <summary>The calls that began on a date of the hotel's, today's without one; the last of them where there are more than the limit.</summary>
    public async Task<CallList> ListAsync(string? date, string? room, string? limit, CancellationToken ct)
    {
        var (_, from, until) = DayOf(date);
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
                l.UniqueId, l.Channel, l.Phone, l.Room, l.Number, l.Began, l.CameFrom, l.StartedAt, l.RingingAt, l.AnsweredAt, l.EndedAt, l.Cause))],
            [.. call.OperatorCalls.Select(o => new OperatorCallView(o.OfferedAt, o.Kind, o.Room, o.Outcome.ToString(), o.RingingAt, o.AnsweredAt, o.AnsweredBy, o.EndedAt, o.Steps))]);
    }

    /// <summary>The transfers of a date, today's without one; of a room, where the caller's or the destination is that.</summary>
    public async Task<IReadOnlyList<TransferLine>> TransfersAsync(string? date, string? room, CancellationToken ct)
    {
        var (_, from, until) = DayOf(date);
        if (room is not null) await rooms.GetAsync(room, ct);
        var calls = await TransferredAround(from, until).Select(c => new { c.LinkedId, c.CallerNumber, c.CallerRoom, c.CallerPhone, c.Transfers }).ToListAsync(ct);
        return
        [
            .. calls.SelectMany(c => c.Transfers.Where(t => t.At >= from && t.At < until && (room is null || c.CallerRoom == room || RoomOf(t.To) == room)).Select(t =>
                new TransferLine(c.LinkedId, c.CallerNumber, c.CallerRoom, c.CallerPhone, View(t), Zone.Id))).OrderBy(t => t.Transfer.At),
        ];
    }

    /// <summary>How the operators answered on a date, today's without one.</summary>
    public async Task<AnswerReportView> AnswerReportAsync(string? date, CancellationToken ct)
    {
        var (day, from, until) = DayOf(date);
        var calls = await OfferedAround(from, until).Select(c => new { c.LinkedId, c.OperatorCalls }).ToListAsync(ct);
        return new AnswerReport(Duration.FromTimeSpan(office.Value.RingCadence), office.Value.RingsGoal).Of(day, Zone, calls.SelectMany(c => c.OperatorCalls.Select(o => (c.LinkedId, o))));
    }

    /// <summary>When this call ended; null where there is no such call on record, or it goes on by the record.</summary>
    public async Task<(bool Known, Instant? EndedAt)> EndOfAsync(string id, CancellationToken ct)
    {
        var found = await db.Set<Call>().AsNoTracking().Where(c => c.Pbx == pbx.Name && (c.LinkedId == id || c.Legs.Any(l => l.UniqueId == id)))
            .Select(c => new { c.EndedAt }).FirstOrDefaultAsync(ct);
        return (found is not null, found?.EndedAt);
    }

    /// <summary>The first moment of the date that a rebuild was asked for; null for the whole record.</summary>
    public Instant? RebuildFrom(CallRebuild? rebuild) => rebuild?.Since is { } since ? Zone.AtStartOfDay(DateOf("since", since)).ToInstant() : null;

    private (LocalDate Day, Instant From, Instant Until) DayOf(string? date)
    {
        var day = date is null ? clock.GetCurrentInstant().InZone(Zone).Date : DateOf("date", date);
        return (day, Zone.AtStartOfDay(day).ToInstant(), Zone.AtStartOfDay(day.PlusDays(1)).ToInstant());
    }

    // The conditions as ix_calls_transferred and ix_calls_operators have them: few calls of a day are among them.
    internal IQueryable<Call> TransferredAround(Instant from, Instant until) => Around(db.Set<Call>().FromSql($"select * from calls where transfers <> '[]'"), from, until);

    internal IQueryable<Call> OfferedAround(Instant from, Instant until) => Around(db.Set<Call>().FromSql($"select * from calls where operator_calls <> '[]'"), from, until);

    // What happened in a call on this day may be of one that began on the day before.
    private IQueryable<Call> Around(IQueryable<Call> which, Instant from, Instant until) => which.AsNoTracking()
        .Where(c => c.Pbx == pbx.Name && c.StartedAt >= from - LongestCall && c.StartedAt < until).OrderByDescending(c => c.StartedAt).Take(MostOfADay);

    private static LocalDate DateOf(string field, string text) => LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date }
        && date.Year is > 1970 and < 9000 ? date : throw new InvalidInputException(field, text, "must be a calendar date, YYYY-MM-DD");

    private static int LimitOf(string? limit) => limit is null
        ? Limit
        : int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= HighestLimit
            ? number
            : throw new InvalidInputException("limit", limit, $"must be a number from 1 to {HighestLimit}");

    // An extension, or the phone that was asked first.
    private string? RoomOf(string? to) => to is null ? null : phones.RoomOf(to) ?? to;

    private CallView View(Call c) => new(
        c.LinkedId, c.Direction.ToString(), c.State.ToString(), c.CallerNumber, c.CallerPhone, c.CallerRoom, c.Dialled, c.RoomsCalled, c.StartedAt, c.RingingAt,
        c.AnsweredAt, c.EndedAt, c.Cause, c.CauseText, [.. c.Transfers.Select(View)], c.ContinuedIn, Zone.Id);

    private static TransferView View(CallTransfer t) => new(
        t.At, t.Kind, t.By, t.Whom, t.To, t.OtherCall, t.ToKind, t.Staff, t.Request, t.RingingAt, t.RangFor?.TotalSeconds, t.AnsweredAt, t.AnsweredBy, t.Outcome?.ToString(),
        t.Then?.ToString(), t.EndedAt);
}
