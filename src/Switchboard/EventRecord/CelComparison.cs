using NodaTime;

namespace Switchboard.EventRecord;

/// <summary>Finds the lines of the PBX's own file that the record lacks. Remembers what it has matched, so that one row never stands for two lines.</summary>
internal sealed class CelComparison
{
    private static readonly Duration Remembered = Duration.FromMinutes(10);
    private readonly Dictionary<CelKey, int> _taken = [];

    /// <summary>The missing ones, in order.</summary>
    /// <param name="lines">In the file's order.</param>
    /// <param name="recorded">How many rows of each key the record has in all.</param>
    public List<CelLine> Missing(IReadOnlyList<CelLine> lines, IReadOnlyDictionary<CelKey, int> recorded)
    {
        var missing = new List<CelLine>();
        foreach (var line in lines)
        {
            var key = CelKey.Of(line);
            var taken = _taken.GetValueOrDefault(key);
            // Stored by whoever calls: then there is one row more, and it is this line's.
            if (taken >= recorded.GetValueOrDefault(key)) missing.Add(line);
            _taken[key] = taken + 1;
        }

        if (lines.Count > 0) Forget(lines[^1].EventTime - Remembered);
        return missing;
    }

    private void Forget(Instant before)
    {
        var second = before.ToUnixTimeSeconds();
        foreach (var key in _taken.Keys.Where(k => k.Second < second).ToList()) _taken.Remove(key);
    }
}
