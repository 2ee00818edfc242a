using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;
using Switchboard.Web;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>
/// Turns what a person asked for into a time of the hotel, by the system's zone data. Skipped times are refused with the next
/// valid one; a repeated time means its first occurrence still ahead.
/// </summary>
public static partial class WakeUpTimes
{
    [GeneratedRegex(@"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?\z")]
    private static partial Regex TimePattern();

    /// <summary>Parses and resolves; without a date the next occurrence is meant.</summary>
    public static WakeUpTime Resolve(string? time, string? date, DateTimeZone zone, Instant now, int bookableDays)
    {
        if (string.IsNullOrEmpty(time) || !TimePattern().IsMatch(time))
            throw new InvalidInputException("time", time, "must be HH:MM or HH:MM:SS, from 00:00 to 23:59:59");
        var clock = (time.Length == 5 ? LocalTimePattern.CreateWithInvariantCulture("HH:mm") : LocalTimePattern.CreateWithInvariantCulture("HH:mm:ss"))
            .Parse(time).Value;
        var today = now.InZone(zone).Date;
        if (string.IsNullOrEmpty(date)) return NextOccurrence(clock, zone, today, now);

        var parsed = LocalDatePattern.Iso.Parse(date);
        if (!parsed.Success) throw new InvalidInputException("date", date, "must be a calendar date, YYYY-MM-DD");
        if (parsed.Value > today.PlusDays(bookableDays))
            throw new InvalidInputException("date", date, $"must be within {bookableDays} days, by {Iso(today.PlusDays(bookableDays))}");
        return OnDate(parsed.Value, clock, zone, now) ?? throw new InvalidInputException(
            parsed.Value < today ? "date" : "time", parsed.Value < today ? date : time,
            $"{Iso(parsed.Value)} {Clock(clock)} is past: it is {Iso(today)} {Clock(now.InZone(zone).TimeOfDay)} in {zone.Id}");
    }

    /// <summary>The wall clock as it stands, under today's zone data: a gap that came later shifts to the first instant after it.</summary>
    public static WakeUpTime Rederive(LocalDate date, LocalTime time, DateTimeZone zone)
    {
        var map = zone.MapLocal(date + time);
        var due = map.Count == 0 ? map.LateInterval.Start : map.First().ToInstant();
        return new WakeUpTime(date, time, zone.Id, due);
    }

    private static WakeUpTime NextOccurrence(LocalTime clock, DateTimeZone zone, LocalDate today, Instant now)
    {
        // Today's may be past, tomorrow's may be skipped; a refusal then names the time, as with a date.
        if (zone.MapLocal(today + clock) is { Count: 0 } gap && gap.LateInterval.Start > now) throw Skipped(today, clock, zone);
        return OnDate(today, clock, zone, now) ?? OnDate(today.PlusDays(1), clock, zone, now)!;
    }

    private static WakeUpTime? OnDate(LocalDate date, LocalTime clock, DateTimeZone zone, Instant now)
    {
        var map = zone.MapLocal(date + clock);
        if (map.Count == 0) throw Skipped(date, clock, zone);
        foreach (var candidate in map.Count == 1 ? [map.Single()] : new[] { map.First(), map.Last() })
        {
            if (candidate.ToInstant() > now) return new WakeUpTime(date, clock, zone.Id, candidate.ToInstant());
        }

        return null;
    }

    private static InvalidInputException Skipped(LocalDate date, LocalTime clock, DateTimeZone zone)
    {
        var next = zone.MapLocal(date + clock).LateInterval.Start.InZone(zone).LocalDateTime;
        return new InvalidInputException("time", Clock(clock),
            $"does not exist on {Iso(date)} in {zone.Id}, the clocks are put forward; the next valid time is {Iso(next.Date)} {Clock(next.TimeOfDay)}");
    }

    internal static string Iso(LocalDate date) => date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);

    internal static string Clock(LocalTime time) =>
        time.ToString(time.Second == 0 ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);
}
