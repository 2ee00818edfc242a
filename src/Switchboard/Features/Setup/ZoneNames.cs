using Switchboard.Features.Hotel;

namespace Switchboard.Features.Setup;

/// <summary>What somebody may have meant who gave a zone that does not exist.</summary>
internal static class ZoneNames
{
    /// <summary>Up to three names of this system's zone data, the nearest first.</summary>
    public static IReadOnlyList<string> Near(string given)
    {
        var wanted = City(given);
        if (wanted.Length == 0) return [];
        return [.. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id).Where(id => id.Contains('/', StringComparison.Ordinal) && SystemZones.GetOrNull(id) is not null)
            .Select(id => (Id: id, Far: Distance(wanted, City(id)))).Where(zone => zone.Far <= Math.Max(1, wanted.Length / 3))
            .OrderBy(zone => zone.Far).ThenBy(zone => zone.Id.Count(c => c == '/')).ThenBy(zone => zone.Id, StringComparer.Ordinal).Take(3).Select(zone => zone.Id)];
    }

    // People know their city, and neither how it is written nor what stands before it.
    private static string City(string zone) => new([.. zone[(zone.LastIndexOf('/') + 1)..].ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)]);

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
