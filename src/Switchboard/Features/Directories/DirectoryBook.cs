using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Hotel;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Directories;

/// <summary>Departments and managers: imported, found, and asked for by other features; known without the database too.</summary>
internal sealed class DirectoryBook(UnitOfWork work, DirectoryProjection projection, IOptions<HotelOptions> hotel, IClock clock)
{
    /// <summary>Adds and updates, all or nothing; what the file leaves out goes only where it replaces everything.</summary>
    public async Task<DirectoryImportResult> ImportAsync(IReadOnlyList<DirectoryLine> lines, bool replace, CancellationToken ct)
    {
        await work.BeginAsync(ct);
        if (work.IsOffline) throw new StoreAwayException("the database is away: the directory can be imported when it is back. Nothing was stored.");
        // Two imports at once would each check against what the other one changes.
        await work.Db.Database.ExecuteSqlAsync($"lock table directory_entries in share row exclusive mode", ct);
        var known = await work.Db.Set<DirectoryEntry>().ToDictionaryAsync(e => e.Key, StringComparer.Ordinal, ct);
        var extensions = known.Values.Where(e => e.RemovedAt is null).Select(e => e.Extension).ToList();
        var now = clock.GetCurrentInstant();
        var named = lines.Select(l => l.Key).ToHashSet(StringComparer.Ordinal);
        var kept = replace ? [] : known.Values.Where(e => e.RemovedAt is null && !named.Contains(e.Key)).ToList();
        DirectoryChecks.Check(lines, [.. kept.Select(e => (e.Key, e.Extension, e.Deputy))]);

        var removed = known.Values.Where(e => replace && e.RemovedAt is null && !named.Contains(e.Key)).ToList();
        // An extension may go over from an entry that leaves, or from one line to another, and the index looks after every statement.
        foreach (var entry in removed)
        {
            await work.Db.Database.ExecuteSqlAsync($"update directory_entries set removed_at = {now} where key = {entry.Key}", ct);
            entry.Remove(now);
        }

        foreach (var line in lines.Where(l => known.TryGetValue(l.Key, out var entry) && entry.RemovedAt is null && entry.Extension != l.Extension))
            await work.Db.Database.ExecuteSqlAsync($"update directory_entries set extension = 'moves ' || key where key = {line.Key}", ct);

        int created = 0, updated = 0;
        foreach (var line in lines)
        {
            if (known.TryGetValue(line.Key, out var entry))
            {
                if (entry.Update(line, now)) updated++;
            }
            else
            {
                known[line.Key] = new DirectoryEntry(line, now);
                work.Db.Add(known[line.Key]);
                created++;
            }
        }

        await work.CommitAsync(ct);
        projection.Imported(extensions, [.. known.Values.Where(e => e.RemovedAt is null)]);
        return new DirectoryImportResult(created, updated, lines.Count - created - updated, removed.Count);
    }

    /// <summary>All entries, or those that have this text in their key, name, title or extension, by name.</summary>
    public async Task<IReadOnlyList<DirectoryEntry>> FindAsync(string? text, CancellationToken ct)
    {
        var wanted = text?.Trim();
        if (text is not null && wanted is not { Length: > 0 and <= 80 }) throw new InvalidInputException("find", text, "must be 1 to 80 characters");
        var all = await AllAsync(ct);
        return [.. all.Where(e => wanted is null || Has(e.Key) || Has(e.Name) || Has(e.Title) || Has(e.Extension)).OrderBy(e => e.Name, StringComparer.Ordinal)];

        bool Has(string? value) => value?.Contains(wanted!, StringComparison.OrdinalIgnoreCase) == true;
    }

    public async Task<DirectoryEntry?> ByKeyAsync(string key, CancellationToken ct) => (await AllAsync(ct)).FirstOrDefault(e => e.Key == key);

    /// <summary>Whose extension it is, or null.</summary>
    public async Task<DirectoryEntry?> ByExtensionAsync(string extension, CancellationToken ct) => (await AllAsync(ct)).FirstOrDefault(e => e.Extension == extension);

    /// <summary>Who stands in for this entry, or null.</summary>
    public async Task<DirectoryEntry?> DeputyOfAsync(DirectoryEntry entry, CancellationToken ct) => entry.Deputy is null ? null : await ByKeyAsync(entry.Deputy, ct);

    /// <summary>Is somebody there at this instant, by the entry's office hours?</summary>
    public bool IsInOffice(DirectoryEntry entry, Instant at) => entry.IsInOffice(at, hotel.Value.Zone);

    // A few hundred at most.
    private async Task<List<DirectoryEntry>> AllAsync(CancellationToken ct) => work.IsOffline || work.MustLookLocally
        ? work.Copy.Where<DirectoryEntry>(e => e.RemovedAt is null)
        : await work.Db.Set<DirectoryEntry>().AsNoTracking().Where(e => e.RemovedAt == null).ToListAsync(ct);
}

/// <summary>What a file must be together with the entries that stay. Pure.</summary>
internal static class DirectoryChecks
{
    public static void Check(IReadOnlyList<DirectoryLine> lines, IReadOnlyList<(string Key, string Extension, string? Deputy)> kept)
    {
        var deputies = kept.ToDictionary(k => k.Key, k => k.Deputy, StringComparer.Ordinal);
        foreach (var line in lines) deputies[line.Key] = line.Deputy;
        var extensions = kept.ToDictionary(k => k.Extension, k => k.Key, StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (extensions.TryGetValue(line.Extension, out var owner)) throw new InvalidInputException("extension", line.Extension, $"belongs to {owner}, which the file leaves as it is", line.Row);
            if (line.Deputy is null) continue;
            if (!deputies.ContainsKey(line.Deputy)) throw new InvalidInputException("deputy", line.Deputy, "must be the key of an entry in this file or in the directory", line.Row);
            var chain = new List<string> { line.Key };
            for (var next = line.Deputy; next is not null; next = deputies.GetValueOrDefault(next))
            {
                chain.Add(next);
                if (next == line.Key) throw new InvalidInputException("deputy", line.Deputy, $"makes a circle: {string.Join(" -> ", chain)}", line.Row);
                // A circle further on: its own lines are named.
                if (chain.Count > deputies.Count) break;
            }
        }
    }
}
