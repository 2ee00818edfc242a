using Microsoft.EntityFrameworkCore;
using NodaTime;
using Npgsql;
using Switchboard.Features.Access;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>Where wake-ups are booked, listed, changed and cancelled. Everything that comes in is checked here, before anything is stored.</summary>
internal sealed class WakeUpDesk(
    WakeUpStore store, RoomRegister rooms, StayRegister stays, HotelPbx pbx, WakeUpOptionsNow now, DialerSignal dialer, ILogger<WakeUpDesk> log)
{
    /// <summary>Checks a request and says what would be stored, as it is read back to the guest.</summary>
    public async Task<WakeUpPreview> PreviewAsync(WakeUpRequest request, CancellationToken ct)
    {
        var room = await rooms.GetServedAsync(request.Room, pbx.Name, ct);
        var when = Resolve(request.Time, request.Date);
        CheckRest(request);
        var guests = await stays.OpenStaysAsync(room.Number, ct);
        return Preview(room, when, LanguageOf(request, guests), request.RequireKey ?? now.Options.RequireKey, NotesOn(request, guests));
    }

    /// <summary>Stores a booking. One open booking per room and minute; the database itself refuses a second.</summary>
    public async Task<WakeUpView> BookAsync(WakeUpRequest request, Caller caller, CancellationToken ct)
    {
        var room = await rooms.GetServedAsync(request.Room, pbx.Name, ct);
        var when = Resolve(request.Time, request.Date);
        CheckRest(request);
        var requireKey = request.RequireKey ?? now.Options.RequireKey;
        await store.Work.BeginAsync(ct);
        CheckSafeWithoutDatabase(room.Number, when);
        var guests = await stays.HoldOpenStaysAsync(room.Number, ct);
        var language = LanguageOf(request, guests);
        var call = WakeUpCall.Book(new WakeUpBooking(room.Number, room.Pbx, when, "operator", caller.Name, request.By, request.VerifiedBy,
            language, requireKey, StayOf(request, guests)?.Id), store.Clock.GetCurrentInstant());
        store.Db.Add(call);
        await store.ApplyAsync(call, WakeUpEffects.None, ct);
        await SaveAsync(call, ct);
        log.Booked(call.Number, call.Room, WakeUpStore.Clocked(call), call.Zone, caller.By(request.By));
        dialer.Wake();
        return WakeUpViews.Of(call, Preview(room, when, language, requireKey, NotesOn(request, guests)).Notices);
    }

    /// <summary>A new time; refused while an attempt is under way.</summary>
    public async Task<WakeUpView> ChangeAsync(long number, WakeUpChange change, Caller caller, CancellationToken ct)
    {
        Caller.CheckStaffNumber("by", change.By);
        var when = Resolve(change.Time, change.Date);
        await store.Work.BeginAsync(ct);
        var call = await LockAsync(number, ct);
        CheckSafeWithoutDatabase(call.Room, when, call.Id);
        var effects = call.ChangeTime(when, caller.By(change.By), store.Clock.GetCurrentInstant());
        await store.ApplyAsync(call, effects, ct);
        await SaveAsync(call, ct);
        log.Changed(call.Number, call.Room, WakeUpStore.Clocked(call), caller.By(change.By));
        dialer.Wake();
        var room = await rooms.GetAsync(call.Room, ct);
        return WakeUpViews.Of(call, Preview(room, when, call.Language, call.RequireKey, []).Notices);
    }

    /// <summary>Cancels; a phone that is ringing is hung up.</summary>
    public async Task<WakeUpView> CancelAsync(long number, string? by, Caller caller, CancellationToken ct)
    {
        Caller.CheckStaffNumber("by", by);
        await store.Work.BeginAsync(ct);
        var call = await LockAsync(number, ct);
        var effects = call.Cancel(caller.By(by), "cancelled", store.Clock.GetCurrentInstant());
        var after = await store.ApplyAsync(call, effects, ct);
        await store.Work.CommitAsync(ct);
        after();
        log.Cancelled(call.Number, call.Room, caller.By(by));
        if (effects.HangUp) dialer.HangUp(call.LastAttemptId);
        return WakeUpViews.Of(call, []);
    }

    /// <summary>Housekeeping closed an entry that came from a wake-up: a guest found awake is not rung again.</summary>
    public async Task<Action?> KnockClosedAsync(KnockEntry entry, CancellationToken ct)
    {
        if (entry.Source != WakeUpStore.Source || entry.Awake != true) return null;
        if (await store.LockAsync(entry.SourceId, ct) is not { } call) return null;
        var effects = call.AwakeAtTheDoor(entry.ClosedVia ?? "housekeeping", store.Clock.GetCurrentInstant());
        var after = await store.ApplyAsync(call, effects, ct);
        return effects.HangUp ? after + (() => dialer.HangUp(call.LastAttemptId)) : after;
    }

    /// <summary>The calls of one day; without a day all open ones and what was due since yesterday. In time order.</summary>
    public async Task<IReadOnlyList<WakeUpView>> ListAsync(string? date, CancellationToken ct)
    {
        if (store.Work.MustLookLocally) return ListLocally(DateOf(date));
        var query = store.Db.Set<WakeUpCall>().AsNoTracking();
        if (DateOf(date) is { } value)
        {
            query = query.Where(c => c.Date == value);
        }
        else
        {
            var yesterday = store.Clock.GetCurrentInstant().InZone(now.Zone).Date.PlusDays(-1);
            query = query.Where(c => c.Date >= yesterday || c.EndedAt == null);
        }

        var calls = await query.OrderBy(c => c.DueAt).ThenBy(c => c.Room).Take(10_000).ToListAsync(ct);
        return [.. calls.Select(c => WakeUpViews.Of(c, []))];
    }

    /// <summary>A call with its attempts and its history.</summary>
    public async Task<WakeUpDetail> ShowAsync(long number, CancellationToken ct)
    {
        if (store.Work.MustLookLocally) return ShowLocally(number);
        var call = await store.Db.Set<WakeUpCall>().AsNoTracking().SingleOrDefaultAsync(c => c.Number == number, ct) ?? throw Unknown(number);
        var attempts = await store.Db.Set<WakeUpAttempt>().AsNoTracking().Where(a => a.WakeUpCallId == call.Id).OrderBy(a => a.Number).ToListAsync(ct);
        var history = await store.Db.Set<WakeUpTransition>().AsNoTracking().Where(t => t.WakeUpCallId == call.Id).OrderBy(t => t.Id).ToListAsync(ct);
        return new WakeUpDetail(WakeUpViews.Of(call, []), [.. attempts.Select(WakeUpViews.Of)], [.. history.Select(WakeUpViews.Of)]);
    }

    /// <summary>The next wake-up of this PBX that is due and how many are open, for status.</summary>
    public async Task<(WakeUpView? Next, int Open)> NextAsync(string pbx, CancellationToken ct)
    {
        if (store.Work.MustLookLocally)
        {
            var here = store.OpenLocally(pbx).Where(c => c.NextAttemptAt is not null).ToList();
            return (here.MinBy(c => c.NextAttemptAt) is { } first ? WakeUpViews.Of(first, []) : null, here.Count);
        }

        var waiting = store.Db.Set<WakeUpCall>().AsNoTracking().Where(c => c.Pbx == pbx && c.NextAttemptAt != null);
        var next = await waiting.OrderBy(c => c.NextAttemptAt).FirstOrDefaultAsync(ct);
        return (next is null ? null : WakeUpViews.Of(next, []), await waiting.CountAsync(ct));
    }

    private WakeUpTime Resolve(string? time, string? date) =>
        WakeUpTimes.Resolve(time, date, now.Zone, store.Clock.GetCurrentInstant(), now.Options.BookableDays);

    private void CheckRest(WakeUpRequest request)
    {
        Caller.CheckStaffNumber("by", request.By);
        Caller.CheckStaffNumber("verifiedBy", request.VerifiedBy);
        if (request.Language is not null && !now.Hotel.LanguageList.Contains(request.Language, StringComparer.Ordinal))
            throw new InvalidInputException("language", request.Language, $"must be one of {string.Join(", ", now.Hotel.LanguageList)}");
    }

    /// <summary>Whose wake-up it is: the one guest's, or the one's of several that the request names; else the room's alone.</summary>
    private static Stay? StayOf(WakeUpRequest request, IReadOnlyList<Stay> guests)
    {
        if (request.Stay is not { } number) return guests.Count == 1 ? guests[0] : null;
        return guests.FirstOrDefault(s => s.Number == number) ?? throw new InvalidInputException("stay", number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            guests.Count == 0 ? "must be left out: nobody is checked in in this room" : $"must be the number of a stay in this room: {NumbersOf(guests)}");
    }

    private static string? LanguageOf(WakeUpRequest request, IReadOnlyList<Stay> guests) => request.Language ?? StayOf(request, guests)?.Language;

    private static IReadOnlyList<string> NotesOn(WakeUpRequest request, IReadOnlyList<Stay> guests) => guests.Count < 2 || request.Stay is not null ? []
        : [$"The room has {guests.Count} guests (stays {NumbersOf(guests)}): the wake-up stays until the last of them has left; with a stay's number it belongs to that guest."];

    private static string NumbersOf(IReadOnlyList<Stay> guests) => string.Join(", ", guests.Select(s => s.Number));

    private async Task<WakeUpCall> LockAsync(long number, CancellationToken ct)
    {
        var call = await store.LockAsync(number, ct) ?? throw Unknown(number);
        RoomRegister.CheckServed(call.Room, call.Pbx, pbx.Name);
        return call;
    }

    // The copy knows the coming day whole; of later bookings it cannot say whether the room has one already.
    private void CheckSafeWithoutDatabase(string room, WakeUpTime when, Guid? itself = null)
    {
        if (!store.Work.IsOffline) return;
        if (when.DueAt - store.Clock.GetCurrentInstant() > WakeUpLocalCopy.Booked)
            throw new StoreAwayException($"the database is away: only wake-ups of the next {WakeUpLocalCopy.Booked.TotalHours:F0} hours can be booked or changed until it is back. Nothing was stored.");
        var minute = when.DueAt.ToUnixTimeSeconds() / 60;
        if (store.OpenLocally(pbx.Name).Exists(c => c.Room == room && c.DueMinute.ToUnixTimeSeconds() / 60 == minute && c.Id != itself))
            throw Taken(room, $"{WakeUpTimes.Iso(when.Date)} {WakeUpTimes.Clock(when.Time)}");
    }

    private static ConflictException Taken(string room, string when) => new($"room {room} has an open wake-up at {when} already: change or cancel that one");

    private static LocalDate? DateOf(string? date)
    {
        if (date is null) return null;
        var day = NodaTime.Text.LocalDatePattern.Iso.Parse(date);
        return day.Success ? day.Value : throw new InvalidInputException("date", date, "must be a calendar date, YYYY-MM-DD");
    }

    private IReadOnlyList<WakeUpView> ListLocally(LocalDate? date)
    {
        var calls = store.Work.Copy.Where<WakeUpCall>(c => date is null || c.Date == date);
        return [.. calls.OrderBy(c => c.DueAt).ThenBy(c => c.Room, StringComparer.Ordinal).Take(10_000).Select(c => WakeUpViews.Of(c, []))];
    }

    // The attempts of the outage and the one before it; the rest is history that only the database has.
    private WakeUpDetail ShowLocally(long number)
    {
        var call = store.Work.Copy.Where<WakeUpCall>(c => c.Number == number).SingleOrDefault()
            ?? throw UnitOfWork.Unknown($"wake-up {number}", inCopy: true);
        var attempts = store.Work.Copy.Where<WakeUpAttempt>(a => a.WakeUpCallId == call.Id).OrderBy(a => a.Number);
        var history = store.Work.Copy.Where<WakeUpTransition>(t => t.WakeUpCallId == call.Id).OrderBy(t => t.At);
        return new WakeUpDetail(WakeUpViews.Of(call, []), [.. attempts.Select(WakeUpViews.Of)], [.. history.Select(WakeUpViews.Of)]);
    }

    private async Task SaveAsync(WakeUpCall call, CancellationToken ct)
    {
        try
        {
            await store.Work.CommitAsync(ct);
        }
        catch (DbUpdateException refused) when (refused.InnerException is PostgresException { ConstraintName: WakeUpCallMapping.OneOpenBookingIndex })
        {
            throw Taken(call.Room, WakeUpStore.Clocked(call));
        }
    }

    private WakeUpPreview Preview(Room room, WakeUpTime when, string? language, bool requireKey, IReadOnlyList<string> notes)
    {
        var spoken = WakeUpLanguages.For(language, room, now.Hotel);
        var zoned = when.DueAt.InZone(now.Zone);
        var readBack = $"Room {room.Number}, {zoned.ToString("dddd d MMMM uuuu, HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)} ({when.Zone}, UTC{zoned.Offset})";
        return new WakeUpPreview(room.Number, when.Date, when.Time, when.Zone, when.DueAt, string.Join(" then ", spoken), readBack,
            [.. notes, .. WakeUpNotices.For(now.Options, room, requireKey)]);
    }

    private Exception Unknown(long number) => store.Work.Unknown($"wake-up {number}");
}
