using System.Text.RegularExpressions;
using CsvHelper;
using Switchboard.Web;

namespace Switchboard.Features.Directories;

/// <summary>
/// The import file: <c>key,name,title,extension,hours,mobile,mail,deputy,languages</c>, UTF-8, several languages apart by spaces. The first bad line
/// is named and nothing is imported.
/// </summary>
public static partial class DirectoryCsv
{
    private static readonly string[] Columns = ["key", "name", "title", "extension", "hours", "mobile", "mail", "deputy", "languages"];

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex KeyPattern();

    // Both go to the PBX to be dialled: digits and nothing else.
    [GeneratedRegex(@"^[0-9]{1,10}\z")]
    private static partial Regex ExtensionPattern();

    [GeneratedRegex(@"^\+?[0-9]{5,20}\z")]
    private static partial Regex MobilePattern();

    // One plain address, which no header of a mail can be ended with.
    [GeneratedRegex(@"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}\z")]
    private static partial Regex MailPattern();

    public static IReadOnlyList<DirectoryLine> Parse(TextReader file, IReadOnlyCollection<string> languages)
    {
        using var csv = CsvTable.Open(file, Columns, ["key", "name", "extension"], "entry");
        var lines = new List<DirectoryLine>();
        var (keys, extensions) = (new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        while (csv.Read())
        {
            var line = ParseLine(csv, csv.Parser.RawRow, languages);
            if (!keys.TryAdd(line.Key, line.Row)) throw new InvalidInputException("key", line.Key, $"stands in line {keys[line.Key]} already", line.Row);
            if (!extensions.TryAdd(line.Extension, line.Row)) throw new InvalidInputException("extension", line.Extension, $"stands in line {extensions[line.Extension]} already", line.Row);
            lines.Add(line);
        }

        return lines;
    }

    private static DirectoryLine ParseLine(CsvReader csv, int row, IReadOnlyCollection<string> languages)
    {
        csv.CheckLine();
        var key = Field("key") ?? "";
        if (!KeyPattern().IsMatch(key)) throw Bad("key", key, "must be 1 to 40 lower-case letters, digits or hyphens");
        var name = Field("name");
        if (name is null or { Length: > 80 } || name.Any(char.IsControl)) throw Bad("name", name, "must be 1 to 80 characters on one line");
        var title = Field("title");
        if (title is { Length: > 80 } || title?.Any(char.IsControl) == true) throw Bad("title", title, "must be at most 80 characters on one line");
        var extension = Field("extension") ?? "";
        if (!ExtensionPattern().IsMatch(extension)) throw Bad("extension", extension, "must be 1 to 10 digits");
        var hours = Field("hours");
        if (hours is not null && !IsHours(hours)) throw Bad("hours", hours, OfficeHours.Grammar);
        var mobile = Field("mobile");
        if (mobile is not null && !MobilePattern().IsMatch(mobile)) throw Bad("mobile", mobile, "must be 5 to 20 digits, with a + before them where it is international");
        var mail = Field("mail");
        if (mail is not null && !MailPattern().IsMatch(mail)) throw Bad("mail", mail, "must be one mail address, such as gm@hotel.example");
        var deputy = Field("deputy");
        if (deputy == key) throw Bad("deputy", deputy, "must be another entry's key");
        var spoken = (Field("languages") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (spoken.FirstOrDefault(l => !languages.Contains(l, StringComparer.Ordinal)) is { } unknown) throw Bad("languages", unknown, $"must be some of {string.Join(" ", languages)}");
        return new DirectoryLine(row, key, name, title, extension, hours, mobile, mail, deputy, [.. spoken.Distinct(StringComparer.Ordinal)]);

        string? Field(string column) => csv.Field(column);
        InvalidInputException Bad(string field, string? value, string allowed) => new(field, value, allowed, row);
    }

    private static bool IsHours(string text)
    {
        try
        {
            return text.Length <= 200 && OfficeHours.Parse(text).ForDialplan().Length <= OfficeHours.LongestForDialplan;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
