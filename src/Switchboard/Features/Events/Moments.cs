using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;
using Switchboard.Web;

namespace Switchboard.Features.Events;

/// <summary>What people write for a moment of the past: <c>30m</c>, a date, or a time on the hotel's clocks.</summary>
internal static partial class Moments
{
    private const string Allowed = "must be so long ago (90s, 30m, 1h, 2d), a date (2026-12-24), a time on the hotel's clocks (2026-12-24T06:30) or with its zone (2026-12-24T06:30:00+08:00)";

    [GeneratedRegex(@"^([0-9]{1,6})([smhd])\z")]
    private static partial Regex AgoPattern();

    private static readonly LocalDateTimePattern[] Walls =
    [
        .. new[] { "uuuu-MM-dd'T'HH:mm", "uuuu-MM-dd' 'HH:mm", "uuuu-MM-dd'T'HH:mm:ss;FFFFFF", "uuuu-MM-dd' 'HH:mm:ss;FFFFFF" }.Select(LocalDateTimePattern.CreateWithInvariantCulture),
    ];

    private static readonly OffsetDateTimePattern[] Zoned = [OffsetDateTimePattern.ExtendedIso, OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mmo<G>")];

    /// <exception cref="InvalidInputException">It is nothing of the kind.</exception>
    public static Instant? Parse(string field, string? text, DateTimeZone zone, Instant now)
    {
        if (text is null) return null;
        if (AgoPattern().Match(text) is { Success: true } ago)
        {
            var number = int.Parse(ago.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            var length = ago.Groups[2].ValueSpan switch { "s" => Duration.FromSeconds(number), "m" => Duration.FromMinutes(number), "h" => Duration.FromHours(number), _ => Duration.FromDays(number) };
            // Longer ago than anything was recorded is all of it.
            return Instant.Max(now - Duration.FromDays(36500), now - length);
        }

        foreach (var pattern in Zoned)
        {
            if (pattern.Parse(text) is { Success: true, Value: var at } && Sane(at.LocalDateTime)) return at.ToInstant();
        }

        if (LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date } && Sane(date.AtMidnight())) return zone.AtStartOfDay(date).ToInstant();
        foreach (var pattern in Walls)
        {
            if (pattern.Parse(text) is { Success: true, Value: var wall } && Sane(wall)) return zone.AtLeniently(wall).ToInstant();
        }

        throw new InvalidInputException(field, text, Allowed);
    }

    // What neither zone data nor PostgreSQL stumble over.
    private static bool Sane(LocalDateTime wall) => wall.Year is > 1970 and < 9000;
}
