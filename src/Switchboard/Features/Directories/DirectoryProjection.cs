using Switchboard.Pbx;

namespace Switchboard.Features.Directories;

/// <summary>
/// What AstDB is to hold of the directory: who sits at an extension, and when (<c>switchboard_person</c>). Who is out of office is not rung then, also
/// while the worker is stopped.
/// </summary>
internal sealed class DirectoryProjection(IServiceScopeFactory scopes, PbxState state)
{
    private const string Family = "switchboard_person";

    /// <summary>An import has changed these extensions; the entry that is there now, or null.</summary>
    public event Action<IReadOnlyList<(string Extension, DirectoryEntry? Entry)>>? Changed;

    public StateFamily Persons() => new(Family, async ct =>
    {
        await using var scope = scopes.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<DirectoryBook>().FindAsync(null, ct)).ToDictionary(e => e.Extension, ValueOf, StringComparer.Ordinal);
    });

    /// <summary>The import is committed.</summary>
    public void Imported(IEnumerable<string> extensionsBefore, IReadOnlyList<DirectoryEntry> now)
    {
        var there = now.ToDictionary(e => e.Extension, StringComparer.Ordinal);
        List<(string, DirectoryEntry?)> changed = [.. extensionsBefore.Where(e => !there.ContainsKey(e)).Select(e => (e, (DirectoryEntry?)null)), .. now.Select(e => (e.Extension, (DirectoryEntry?)e))];
        foreach (var (extension, entry) in changed) state.Set(Family, extension, entry is null ? null : ValueOf(entry));
        Changed?.Invoke(changed);
    }

    /// <summary>KEY:RULES as extensions_switchboard_state.conf lets it in.</summary>
    internal static string ValueOf(DirectoryEntry entry)
    {
        var rules = entry.Hours is null ? "" : OfficeHours.Parse(entry.Hours).ForDialplan();
        // Longer ones no import lets in.
        return $"{entry.Key}:{(rules.Length > OfficeHours.LongestForDialplan ? "" : rules)}";
    }
}
