using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Features.Access;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Stays;

/// <summary>Where guests are checked in, moved and checked out. Each is one transaction together with all that other features make of it.</summary>
internal sealed class StayDesk(
    UnitOfWork work, StayRegister register, RoomRegister rooms, HotelPbx pbx, IEnumerable<StayChangedHandler> handlers, IOptions<HotelOptions> hotel, IClock clock, ILogger<StayDesk> log)
{
    private const int MostShown = 200;

    public async Task<StayResult> CheckInAsync(StayCheckIn request, Caller caller, CancellationToken ct)
    {
        var room = await rooms.GetServedAsync(request.Room, pbx.Name, ct);
        var guest = StayInput.Guest(request, hotel.Value.LanguageList, clock.GetCurrentInstant().InZone(hotel.Value.Zone).Date);
        var by = caller.By(request.By);
        await BeginAsync(ct);
        var others = await OpenInAsync(room.Number, ct);
        // Asked twice for the same guest; two of one name in a room are told apart by whoever writes them.
        if (others.Find(s => string.Equals(s.GuestName, guest.Name, StringComparison.OrdinalIgnoreCase)) is { } same)
            throw new ConflictException($"a guest of this name is checked in in room {room.Number} already, as stay {same.Number}");
        var stay = Stay.CheckIn(guest, room, by, clock.GetCurrentInstant());
        work.Db.Add(stay);
        return await FinishAsync([new(StayStep.CheckedIn, stay, room.Number, null, others.Count == 0, false, request.Level, by, stay.CheckedInAt)], Shared(room.Number, others), ct);
    }

    public async Task<StayResult> CheckOutAsync(long number, string? staffNumber, Caller caller, CancellationToken ct)
    {
        var by = caller.By(staffNumber);
        await BeginAsync(ct);
        var stay = await OpenAsync(number, ct);
        return await CheckOutAsync([stay], await OpenInAsync(stay.Room, ct), by, ct);
    }

    public async Task<StayResult> CheckOutAsync(StayRoomCheckOut request, Caller caller, CancellationToken ct)
    {
        var room = await rooms.GetAsync(request.Room, ct);
        var by = caller.By(request.By);
        var all = request.All ?? false;
        if (all && request.Guest is not null) throw new InvalidInputException("guest", request.Guest, "must be left out where all guests leave");
        await BeginAsync(ct);
        var there = await OpenInAsync(room.Number, ct);
        if (there.Count == 0) throw NobodyIn(room.Number);
        return await CheckOutAsync(all ? there : [Chosen(room.Number, request.Guest, there)], there, by, ct);
    }

    public async Task<StayResult> MoveAsync(long number, StayMove request, Caller caller, CancellationToken ct)
    {
        var by = caller.By(request.By);
        var to = await rooms.GetAsync(request.To, ct, "to");
        await BeginAsync(ct);
        return await MoveAsync(await OpenAsync(number, ct), to, by, ct);
    }

    public async Task<StayResult> MoveAsync(StayRoomMove request, Caller caller, CancellationToken ct)
    {
        var room = await rooms.GetAsync(request.Room, ct);
        var by = caller.By(request.By);
        var to = await rooms.GetAsync(request.To, ct, "to");
        await BeginAsync(ct);
        var there = await OpenInAsync(room.Number, ct);
        if (there.Count == 0) throw NobodyIn(room.Number);
        return await MoveAsync(Chosen(room.Number, request.Guest, there), to, by, ct);
    }

    /// <summary>Who stays in a room, or in the house.</summary>
    public async Task<IReadOnlyList<StayView>> ListAsync(string? room, bool withNames, CancellationToken ct)
    {
        if (room is not null) await rooms.GetAsync(room, ct);
        var open = await register.OpenStaysAsync(room, ct);
        return [.. open.OrderBy(s => s.Room, StringComparer.Ordinal).ThenBy(s => s.Number).Select(s => View(s, withNames))];
    }

    /// <summary>The stays that a room has seen, the newest first.</summary>
    public async Task<IReadOnlyList<StayDetail>> HistoryAsync(string? number, CancellationToken ct)
    {
        var room = (await rooms.GetAsync(number, ct)).Number;
        if (work.MustLookLocally) throw new StoreAwayException("the database is away: only who stays in the house now is known here (the list of stays)");
        // Whoever left the room left an event there; whoever has moved in and still is there has not.
        var seen = work.Db.Set<StayEvent>().Where(e => e.Room == room).Select(e => e.StayId).Union(work.Db.Set<Stay>().Where(s => s.Room == room && s.CheckedOutAt == null).Select(s => s.Id));
        var stays = await work.Db.Set<Stay>().AsNoTracking().Where(s => seen.Contains(s.Id)).OrderByDescending(s => s.CheckedInAt).Take(MostShown).ToListAsync(ct);
        var ids = stays.Select(s => s.Id).ToList();
        var events = (await work.Db.Set<StayEvent>().AsNoTracking().Where(e => ids.Contains(e.StayId)).OrderBy(e => e.Id).ToListAsync(ct)).ToLookup(e => e.StayId);
        return [.. stays.Select(s => new StayDetail(View(s, true), [.. events[s.Id].Select(e => new StayEventView(e.At, e.Step.ToString(), e.Room, e.ToRoom, e.By, e.Note))]))];
    }

    private Task<StayResult> CheckOutAsync(List<Stay> leaving, List<Stay> there, string by, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        var left = there.Count;
        var changes = new List<StayChange>();
        foreach (var stay in leaving)
        {
            RoomRegister.CheckServed(stay.Room, stay.Pbx, pbx.Name);
            stay.CheckOut(by, now);
            left--;
            changes.Add(new StayChange(StayStep.CheckedOut, stay, stay.Room, null, left == 0, false, null, by, now));
        }

        return FinishAsync(changes, left == 0 ? [] : [$"room {leaving[0].Room} keeps {left} {(left == 1 ? "guest" : "guests")}"], ct);
    }

    private async Task<StayResult> MoveAsync(Stay stay, Room to, string by, CancellationToken ct)
    {
        var from = stay.Room;
        RoomRegister.CheckServed(from, stay.Pbx, pbx.Name);
        if (to.Number == from) throw new InvalidInputException("to", to.Number, "must be another room than the one that the guest is in");
        // What belongs to the guest there is another worker's to stop and to begin.
        if (to.Pbx != stay.Pbx) throw new ConflictException($"room {to.Number} is on PBX {to.Pbx} and room {from} on PBX {stay.Pbx}: check the guest out here and in there");
        var others = await OpenInAsync(from, ct);
        var there = await OpenInAsync(to.Number, ct);
        stay.MoveTo(to.Number);
        return await FinishAsync([new(StayStep.Moved, stay, from, to.Number, others.Count == 1, there.Count == 0, null, by, clock.GetCurrentInstant())], Shared(to.Number, there), ct);
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        await work.BeginAsync(ct);
        // The copy on this machine holds the coming two days; what else belongs to a guest could not be ended or taken along.
        if (work.IsOffline) throw new StoreAwayException("the database is away: guests can be checked in, moved and checked out when it is back. Nothing was stored.");
        // One after the other in the whole hotel: it takes milliseconds, and who is alone in a room is then certain.
        await work.Db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended('switchboard stays', 0))", ct);
    }

    /// <summary>Lets the other features do their part, stores all of it, and tells.</summary>
    private async Task<StayResult> FinishAsync(IReadOnlyList<StayChange> changes, IReadOnlyList<string> ownNotes, CancellationToken ct)
    {
        var notes = new List<string>();
        var afterCommit = new List<Action?>();
        foreach (var change in changes)
        {
            var before = notes.Count;
            foreach (var handler in handlers)
            {
                var effects = await handler(change, ct);
                afterCommit.Add(effects.AfterCommit);
                notes.AddRange(effects.Notes);
            }

            var note = string.Join("; ", notes.Skip(before));
            work.Db.Add(new StayEvent(change.Stay.Id, change.At, change.Step, change.Room, change.ToRoom, change.By, note.Length == 0 ? null : note));
        }

        await CommitAsync(ct);
        foreach (var change in changes) Tell(change);
        foreach (var action in afterCommit) action?.Invoke();
        return new StayResult([.. changes.Select(c => View(c.Stay, true))], [.. ownNotes, .. notes]);
    }

    private async Task CommitAsync(CancellationToken ct)
    {
        try
        {
            await work.CommitAsync(ct);
        }
        catch (DbUpdateException met) when (met is DbUpdateConcurrencyException || met.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // Such as a wake-up that was booked in the new room for the same minute while the guest was moved there.
            throw new ConflictException("something of this room was changed in the same moment: nothing was done. Try again");
        }
    }

    private void Tell(StayChange change)
    {
        if (change.Step == StayStep.CheckedIn) log.CheckedIn(change.Stay.Number, change.Room, change.By);
        else if (change.Step == StayStep.CheckedOut) log.CheckedOut(change.Stay.Number, change.Room, change.By);
        else log.Moved(change.Stay.Number, change.Room, change.ToRoom!, change.By);
    }

    private Task<List<Stay>> OpenInAsync(string room, CancellationToken ct) =>
        work.Db.Set<Stay>().FromSql($"select *, xmin from stays where room = {room} and checked_out_at is null order by number for update").ToListAsync(ct);

    private async Task<Stay> OpenAsync(long number, CancellationToken ct)
    {
        // Not locked by itself: the rows of a room are always locked in one order, and no one else changes it meanwhile.
        var stay = await work.Db.Set<Stay>().SingleOrDefaultAsync(s => s.Number == number, ct)
            ?? throw new NotFoundException($"there is no stay {number}");
        return stay.CheckedOutAt is null ? stay : throw new ConflictException($"stay {number} has ended already: checked out by {stay.CheckedOutBy}");
    }

    /// <summary>Whom of the room's guests is meant; by number or by a part of the name that only one of them has.</summary>
    private static Stay Chosen(string room, string? guest, List<Stay> there)
    {
        if (guest is null)
            return there.Count == 1 ? there[0] : throw new ConflictException($"room {room} has {there.Count} guests, stays {Numbers(there)}: say which one (guest: name or stay number; switchboard stay list --room {room} shows them)");
        var text = guest.Trim();
        var meant = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? there.FindAll(s => s.Number == number)
            : text.Length == 0 ? [] : there.FindAll(s => s.GuestName!.Contains(text, StringComparison.OrdinalIgnoreCase));
        // One's whole name may be a part of another's.
        if (meant.Count > 1 && meant.FindAll(s => s.GuestName!.Equals(text, StringComparison.OrdinalIgnoreCase)) is [var exactly]) return exactly;
        return meant.Count == 1 ? meant[0] : throw new InvalidInputException("guest", guest, $"must be the number of a stay in room {room} ({Numbers(there)}), or a part of a name that exactly one guest there has");
    }

    private static IReadOnlyList<string> Shared(string room, List<Stay> others) => others.Count == 0 ? [] : [$"room {room} is shared: {others.Count + 1} guests"];

    private static string Numbers(List<Stay> stays) => string.Join(", ", stays.Select(s => s.Number));

    private static ConflictException NobodyIn(string room) => new($"nobody is checked in in room {room}");

    private StayView View(Stay s, bool withNames) => new(
        s.Number, s.Id, s.Room, withNames ? s.GuestName : null, withNames ? s.Title : null, s.Language, s.Vip, s.Until,
        s.CheckedInAt, s.CheckedInBy, s.CheckedOutAt, s.CheckedOutBy, s.GuestDataErasedAt, hotel.Value.TimeZone);
}
