using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;
using Switchboard.Web;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>What people write for the end of a lock.</summary>
internal static partial class LockTimes
{
    private const string Allowed = "must be a time on the hotel's clocks (14:30), a date and time (2026-12-24T14:30) or so long from now (90m, 2h)";

    [GeneratedRegex(@"^([0-9]{1,5})([mh])\z")]
    private static partial Regex FromNow();

    private static readonly LocalTimePattern[] Clocks = [LocalTimePattern.CreateWithInvariantCulture("HH:mm"), LocalTimePattern.CreateWithInvariantCulture("HH:mm:ss")];

    private static readonly LocalDateTimePattern[] Walls =
        [.. new[] { "uuuu-MM-dd'T'HH:mm", "uuuu-MM-dd' 'HH:mm", "uuuu-MM-dd'T'HH:mm:ss", "uuuu-MM-dd' 'HH:mm:ss" }.Select(LocalDateTimePattern.CreateWithInvariantCulture)];

    /// <summary>The instant; null where none was given. A time that the clocks skip is the first after the gap; one that they show twice, the first still ahead.</summary>
    /// <exception cref="InvalidInputException">It is nothing of the kind, past, or too far ahead.</exception>
    public static Instant? Until(string? text, DateTimeZone zone, Instant now, TimeSpan longest)
    {
        if (text is null) return null;
        var until = Parse(text, zone, now);
        if (until <= now) throw new InvalidInputException("until", text, $"is past: it is {Wall(now, zone)} in {zone.Id}");
        var last = now + Duration.FromTimeSpan(longest);
        if (until > last) throw new InvalidInputException("until", text, $"must be by {Wall(last, zone)}");
        return until;
    }

    /// <summary>For people, on the hotel's clocks.</summary>
    public static string Wall(Instant at, DateTimeZone zone) => at.InZone(zone).ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static Instant Parse(string text, DateTimeZone zone, Instant now)
    {
        if (FromNow().Match(text) is { Success: true } ago)
        {
            var number = int.Parse(ago.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return now + (ago.Groups[2].ValueSpan is "m" ? Duration.FromMinutes(number) : Duration.FromHours(number));
        }

        foreach (var pattern in Clocks)
        {
            if (pattern.Parse(text) is not { Success: true, Value: var clock }) continue;
            var today = now.InZone(zone).Date;
            var first = Ahead(today + clock);
            return first > now ? first : Ahead(today.PlusDays(1) + clock);
        }

        foreach (var pattern in Walls)
        {
            if (pattern.Parse(text) is { Success: true, Value: var wall } && wall.Year is > 1970 and < 9000) return Ahead(wall);
        }

        throw new InvalidInputException("until", text, Allowed);

        Instant Ahead(LocalDateTime wall)
        {
            var map = zone.MapLocal(wall);
            if (map.Count == 0) return map.LateInterval.Start;
            return map.First().ToInstant() is var at && (at > now || map.Count == 1) ? at : map.Last().ToInstant();
        }
    }
}
