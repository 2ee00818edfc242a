using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Stays;

/// <summary>Who stays where, for every feature that has to know; goes on by this machine's copy while the database is away.</summary>
internal sealed class StayRegister(UnitOfWork work, IOptions<StayOptions> options)
{
    /// <summary>Every guest is checked in here (<c>Stays:Complete</c>).</summary>
    public bool IsComplete => options.Value.Complete;

    /// <summary>Is it certain that nobody stays there? Never, where not every guest is checked in here.</summary>
    public async Task<bool> IsVacantAsync(string room, CancellationToken ct) => IsComplete && (await OpenStaysAsync(room, ct)).Count == 0;

    /// <summary>
    /// Was something that a phone wrote at this time written by somebody who stays there now? A guest who has left since is not; who was never checked in
    /// is, where not every guest is.
    /// </summary>
    public async Task<bool> IsOfAGuestOfNowAsync(string room, Instant at, CancellationToken ct) =>
        await OpenStaysAsync(room, ct) is { Count: > 0 } open ? open.Min(s => s.CheckedInAt) <= at : !IsComplete && !await HasBeenLeftSinceAsync(room, at, ct);

    private Task<bool> HasBeenLeftSinceAsync(string room, Instant at, CancellationToken ct) => IsLocal
        ? Task.FromResult(work.Copy.Where<StayEvent>(e => e.Room == room && e.At > at && e.Step != StayStep.CheckedIn).Count > 0)
        : work.Db.Set<StayEvent>().AnyAsync(e => e.Room == room && e.At > at && e.Step != StayStep.CheckedIn, ct);

    /// <summary>The guests of a room, or of the whole house; who came first stands first.</summary>
    public async Task<IReadOnlyList<Stay>> OpenStaysAsync(string? room, CancellationToken ct)
    {
        if (IsLocal) return OpenLocally(room);
        var open = work.Db.Set<Stay>().AsNoTracking().Where(s => s.CheckedOutAt == null);
        if (room is not null) open = open.Where(s => s.Room == room);
        return await open.OrderBy(s => s.Number).ToListAsync(ct);
    }

    /// <summary>
    /// The same of one room inside the caller's unit of work, held until it ends: none of them is checked out or moved meanwhile, so that what is
    /// stored with a stay is there when its check-out looks.
    /// </summary>
    public async Task<IReadOnlyList<Stay>> HoldOpenStaysAsync(string room, CancellationToken ct) => work.IsOffline
        ? OpenLocally(room)
        : await work.Db.Set<Stay>().FromSql($"select *, xmin from stays where room = {room} and checked_out_at is null order by number for share").AsNoTracking().ToListAsync(ct);

    /// <summary>
    /// Whose was something that happened in a room at this time? Inside the caller's unit of work, until whose end nobody is checked in, moved or checked
    /// out. Without PostgreSQL by what this machine knows of the last two days.
    /// </summary>
    public async Task<StayedThen> StayedAsync(string room, Instant at, CancellationToken ct)
    {
        if (work.IsOffline) return StayedThen.Of(room, at, work.Copy.Where<StayEvent>(_ => true), work.Copy.Where<Stay>(_ => true), IsComplete);
        // As whoever changes stays, but that those who only look do not wait for each other.
        await work.Db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock_shared(hashtextextended('switchboard stays', 0))", ct);
        // Who was there has left since, and left an event there; or is there still.
        var seen = work.Db.Set<StayEvent>().Where(e => e.Room == room && e.At > at).Select(e => e.StayId)
            .Union(work.Db.Set<Stay>().Where(s => s.Room == room && s.CheckedOutAt == null).Select(s => s.Id));
        var stays = await work.Db.Set<Stay>().AsNoTracking().Where(s => seen.Contains(s.Id)).ToListAsync(ct);
        var ids = stays.Select(s => s.Id).ToList();
        return StayedThen.Of(room, at, await work.Db.Set<StayEvent>().AsNoTracking().Where(e => ids.Contains(e.StayId)).ToListAsync(ct), stays, IsComplete);
    }

    /// <summary>Of these stays, the ones that are certain to have ended; none while the database cannot be asked.</summary>
    public async Task<IReadOnlySet<Guid>> EndedAsync(IReadOnlyCollection<Guid> stays, CancellationToken ct) => stays.Count == 0 || IsLocal
        ? new HashSet<Guid>()
        : (await work.Db.Set<Stay>().AsNoTracking().Where(s => stays.Contains(s.Id) && s.CheckedOutAt != null).Select(s => s.Id).ToListAsync(ct)).ToHashSet();

    private List<Stay> OpenLocally(string? room) =>
        [.. work.Copy.Where<Stay>(s => s.CheckedOutAt is null && (room is null || s.Room == room)).OrderBy(s => s.Number)];

    private bool IsLocal => work.IsOffline || work.MustLookLocally;
}
