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
    private static string? _fingerprint;

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

    /// <summary>Looks at the files; true, and zones are read anew, when one that is in use has changed since the last look.</summary>
    public static bool Refresh()
    {
        lock (Gate)
        {
            var now = Fingerprint();
            var before = _fingerprint;
            _fingerprint = now;
            if (before is null || before == now) return false;
            TimeZoneInfo.ClearCachedData();
            foreach (var id in Zones.Keys.ToList())
            {
                // The old rules are better than none.
                try
                {
                    Zones[id] = BclDateTimeZone.FromTimeZoneInfo(TimeZoneInfo.FindSystemTimeZoneById(id));
                }
                catch (Exception broken) when (broken is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
                {
                    _fingerprint = before;
                }
            }

            return true;
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
    private static string Fingerprint() => string.Join(' ', Zones.Keys.Order(StringComparer.Ordinal).Select(id =>
    {
        try
        {
            return $"{id} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(Folder, id))))}";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // In the middle of an update.
            return $"{id} unreadable";
        }
    }));
}
