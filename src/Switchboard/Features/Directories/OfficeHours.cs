using NodaTime;
using NodaTime.Text;

namespace Switchboard.Features.Directories;

/// <summary>
/// When somebody is there, on the hotel's wall clock: days and times, such as <c>Mo-Fr 09:00-12:00,13:30-18:00; Sa 09:00-12:00</c>. A time that ends
/// before it begins goes over midnight and belongs to the day on which it begins. Without days it is every day.
/// </summary>
public sealed class OfficeHours
{
    /// <summary>What is understood, for error messages.</summary>
    public const string Grammar = "must be days and times, such as: Mo-Fr 09:00-12:00,13:30-18:00; Sa,Su 10:00-14:00 (days Mo Tu We Th Fr Sa Su); empty is round the clock";

    private static readonly string[] Days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
    private static readonly LocalTimePattern Time = LocalTimePattern.CreateWithInvariantCulture("HH:mm");
    private static readonly string[] DialplanDays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    private const long MinutesOfADay = 24 * 60;

    /// <summary>An entry of AstDB travels in one header.</summary>
    internal const int LongestForDialplan = 850;

    private readonly List<(bool[] Days, long From, long To)> _rules = [];

    private OfficeHours() { }

    /// <exception cref="FormatException">It is not of that form.</exception>
    public static OfficeHours Parse(string text)
    {
        var hours = new OfficeHours();
        foreach (var rule in text.Split(';', StringSplitOptions.TrimEntries)) hours.Add(rule);
        return hours;
    }

    /// <summary>Is somebody there at this time of the hotel?</summary>
    public bool IsOpen(LocalDateTime at)
    {
        var today = (int)at.DayOfWeek - 1;
        var yesterday = (today + 6) % 7;
        var minute = (at.Hour * 60) + at.Minute;
        return _rules.Exists(r => (r.Days[today] && minute >= r.From && minute < r.To) || (r.Days[yesterday] && minute + MinutesOfADay < r.To));
    }

    /// <summary>
    /// As the dialplan reads them: <c>09.00-12.00/mon&amp;tue+13.30-18.00/mon&amp;tue</c>, the end exclusive but for 23.59, which is the day's. What goes over
    /// midnight is two.
    /// </summary>
    public string ForDialplan()
    {
        var parts = new List<string>();
        foreach (var (days, from, to) in _rules)
        {
            parts.Add(Part(days, from, Math.Min(to, MinutesOfADay)));
            if (to > MinutesOfADay) parts.Add(Part([.. days[^1..], .. days[..^1]], 0, to - MinutesOfADay));
        }

        return string.Join('+', parts);

        static string Part(bool[] days, long from, long to) => $"{Clock(from)}-{(to == MinutesOfADay ? "23.59" : Clock(to))}/{string.Join('&', DialplanDays.Where((_, i) => days[i]))}";
        static string Clock(long minute) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{minute / 60:00}.{minute % 60:00}");
    }

    private void Add(string rule)
    {
        var parts = rule.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is 0 or > 2) throw new FormatException();
        var days = parts.Length == 1 ? [true, true, true, true, true, true, true] : DaysOf(parts[0]);
        foreach (var span in parts[^1].Split(','))
        {
            if (span.Split('-') is not [var from, var to]) throw new FormatException();
            var (begins, ends) = (MinuteOf(from), MinuteOf(to));
            if (begins == ends || begins == MinutesOfADay) throw new FormatException();
            _rules.Add((days, begins, ends > begins ? ends : ends + MinutesOfADay));
        }
    }

    private static bool[] DaysOf(string text)
    {
        var days = new bool[7];
        foreach (var item in text.Split(','))
        {
            var ends = item.Split('-').Select(d => Array.IndexOf(Days, d)).ToArray();
            if (ends.Length > 2 || ends.Contains(-1)) throw new FormatException();
            // Over the end of the week where it is written so: Sa-Mo.
            for (var day = ends[0]; ; day = (day + 1) % 7)
            {
                days[day] = true;
                if (day == ends[^1]) break;
            }
        }

        return days;
    }

    private static long MinuteOf(string text) => text == "24:00" ? MinutesOfADay
        : Time.Parse(text) is { Success: true } time ? (time.Value.Hour * 60) + time.Value.Minute : throw new FormatException();
}
