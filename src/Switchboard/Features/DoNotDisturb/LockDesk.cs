using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Features.Access;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>Where rooms are locked and released by people; everything that comes in is checked here, before anything is stored.</summary>
internal sealed class LockDesk(
    LockStore store, WelfareDeliveries welfare, RoomRegister rooms, StayRegister stays, HotelPbx pbx, PbxState state, IOptions<LockOptions> options, IOptions<HotelOptions> hotel, TimeProvider time, ILogger<LockDesk> log)
{
    // So long an operator waits for "it is effective"; it takes some hundredths of it.
    private static readonly TimeSpan EffectiveWithin = TimeSpan.FromSeconds(1);

    private DateTimeZone Zone => hotel.Value.Zone;

    /// <summary>Locks a room; one that is locked already gets another end or guest, where one is given.</summary>
    public async Task<LockView> SetAsync(string number, LockSet asked, Caller caller, string how, CancellationToken ct)
    {
        var by = caller.By(asked.By);
        var guest = asked.Guest is null ? null : OneLine.Required("guest", asked.Guest, 100);
        var until = LockTimes.Until(asked.Until, Zone, store.Clock.GetCurrentInstant(), options.Value.LongestUntil);
        await store.Work.BeginAsync(ct);
        var room = await rooms.GetServedAsync(number, pbx.Name, ct);
        if (await store.OpenAsync(room.Number, ct) is { } already)
        {
            var (newEnd, newGuest) = (until is not null && until != already.Until, guest is not null && guest != already.GuestName);
            if (!newEnd && !newGuest)
                throw new ConflictException($"room {room.Number} is locked already, since {LockTimes.Wall(already.SetAt, Zone)} by {already.SetBy}{Until(already.Until)}");
            if (newGuest) store.ChangeGuest(already, guest!, by, how);
            var changed = newEnd ? store.Change(already, until, $"until {LockTimes.Wall(until!.Value, Zone)}", by, how) : () => { };
            return await CommitAsync(already, changed, caller, ct);
        }

        var staying = await stays.HoldOpenStaysAsync(room.Number, ct);
        if (staying.Count == 0 && stays.IsComplete)
            throw new ConflictException($"room {room.Number} is vacant: there is no guest to be left undisturbed");
        var alone = staying.Count == 1 ? staying[0] : null;
        var request = new LockRequest(room.Number, room.Pbx, guest ?? alone?.GuestName, alone?.Id, until, by, how);
        var locked = RoomLock.Set(request, store.Clock.GetCurrentInstant());
        return await CommitAsync(locked, store.Set(locked, request, Until(until)), caller, ct);
    }

    /// <summary>Releases a room; one that is not locked is told to be so.</summary>
    public async Task<LockView> ReleaseAsync(string number, string? staff, Caller caller, string how, CancellationToken ct)
    {
        Caller.CheckStaffNumber("by", staff);
        await store.Work.BeginAsync(ct);
        var room = await rooms.GetServedAsync(number, pbx.Name, ct);
        if (await store.OpenAsync(room.Number, ct) is not { } locked) throw new ConflictException($"room {room.Number} is not locked");
        return await CommitAsync(locked, store.Release(locked, caller.By(staff), how, store.Clock.GetCurrentInstant()), caller, ct);
    }

    /// <summary>The rooms that are locked, the longest first.</summary>
    public async Task<IReadOnlyList<LockView>> ListAsync(Caller caller, CancellationToken ct)
    {
        var open = store.Work.MustLookLocally
            ? [.. store.Work.Copy.Where<RoomLock>(l => l.IsOpen)]
            : await store.Work.Db.Set<RoomLock>().AsNoTracking().Where(l => l.ReleasedAt == null).ToListAsync(ct);
        return [.. open.OrderBy(l => l.SetAt).Select(l => View(l, caller))];
    }

    /// <summary>The room's locks with all that happened to them, the newest first.</summary>
    public async Task<IReadOnlyList<LockHistory>> HistoryAsync(string number, Caller caller, CancellationToken ct)
    {
        var room = await rooms.GetAsync(number, ct);
        var db = store.Work.Db;
        var locks = await db.Set<RoomLock>().AsNoTracking().Where(l => l.Room == room.Number).OrderByDescending(l => l.SetAt).Take(100).ToListAsync(ct);
        var ids = locks.Select(l => l.Id).ToList();
        var events = (await db.Set<RoomLockEvent>().AsNoTracking().Where(e => ids.Contains(e.RoomLockId)).OrderBy(e => e.Id).ToListAsync(ct)).ToLookup(e => e.RoomLockId);
        var calls = (await db.Set<LockedCall>().AsNoTracking().Where(c => c.RoomLockId != null && ids.Contains(c.RoomLockId.Value)).OrderBy(c => c.At).ToListAsync(ct)).ToLookup(c => c.RoomLockId!.Value);
        var checks = (await db.Set<WelfareCheck>().AsNoTracking().Where(c => ids.Contains(c.RoomLockId)).OrderBy(c => c.AskedAt).ToListAsync(ct)).ToLookup(c => c.RoomLockId);
        return
        [
            .. locks.Select(l => new LockHistory(View(l, caller), [.. events[l.Id].Select(e => new LockEventView(e.At, e.What, e.By, e.How))],
                [.. calls[l.Id].Select(c => new LockedCallView(c.At, c.Outcome, c.By, c.LinkedId))], [.. checks[l.Id].Select(c => View(c, l))])),
        ];
    }

    /// <summary>The welfare checks that nobody has done yet; with done ones those of the last month as well.</summary>
    public async Task<IReadOnlyList<WelfareView>> ReportAsync(bool all, CancellationToken ct)
    {
        var since = store.Clock.GetCurrentInstant() - Duration.FromDays(30);
        if (store.Work.MustLookLocally)
        {
            var locks = store.Work.Copy.Where<RoomLock>(_ => true).ToDictionary(l => l.Id);
            return [.. store.Work.Copy.Where<WelfareCheck>(c => (all || c.DoneAt is null) && locks.ContainsKey(c.RoomLockId)).OrderBy(c => c.AskedAt).Select(c => View(c, locks[c.RoomLockId]))];
        }

        var checks = await (
            from check in store.Work.Db.Set<WelfareCheck>().AsNoTracking()
            join locked in store.Work.Db.Set<RoomLock>().AsNoTracking() on check.RoomLockId equals locked.Id
            where check.DoneAt == null || (all && check.AskedAt > since)
            orderby check.AskedAt
            select new { check, locked }).ToListAsync(ct);
        return [.. checks.Select(c => View(c.check, c.locked))];
    }

    /// <summary>Somebody has seen to the guest; closes the room's open checks.</summary>
    public async Task<IReadOnlyList<WelfareView>> CheckedAsync(string number, WelfareDone done, Caller caller, CancellationToken ct)
    {
        var name = OneLine.Required("name", done.Name, 80);
        var outcome = OneLine.Required("outcome", done.Outcome, 500);
        await store.Work.BeginAsync(ct);
        var room = await rooms.GetAsync(number, ct);
        var open = store.Work.IsOffline
            ? [.. store.Work.Copy.Where<WelfareCheck>(c => c.Room == room.Number && c.DoneAt is null).Select(c => store.Work.Attach(c)!)]
            : await store.Work.Db.Set<WelfareCheck>().FromSql($"select * from welfare_checks where room = {room.Number} and done_at is null for update").ToListAsync(ct);
        if (open.Count == 0) throw new ConflictException($"no welfare check of room {room.Number} is due");
        foreach (var check in open) check.Done(name, caller.Name, outcome, store.Clock.GetCurrentInstant());
        var after = await welfare.StopAsync(open, caller.Name, ct);
        await store.Work.CommitAsync(ct);
        after?.Invoke();
        log.WelfareDone(room.Number);
        var ids = open.Select(c => c.RoomLockId).ToList();
        var locks = store.Work.MustLookLocally ? store.Work.Copy.Where<RoomLock>(l => ids.Contains(l.Id)) : await store.Work.Db.Set<RoomLock>().AsNoTracking().Where(l => ids.Contains(l.Id)).ToListAsync(ct);
        return [.. open.Join(locks, c => c.RoomLockId, l => l.Id, View)];
    }

    private async Task<LockView> CommitAsync(RoomLock locked, Action after, Caller caller, CancellationToken ct)
    {
        try
        {
            await store.Work.CommitAsync(ct);
        }
        catch (DbUpdateException refused) when (refused.InnerException is PostgresException { ConstraintName: RoomLockMapping.OneOpenLockIndex })
        {
            throw new ConflictException($"room {locked.Room} has just been locked by somebody else");
        }

        after();
        if (pbx.Link.Connected) await state.IsHeldWithinAsync(LockStore.Family, locked.Room, EffectiveWithin, time, ct);
        return View(locked, caller);
    }

    private LockView View(RoomLock l, Caller caller)
    {
        var pending = state.IsPending(LockStore.Family, l.Room);
        return new LockView(l.Number, l.Room, caller.Role == Roles.Housekeeping ? null : l.GuestName, l.SetAt, l.SetBy, l.SetHow, l.Until, Zone.Id, pending, l.EffectiveAt,
            l.ReleasedAt, l.ReleasedBy, l.ReleasedHow,
            pending ? [pbx.Link.Connected ? "The PBX has not taken it yet; it is being tried." : "The PBX cannot be reached: it takes effect as soon as it is back, and the operators are told."] : []);
    }

    private WelfareView View(WelfareCheck c, RoomLock l) => new(c.Id, c.Room, l.SetAt, c.AskedAt, c.DoneAt, c.DoneBy, c.Outcome, Zone.Id);

    private string Until(Instant? until) => until is { } at ? $" until {LockTimes.Wall(at, Zone)}" : "";
}
