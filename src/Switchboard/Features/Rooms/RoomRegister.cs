using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Rooms;

/// <summary>The hotel's rooms: imported, listed, and asked for by every feature that is given a room number.</summary>
internal sealed class RoomRegister(UnitOfWork work, RoomPhones phones, IClock clock)
{
    /// <summary>Adds and updates, never deletes; all or nothing.</summary>
    public async Task<RoomImportResult> ImportAsync(IReadOnlyList<RoomLine> lines, CancellationToken ct)
    {
        await work.BeginAsync(ct);
        if (work.IsOffline) throw new StoreAwayException("the database is away: rooms can be imported when it is back. Nothing was stored.");
        // Two imports at once would both insert the same new room; the second waits here instead.
        await work.Db.Database.ExecuteSqlAsync($"lock table rooms in share row exclusive mode", ct);
        var numbers = lines.Select(l => l.Number).ToList();
        var known = await work.Db.Set<Room>().Where(r => numbers.Contains(r.Number)).ToDictionaryAsync(r => r.Number, StringComparer.Ordinal, ct);
        int created = 0, updated = 0;
        foreach (var line in lines)
        {
            if (known.TryGetValue(line.Number, out var room))
            {
                if (room.Update(line, clock.GetCurrentInstant())) updated++;
            }
            else
            {
                work.Db.Add(new Room(line, clock.GetCurrentInstant()));
                created++;
            }
        }

        await work.CommitAsync(ct);
        phones.Take(work.Copy);
        return new RoomImportResult(created, updated, lines.Count - created - updated);
    }

    /// <summary>Every room, by number.</summary>
    public async Task<IReadOnlyList<Room>> AllAsync(CancellationToken ct) => IsLocal
        ? [.. work.Copy.Where<Room>(_ => true).OrderBy(r => r.Number, StringComparer.Ordinal)]
        : await work.Db.Set<Room>().AsNoTracking().OrderBy(r => r.Number).ToListAsync(ct);

    public async Task<IReadOnlyList<RoomView>> ListAsync(CancellationToken ct)
    {
        var rooms = await AllAsync(ct);
        return [.. rooms.Select(r => new RoomView(r.Number, r.Floor, r.Language, r.Pbx, r.DialStrings, r.SendsNoRinging))];
    }

    /// <summary>The room, or an error that names the number: unknown rooms are refused everywhere.</summary>
    public async Task<Room> GetAsync(string? number, CancellationToken ct, string field = "room") =>
        (string.IsNullOrWhiteSpace(number) ? null : IsLocal ? work.Copy.Find<Room>(number) : await work.Db.Set<Room>().AsNoTracking().SingleOrDefaultAsync(r => r.Number == number, ct))
        ?? throw new InvalidInputException(field, number, "must be a room of the hotel (switchboard room list shows them)");

    /// <summary>Another PBX's worker would learn of a change too late: what is due would be late, what rings there would ring on.</summary>
    /// <param name="room">The room.</param>
    /// <param name="its">Its PBX.</param>
    /// <param name="served">The PBX that this worker serves.</param>
    /// <exception cref="ConflictException">They are two.</exception>
    public static void CheckServed(string room, string its, string served)
    {
        if (its != served) throw new ConflictException($"room {room} is on PBX {its} and this worker serves PBX {served}: ask the worker of {its}");
    }

    /// <summary>The room, which must be on the PBX that this worker serves.</summary>
    public async Task<Room> GetServedAsync(string? number, string served, CancellationToken ct)
    {
        var room = await GetAsync(number, ct);
        CheckServed(room.Number, room.Pbx, served);
        return room;
    }

    /// <summary>The rooms of these numbers.</summary>
    public async Task<IReadOnlyDictionary<string, Room>> GetManyAsync(IReadOnlyCollection<string> numbers, CancellationToken ct) =>
        IsLocal
            ? work.Copy.Where<Room>(r => numbers.Contains(r.Number)).ToDictionary(r => r.Number, StringComparer.Ordinal)
            : await work.Db.Set<Room>().AsNoTracking().Where(r => numbers.Contains(r.Number)).ToDictionaryAsync(r => r.Number, StringComparer.Ordinal, ct);

    /// <summary>The rooms that are on this PBX, by number.</summary>
    public async Task<IReadOnlyList<Room>> OfPbxAsync(string pbx, CancellationToken ct) => IsLocal
        ? [.. work.Copy.Where<Room>(r => r.Pbx == pbx).OrderBy(r => r.Number, StringComparer.Ordinal)]
        : await work.Db.Set<Room>().AsNoTracking().Where(r => r.Pbx == pbx).OrderBy(r => r.Number).ToListAsync(ct);

    private bool IsLocal => work.IsOffline || work.MustLookLocally;
}
