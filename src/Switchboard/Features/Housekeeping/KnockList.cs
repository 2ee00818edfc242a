using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Housekeeping;

/// <summary>What a feature says when somebody has to knock.</summary>
public sealed record KnockRequest(
    string Source, Guid SourceId, long SourceNumber, string Pbx, string Room, string? Floor,
    LocalDate Date, LocalTime Time, string Zone, string Reason, IReadOnlyList<string> AttemptResults);

/// <summary>
/// Told when an entry is closed, inside the closing transaction; the feature that the entry came from decides what that means for it.
/// The action that it returns runs after the commit. Features register theirs as a scoped service.
/// </summary>
public delegate Task<Action?> KnockClosedHandler(KnockEntry entry, CancellationToken ct);

/// <summary>Housekeeping's list. Other features add to it in their own transaction and never read its tables.</summary>
internal sealed class KnockList(UnitOfWork work, IClock clock, IEnumerable<KnockClosedHandler> handlers, KnockMeter meter, ILogger<KnockList> log)
{
    /// <summary>Adds an entry to the caller's unit of work: it is stored when the caller saves. The returned action counts it, after the commit.</summary>
    public Action Add(KnockRequest request)
    {
        work.Db.Add(new KnockEntry(request, clock.GetCurrentInstant()));
        return meter.Listed;
    }

    /// <summary>Notes on the source's entry what became known later; part of the caller's unit of work.</summary>
    public async Task NoteAsync(string source, Guid sourceId, string text, IReadOnlyList<string> attemptResults, CancellationToken ct)
    {
        var entry = work.IsOffline
            ? work.Attach(work.Copy.Where<KnockEntry>(e => e.Source == source && e.SourceId == sourceId).SingleOrDefault())
            : await work.Db.Set<KnockEntry>().SingleOrDefaultAsync(e => e.Source == source && e.SourceId == sourceId, ct);
        if (entry is null) return;
        entry.SetResults(attemptResults);
        work.Db.Add(new KnockNote(entry.Id, clock.GetCurrentInstant(), text));
    }

    /// <summary>The open entries, the one that waits longest first; with the closed ones, the newest first.</summary>
    public async Task<IReadOnlyList<KnockEntryView>> ListAsync(bool all, CancellationToken ct)
    {
        if (work.MustLookLocally) return ListLocally(all);
        var wanted = work.Db.Set<KnockEntry>().AsNoTracking();
        wanted = all ? wanted.OrderByDescending(e => e.AddedAt) : wanted.Where(e => e.ClosedAt == null).OrderBy(e => e.AddedAt);
        var entries = await wanted.Take(1000).ToListAsync(ct);
        var ids = entries.Select(e => e.Id).ToList();
        var notes = (await work.Db.Set<KnockNote>().AsNoTracking().Where(n => ids.Contains(n.KnockEntryId)).OrderBy(n => n.Id).ToListAsync(ct))
            .ToLookup(n => n.KnockEntryId);
        return [.. entries.Select(e => View(e, notes[e.Id]))];
    }

    /// <summary>Closes an entry; only by name and finding, and only once.</summary>
    public async Task<KnockEntryView> CloseAsync(long number, KnockClose close, string via, CancellationToken ct)
    {
        var name = OneLine.Required("name", close.Name, 80);
        var finding = OneLine.Required("finding", close.Finding, 500);
        await work.BeginAsync(ct);
        var entry = await LockAsync(number, ct)
            ?? throw work.Unknown($"entry {number} on housekeeping's list");
        if (entry.ClosedAt is not null) throw new ConflictException($"entry {number} was closed already, by {entry.ClosedBy}");
        entry.Close(name, via, finding, close.Awake ?? false, clock.GetCurrentInstant());
        var afterCommit = new List<Action?>();
        foreach (var handler in handlers) afterCommit.Add(await handler(entry, ct));
        await work.CommitAsync(ct);
        meter.Closed();
        log.Closed(entry.Number, entry.Room, entry.SourceNumber, entry.Awake == true);
        foreach (var action in afterCommit) action?.Invoke();
        if (work.MustLookLocally) return View(entry, NotesLocally(entry));
        var notes = await work.Db.Set<KnockNote>().AsNoTracking().Where(n => n.KnockEntryId == entry.Id).OrderBy(n => n.Id).ToListAsync(ct);
        return View(entry, notes);
    }

    private async Task<KnockEntry?> LockAsync(long number, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Where<KnockEntry>(e => e.Number == number).SingleOrDefault())
        : await work.Db.Set<KnockEntry>().FromSql($"select * from knock_entries where number = {number} for update").SingleOrDefaultAsync(ct);

    // While the database is away: what was open before, and everything since.
    private IReadOnlyList<KnockEntryView> ListLocally(bool all)
    {
        var entries = work.Copy.Where<KnockEntry>(e => all || e.ClosedAt is null);
        return [.. (all ? entries.OrderByDescending(e => e.AddedAt) : entries.OrderBy(e => e.AddedAt)).Take(1000).Select(e => View(e, NotesLocally(e)))];
    }

    private IEnumerable<KnockNote> NotesLocally(KnockEntry entry) => work.Copy.Where<KnockNote>(n => n.KnockEntryId == entry.Id).OrderBy(n => n.At);

    private static KnockEntryView View(KnockEntry e, IEnumerable<KnockNote> notes) => new(
        e.Number, e.Room, e.Floor, e.Source, e.SourceNumber, e.Date, e.Time, e.Zone, e.Reason, e.AttemptResults, e.AddedAt,
        [.. notes.Select(n => new KnockNoteView(n.At, n.Text))], e.ClosedAt, e.ClosedBy, e.Finding, e.Awake);
}
