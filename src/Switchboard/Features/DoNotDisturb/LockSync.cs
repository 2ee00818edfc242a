using System.Globalization;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Hotel;
using Switchboard.Features.Notices;
using Switchboard.Features.Rooms;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>An entry of AstDB's family, as it stands there.</summary>
/// <param name="On">The room is locked.</param>
/// <param name="At">When that was written, by the clock of who wrote it, in epoch milliseconds.</param>
/// <param name="IsGuests">A phone wrote it, by the PBX's clock.</param>
internal readonly record struct LockAtPbx(bool On, string At, bool IsGuests)
{
    public static LockAtPbx? Read(string? value) => value?.Split(':') is [("on" or "off") and var state, var at, var how, _] ? new(state == "on", at, how == LockWays.Guest) : null;
}

/// <summary>
/// Keeps locks equal at both ends. What guests do at their phones is written at the PBX first: it is taken over as it happens, and at the next
/// reading where nobody listened. Of two changes of a room the newer one counts, and both are in its history.
/// </summary>
internal sealed class LockSync(IServiceScopeFactory scopes, HotelPbx pbx, PbxClock pbxClock, IClock clock, ILogger<LockSync> log) : BackgroundService
{
    private static readonly Duration Prompt = Duration.FromSeconds(2);
    private readonly Channel<IReadOnlyList<StateEntry>> _held = Channel.CreateBounded<IReadOnlyList<StateEntry>>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>The family, for whoever keeps AstDB.</summary>
    public StateFamily Family() => new(LockStore.Family, WantedAsync)
    {
        TakeOverAsync = TakeOverAsync,
        Held = entries => _held.Writer.TryWrite(entries),
    };

    /// <summary>A guest pressed *78 or *79 just now.</summary>
    public async Task ReportedAsync(DialplanReport report, CancellationToken ct)
    {
        if (report is not { At: { } at } || report["Room"] is not { } room || report["State"] is not (("on" or "off") and var state)) return;
        await using var scope = scopes.CreateAsyncScope();
        // Also where it changes nothing: the phone's own entry is not left there to be found as a difference.
        if (await TakeOverAsync(scope.ServiceProvider, room, state == "on", at, "*78/*79", ct) is (true, var value)) scope.ServiceProvider.GetRequiredService<LockStore>().Write(room, value, at);
    }

    /// <summary>A call met a locked room.</summary>
    public async Task MetAsync(DialplanReport report, string outcome, CancellationToken ct)
    {
        if (report["Room"] is not { } room) return;
        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<LockStore>();
        await store.Work.BeginAsync(ct);
        var locked = store.LastHere(room);
        store.Work.Db.Add(new LockedCall(pbx.Name, room, locked?.Id, report.At ?? clock.GetCurrentInstant(), report["At"] ?? "", outcome, report["By"], report["Call"]));
        if (await store.Work.CommitOnceAsync(ct)) log.LockedCall(room, outcome);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var entries in _held.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await MarkHeldAsync([.. entries.Select(e => e.Key)], stoppingToken);
            }
            catch (Exception away) when (away is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                // The next reading tells it again.
            }
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> WantedAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var open = work.MustLookLocally
            ? work.Copy.Where<RoomLock>(l => l.Pbx == pbx.Name && l.IsOpen)
            : await work.Db.Set<RoomLock>().AsNoTracking().Where(l => l.Pbx == pbx.Name && l.ReleasedAt == null).ToListAsync(ct);
        return open.ToDictionary(l => l.Room, l => l.AstDbValue!, StringComparer.Ordinal);
    }

    private async Task<IReadOnlyDictionary<string, string?>> TakeOverAsync(IReadOnlyList<StateDifference> differences, CancellationToken ct)
    {
        var taken = new Dictionary<string, string?>(StringComparer.Ordinal);
        await using var scope = scopes.CreateAsyncScope();
        foreach (var difference in differences)
        {
            if (LockAtPbx.Read(difference.AtPbx) is not { IsGuests: true } written || pbxClock.Ours(written.At) is not { } at) continue;
            if (await TakeOverAsync(scope.ServiceProvider, difference.Key, written.On, at, "*78/*79 while nobody listened", ct) is (true, var value)) taken[difference.Key] = value;
        }

        return taken;
    }

    /// <summary>Takes it over where it is newer than what is known, and says what AstDB is to hold then.</summary>
    private async Task<(bool Taken, string? Value)> TakeOverAsync(IServiceProvider scope, string number, bool on, Instant at, string by, CancellationToken ct)
    {
        var store = scope.GetRequiredService<LockStore>();
        await store.Work.BeginAsync(ct);
        if (!(await scope.GetRequiredService<RoomRegister>().GetManyAsync([number], ct)).TryGetValue(number, out var room) || room.Pbx != pbx.Name) return (false, null);
        at = Instant.FromUnixTimeMilliseconds(Instant.Min(at, clock.GetCurrentInstant()).ToUnixTimeMilliseconds());
        if (on && !await scope.GetRequiredService<Stays.StayRegister>().IsOfAGuestOfNowAsync(number, at, ct)) return (false, null);
        var open = await store.OpenAsync(number, ct);
        var last = open ?? await LastAsync(store, number, ct);
        if (last?.ChangedAt > at) return (false, null);
        Action after;
        if (on && open is { Until: not null } && at > open.ChangedAt)
        {
            // Locked until a time by the desk, and then by the guest without one: the later word.
            after = store.Change(open, null, "without an end", by, LockWays.Guest);
        }
        else if (on == open is not null)
        {
            return (true, open?.AstDbValue); // known already
        }
        else if (on)
        {
            var stays = await scope.GetRequiredService<Stays.StayRegister>().HoldOpenStaysAsync(number, ct);
            var request = new LockRequest(number, room.Pbx, stays.Count == 1 ? stays[0].GuestName : null, stays.Count == 1 ? stays[0].Id : null, null, by, LockWays.Guest);
            open = RoomLock.Set(request, at);
            after = store.Set(open, request, "");
        }
        else
        {
            after = store.Release(open!, by, LockWays.Guest, at);
        }

        await store.Work.CommitAsync(ct);
        after();
        return (true, open!.AstDbValue);
    }

    private static async Task<RoomLock?> LastAsync(LockStore store, string room, CancellationToken ct) => store.Work.IsOffline
        ? store.LastHere(room)
        : await store.Work.Db.Set<RoomLock>().AsNoTracking().Where(l => l.Room == room).OrderByDescending(l => l.SetAt).FirstOrDefaultAsync(ct);

    /// <summary>The PBX holds what these rooms' locks are: notes since when, and tells the operators of those that had to wait.</summary>
    private async Task MarkHeldAsync(List<string> rooms, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<LockStore>();
        var notices = scope.ServiceProvider.GetRequiredService<NoticeBoard>();
        await store.Work.BeginAsync(ct);
        var unmarked = store.Work.IsOffline
            ? [.. store.Work.Copy.Where<RoomLock>(l => rooms.Contains(l.Room) && (l.IsOpen ? l.EffectiveAt : l.ReleaseEffectiveAt) is null).Select(l => store.Work.Attach(l)!)]
            : await store.Work.Db.Set<RoomLock>().FromSql($"""
                select *, xmin from room_locks
                where room = any({rooms}) and (case when released_at is null then effective_at else release_effective_at end) is null
                for update
                """).ToListAsync(ct);
        var now = clock.GetCurrentInstant();
        var after = new List<Action>();
        var newest = unmarked.GroupBy(l => l.Room, StringComparer.Ordinal).Select(g => g.MaxBy(l => l.SetAt)!).ToHashSet();
        foreach (var held in unmarked)
        {
            held.Held(now);
            // An earlier lock of the room, which ended while nobody could write: what counts is what came after it.
            if (!newest.Contains(held) || (!held.IsOpen && store.LastHere(held.Room) is { } last && last.Id != held.Id)) continue;
            var (state, since) = held.IsOpen ? ("locked", held.ChangedAt) : ("released", held.ReleasedAt!.Value);
            // Of those that waited, or were told to be pending, the operator was told; and so that it is done.
            if ((now - since <= Prompt && since >= pbx.Link.Since) || (held.IsOpen ? held.SetHow : held.ReleasedHow) is LockWays.Guest or LockWays.Expired) continue;
            var seconds = (now - since).TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
            after.Add(notices.Post("dnd-applied", held.Room, $"the PBX is back: room {held.Room} is {state} now, {seconds} s after it was asked for", null));
            after.Add(() => log.Applied(held.Room, state, seconds));
        }

        await store.Work.CommitAsync(ct);
        foreach (var tell in after) tell();
    }
}
