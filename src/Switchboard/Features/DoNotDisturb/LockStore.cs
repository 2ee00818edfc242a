using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Notices;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>
/// Loads locks and takes their steps: each is a row, a history and a notice to the operators in one transaction; what is to be done after the
/// commit (AstDB, log, listeners) is returned. In PostgreSQL or, while that is away, on this machine.
/// </summary>
internal sealed class LockStore(UnitOfWork work, NoticeBoard notices, HotelPbx pbx, PbxState state, LockSignal signal, IClock clock, ILogger<LockStore> log)
{
    /// <summary>AstDB's family.</summary>
    public const string Family = "switchboard_dnd";

    public UnitOfWork Work => work;
    public IClock Clock => clock;

    /// <summary>The room's lock, held until the transaction ends; null where it is not locked.</summary>
    public async Task<RoomLock?> OpenAsync(string room, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Where<RoomLock>(l => l.Room == room && l.IsOpen).SingleOrDefault())
        : await work.Db.Set<RoomLock>().FromSql($"select *, xmin from room_locks where room = {room} and released_at is null for update").SingleOrDefaultAsync(ct);

    /// <summary>Every open lock of this PBX, as they are known on this machine; the longest first.</summary>
    public List<RoomLock> OpenHere() => [.. work.Copy.Where<RoomLock>(l => l.Pbx == pbx.Name && l.IsOpen).OrderBy(l => l.SetAt)];

    /// <summary>The last lock of the room, open or not, of the last two days.</summary>
    public RoomLock? LastHere(string room) => work.Copy.Where<RoomLock>(l => l.Room == room).MaxBy(l => l.SetAt);

    /// <summary>When somebody last had to look whether its guest is well; else since when the guest is left alone.</summary>
    public Instant LastLookedAt(RoomLock locked) => work.Copy.Where<WelfareCheck>(c => c.RoomLockId == locked.Id).Select(c => c.AskedAt).DefaultIfEmpty(locked.Since).Max();

    /// <summary>The ids of a lock's welfare checks so far, to be looked at.</summary>
    public async Task<List<Guid>> ChecksOfAsync(Guid lockId, CancellationToken ct) => work.IsOffline || work.MustLookLocally
        ? [.. work.Copy.Where<WelfareCheck>(c => c.RoomLockId == lockId).Select(c => c.Id)]
        : await work.Db.Set<WelfareCheck>().AsNoTracking().Where(c => c.RoomLockId == lockId).Select(c => c.Id).ToListAsync(ct);

    /// <summary>A welfare check with its lock, to be looked at; null where this id is none.</summary>
    public async Task<(WelfareCheck Check, RoomLock Locked)?> CheckAsync(Guid id, CancellationToken ct)
    {
        if (work.MustLookLocally)
            return work.Copy.Find<WelfareCheck>(id) is { } known && work.Copy.Find<RoomLock>(known.RoomLockId) is { } its ? (known, its) : null;
        var found = await (
            from check in work.Db.Set<WelfareCheck>().AsNoTracking()
            join locked in work.Db.Set<RoomLock>().AsNoTracking() on check.RoomLockId equals locked.Id
            where check.Id == id
            select new { check, locked }).SingleOrDefaultAsync(ct);
        return found is null ? null : (found.check, found.locked);
    }

    /// <summary>Locks the room; part of the caller's transaction. What is returned is done after the commit.</summary>
    public Action Set(RoomLock locked, LockRequest request, string until)
    {
        work.Db.Add(locked);
        work.Db.Add(new RoomLockEvent(locked.Id, locked.SetAt, "set", request.By, request.How));
        var told = Tell("dnd-set", locked.Room, $"do not disturb is on{until}", request.By);
        return () =>
        {
            told();
            Written(locked);
            log.Locked(locked.Room, request.By, request.How, until, Pending);
        };
    }

    /// <summary>AstDB is to hold this of the room, unless something newer was set.</summary>
    public void Write(string room, string? value, Instant at) => state.Set(Family, room, value, at);

    /// <summary>Gives it another end.</summary>
    public Action Change(RoomLock locked, Instant? until, string words, string by, string how)
    {
        var now = clock.GetCurrentInstant();
        locked.ChangeUntil(until, now);
        work.Db.Add(new RoomLockEvent(locked.Id, now, words, by, how));
        var told = Tell("dnd-set", locked.Room, $"do not disturb: {words}", by);
        return () =>
        {
            told();
            Written(locked);
        };
    }

    /// <summary>Notes whose wish it is; the history says that it was said, not who it is.</summary>
    public void ChangeGuest(RoomLock locked, string guest, string by, string how)
    {
        locked.ChangeGuest(guest);
        work.Db.Add(new RoomLockEvent(locked.Id, clock.GetCurrentInstant(), "guest named", by, how));
    }

    /// <summary>Releases it.</summary>
    public Action Release(RoomLock locked, string by, string how, Instant at)
    {
        locked.Release(by, how, at);
        work.Db.Add(new RoomLockEvent(locked.Id, locked.ReleasedAt!.Value, "released", by, how));
        var told = Tell("dnd-released", locked.Room, $"do not disturb is off ({how})", by);
        return () =>
        {
            told();
            Written(locked);
            log.Released(locked.Room, by, how, Pending);
        };
    }

    private Action Tell(string kind, string room, string text, string by) => notices.Post(kind, room, pbx.Link.Connected ? text : $"{text}, as soon as the PBX can be reached", by);

    private string Pending => pbx.Link.Connected ? "" : "; PENDING: the PBX cannot be reached, it takes effect when it is back";

    private void Written(RoomLock locked)
    {
        state.Set(Family, locked.Room, locked.AstDbValue, locked.ChangedAt);
        signal.Wake();
    }
}

/// <summary>Wakes the round over locked rooms: something changed.</summary>
internal sealed class LockSignal : WakeSignal;
