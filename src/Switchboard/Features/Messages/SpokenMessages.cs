using NodaTime;

namespace Switchboard.Features.Messages;

/// <summary>Which prompts, one after the other, say how many messages there are and when one was left. Pure; the recordings are in sounds/LANGUAGE/switchboard.</summary>
internal static class SpokenMessages
{
    private const int MostCounted = 59;

    /// <summary>You have 2 messages.</summary>
    public static IEnumerable<string> Count(int messages, string language) => messages == 0
        ? ["messages-none"]
        : ["messages-have", Counted(Math.Min(messages, MostCounted), language), messages == 1 ? "messages-one" : "messages-many"];

    /// <summary>Received today at 14:05, on the hotel's clocks.</summary>
    public static IEnumerable<string> Received(LocalDateTime at, LocalDate today, string language) => ["message-received", .. Day(at.Date, today), .. Clock(at.TimeOfDay, language)];

    private static IEnumerable<string> Day(LocalDate day, LocalDate today) =>
        day == today ? ["today"] : day == today.PlusDays(-1) ? ["yesterday"] : [$"month-{day.Month}", $"day-{day.Day}"];

    private static IEnumerable<string> Clock(LocalTime time, string language)
    {
        // 14点05分; fourteen oh five, and on the hour: fourteen o'clock.
        string[] minutes = time.Minute == 0 ? [] : time.Minute < 10 ? ["oh", $"n-{time.Minute}"] : [$"n-{time.Minute}"];
        if (language == "zh") return [Counted(time.Hour, language), "oclock", .. minutes, .. minutes.Length > 0 ? ["minute"] : Array.Empty<string>()];
        return [$"n-{time.Hour}", .. minutes.Length > 0 ? minutes : ["oclock"]];
    }

    // 两点, 两条.
    private static string Counted(int number, string language) => language == "zh" && number == 2 ? "two-of" : $"n-{number}";
}
