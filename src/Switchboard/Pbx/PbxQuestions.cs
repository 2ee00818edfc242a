using System.Globalization;

namespace Switchboard.Pbx;

/// <summary>What the dialplan is asked in one call (asterisk-config/extensions_switchboard_check.conf).</summary>
/// <param name="Id">Letters, digits and dashes: tells its answers from another's.</param>
/// <param name="Modules">Names without <c>.so</c>.</param>
/// <param name="Prompts">Language and name, <c>zh/wakeup</c>.</param>
/// <param name="Folder">Whether a file is to be left in the folder of messages.</param>
/// <param name="Worker">Where it is to call the worker, <c>host:port</c>; null: not.</param>
public sealed record PbxQuestions(string Id, IReadOnlyList<string> Modules, IReadOnlyList<string> Prompts, bool Folder, string? Worker)
{
    // A header of AMI has 1,000 bytes; the dialplan takes nine of each.
    private const int LongestList = 900;

    internal IEnumerable<(string Name, string Value)> Variables()
    {
        yield return ("SB_ID", Id);
        foreach (var (index, list) in Lists(Modules).Index()) yield return ($"SB_MODULES{(index + 1).ToString(CultureInfo.InvariantCulture)}", list);
        foreach (var (index, list) in Lists(Prompts).Index()) yield return ($"SB_PROMPTS{(index + 1).ToString(CultureInfo.InvariantCulture)}", list);
        if (Folder) yield return ("SB_FOLDER", "1");
        if (Worker is not null) yield return ("SB_AGI_AT", Worker);
    }

    private static List<string> Lists(IReadOnlyList<string> names)
    {
        List<string> lists = [];
        foreach (var name in names)
        {
            if (lists.Count > 0 && lists[^1].Length + 1 + name.Length <= LongestList) lists[^1] += $"&{name}";
            else lists.Add(name);
        }

        return lists;
    }
}

/// <summary>What came of it.</summary>
public sealed class PbxAnswers(string id)
{
    private readonly Dictionary<string, Dictionary<string, string>> _told = new(StringComparer.Ordinal);

    /// <summary>Why the call was not made, or did not come to its end; null: it did.</summary>
    public string? Failure { get; internal set; }

    /// <summary>The dialplan took the call.</summary>
    public bool Called { get; internal set; }

    /// <summary>Everything was answered.</summary>
    public bool Ended => _told.ContainsKey("end");

    /// <summary>The dialplan's own events arrive (read=user).</summary>
    public bool HeardUser => _told.Count > 0;

    /// <summary>Events of channels arrive (read=call).</summary>
    public bool HeardCall { get; private set; }

    /// <summary>The call's record arrives: CEL is on, with its events for the manager.</summary>
    public bool HeardCel { get; private set; }

    /// <summary>Events bear the PBX's own time.</summary>
    public bool Timestamped { get; private set; }

    /// <summary>A field of one of the answers; null where it was not given.</summary>
    public string? this[string what, string field] => _told.TryGetValue(what, out var fields) ? fields.GetValueOrDefault(field) : null;

    /// <summary>What is missing of the list that was asked for; null where that was not answered.</summary>
    public IReadOnlyList<string>? Missing(string what) => this[what, "Missing"]?.Split('&', StringSplitOptions.RemoveEmptyEntries);

    internal void Hear(string? userEvent, string eventName, IEnumerable<KeyValuePair<string, string>> headers)
    {
        // The last one counts where a header repeats, and events have few.
        var fields = headers.GroupBy(h => h.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.OrdinalIgnoreCase);
        var ours = fields.GetValueOrDefault("Context") == "switchboard-check";
        if (eventName.Equals("Newchannel", StringComparison.OrdinalIgnoreCase)) HeardCall |= ours;
        if (eventName.Equals("CEL", StringComparison.OrdinalIgnoreCase)) HeardCel |= fields.GetValueOrDefault("EventName") == "SWITCHBOARD_CHECK" && fields.Values.Any(v => v.Contains(id, StringComparison.Ordinal));
        if (userEvent != "SwitchboardCheck" || fields.GetValueOrDefault("Id") != id || fields.GetValueOrDefault("What") is not { } what) return;
        Timestamped |= fields.ContainsKey("Timestamp");
        _told[what] = fields;
    }
}
