using System.Globalization;
using NodaTime;
using NodaTime.Text;
using Switchboard.Web;

namespace Switchboard.Features.Stays;

/// <summary>What people type about guests, checked before anything is stored.</summary>
internal static class StayInput
{
    public const int LongestName = 80;
    private const int LongestTitle = 40;

    public static StayGuest Guest(StayCheckIn request, IReadOnlyList<string> languages, LocalDate today)
    {
        var name = Line("guestName", request.GuestName, LongestName);
        var title = request.Title is null ? null : Line("title", request.Title, LongestTitle);
        if (request.Language is { } language && !languages.Contains(language, StringComparer.Ordinal))
            throw new InvalidInputException("language", language, $"must be one of {string.Join(", ", languages)}");
        if (request.Level is < 0 or > 3)
            throw new InvalidInputException("level", request.Level.Value.ToString(CultureInfo.InvariantCulture), "must be 0 (internal), 1 (local), 2 (national) or 3 (international)");
        return new StayGuest(name, title, request.Language, request.Vip ?? false, Until(request.Until, today));
    }

    /// <summary>A text on one line.</summary>
    public static string Line(string field, string? value, int longest)
    {
        var text = value?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > longest || text.Any(EndsTheLine))
            throw new InvalidInputException(field, value, $"must be 1 to {longest} characters on one line");
        return text;
    }

    private static bool EndsTheLine(char c) => char.IsControl(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static LocalDate? Until(string? until, LocalDate today)
    {
        if (until is null) return null;
        var day = LocalDatePattern.Iso.Parse(until);
        if (!day.Success) throw new InvalidInputException("until", until, "must be a calendar date, YYYY-MM-DD");
        return day.Value >= today ? day.Value : throw new InvalidInputException("until", until, $"is past: today is {LocalDatePattern.Iso.Format(today)}");
    }
}
