using System.Collections.Concurrent;
using System.Security.Cryptography;
using NodaTime;
using NodaTime.TimeZones;

namespace Switchboard.Features.Hotel;

/// <summary>
/// The system's zone data (tzdata; <c>TZDIR</c> or /usr/share/zoneinfo), kept until its files change: a worker that runs for months follows
/// an update without a restart.
/// </summary>
internal static class SystemZones
{
    private static readonly ConcurrentDictionary<string, DateTimeZone> Zones = new(StringComparer.Ordinal);
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, string> Seen = new(StringComparer.Ordinal);
    private static int _edition;

    private static string Folder => Environment.GetEnvironmentVariable("TZDIR") is { Length: > 0 } folder ? folder : "/usr/share/zoneinfo";

    /// <summary>The zone of this IANA name, or null where the system has none.</summary>
    public static DateTimeZone? GetOrNull(string id)
    {
        if (Zones.TryGetValue(id, out var known)) return known;
        try
        {
            return Zones.GetOrAdd(id, name => BclDateTimeZone.FromTimeZoneInfo(TimeZoneInfo.FindSystemTimeZoneById(name)));
        }
        catch (Exception unknown) when (unknown is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            return null;
        }
    }

    /// <summary>The zone of this IANA name.</summary>
    /// <exception cref="ArgumentException">The system has none of that name.</exception>
    public static DateTimeZone Get(string id) => GetOrNull(id) ?? throw new ArgumentException($"'{id}' is not in this system's zone data");

    /// <summary>
    /// Looks at the files, and reads the zones that are in use anew when one of them has changed. The number of changes since the process began:
    /// whoever keeps the last one sees that there was one, whoever else has looked meanwhile.
    /// </summary>
    public static int Refresh()
    {
        lock (Gate)
        {
            // A zone that came into use since the last look has not changed.
            var changed = Zones.Keys.Where(id => Fingerprint(id) is var now && Seen.GetValueOrDefault(id, now) != now).ToList();
            if (changed.Count > 0) TimeZoneInfo.ClearCachedData();
            var read = changed.Count(ReadAnew);
            foreach (var id in Zones.Keys.Except(Seen.Keys).ToList()) Seen[id] = Fingerprint(id);
            return read > 0 ? ++_edition : _edition;
        }
    }

    private static bool ReadAnew(string id)
    {
        try
        {
            var now = Fingerprint(id);
            Zones[id] = BclDateTimeZone.FromTimeZoneInfo(TimeZoneInfo.FindSystemTimeZoneById(id));
            Seen[id] = now;
            return true;
        }
        catch (Exception broken) when (broken is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            // The old rules are better than none; the next look tries it again.
            return false;
        }
    }

    /// <summary>Such as 2025b, by the file that Debian's tzdata carries.</summary>
    public static string Version()
    {
        var file = Path.Combine(Folder, "tzdata.zi");
        var first = File.Exists(file) ? File.ReadLines(file).FirstOrDefault() ?? "" : "";
        return first.StartsWith("# version ", StringComparison.Ordinal) ? first["# version ".Length..] : "of unknown version";
    }

    // Zone files are a few hundred bytes; a new one may have any date.
    private static string Fingerprint(string id)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(Folder, id))));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // In the middle of an update.
            return "unreadable";
        }
    }
}
