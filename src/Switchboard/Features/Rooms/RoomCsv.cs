using System.Text.RegularExpressions;
using CsvHelper;
using Switchboard.Web;

namespace Switchboard.Features.Rooms;

/// <summary>
/// The import file: <c>number,floor,language,pbx,dial_strings,sends_no_ringing</c>, UTF-8, several dial strings apart by spaces
/// or semicolons. The first bad line is named and nothing is imported.
/// </summary>
public static partial class RoomCsv
{
    private static readonly string[] Columns = ["number", "floor", "language", "pbx", "dial_strings", "sends_no_ringing"];

    private const int MostDialled = 900;

    // What goes into the dialplan is digits, letters and few signs: no comma, quote, dollar, ampersand or line end.
    [GeneratedRegex(@"^(PJSIP|SIP|IAX2|DAHDI|SCCP)/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(/[A-Za-z0-9*#]{1,32})?(@[A-Za-z0-9][A-Za-z0-9_.-]{0,63})?\z")]
    private static partial Regex DialString();

    [GeneratedRegex(@"^[A-Za-z0-9]{1,10}\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex PbxName();

    public static IReadOnlyList<RoomLine> Parse(TextReader file, IReadOnlyCollection<string> languages)
    {
        using var csv = CsvTable.Open(file, Columns, ["number", "dial_strings"], "room");
        var lines = new List<RoomLine>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (csv.Read())
        {
            var row = csv.Parser.RawRow;
            var line = ParseLine(csv, row, languages);
            if (!seen.TryAdd(line.Number, row))
                throw new InvalidInputException("number", line.Number, $"stands in line {seen[line.Number]} already", row);
            lines.Add(line);
        }

        return lines;
    }

    private static RoomLine ParseLine(CsvReader csv, int row, IReadOnlyCollection<string> languages)
    {
        csv.CheckLine();
        var number = Field("number") ?? "";
        if (!Number().IsMatch(number)) throw Bad("number", number, "must be 1 to 10 letters or digits");
        var floor = Field("floor");
        if (floor is { Length: > 20 }) throw Bad("floor", floor, "must be at most 20 characters");
        var language = Field("language");
        if (language is not null && !languages.Contains(language, StringComparer.Ordinal))
            throw Bad("language", language, $"must be one of {string.Join(", ", languages)}, or empty for the hotel's order");
        var pbx = Field("pbx") ?? "main";
        if (!PbxName().IsMatch(pbx)) throw Bad("pbx", pbx, "must be 1 to 40 lower-case letters, digits or hyphens");

        var dialStrings = (Field("dial_strings") ?? "").Split([' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (dialStrings.Length is 0 or > 8) throw Bad("dial_strings", Field("dial_strings"), "must name 1 to 8 phones, such as PJSIP/1203");
        foreach (var dial in dialStrings)
        {
            if (!DialString().IsMatch(dial))
                throw Bad("dial_strings", dial, "must be TECHNOLOGY/name (PJSIP, SIP, IAX2, DAHDI, SCCP) of letters, digits, '_', '.', '-', apart by spaces or ';'");
        }

        // They travel to the PBX in one header, which has its limit.
        if (dialStrings.Sum(d => d.Length + 1) > MostDialled) throw Bad("dial_strings", Field("dial_strings"), $"must be at most {MostDialled} characters in all");
        var noRinging = Field("sends_no_ringing");
        if (noRinging is not (null or "true" or "false")) throw Bad("sends_no_ringing", noRinging, "must be true, false or empty");
        return new RoomLine(number, floor, language, pbx, dialStrings, noRinging == "true");

        string? Field(string column) => csv.Field(column);
        InvalidInputException Bad(string field, string? value, string allowed) => new(field, value, allowed, row);
    }
}
