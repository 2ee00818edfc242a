using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NodaTime;

namespace Switchboard.EventRecord;

/// <summary>
/// One event as Asterisk writes it to cel.csv: thirteen columns, in the order of the parameters. Asterisk 22 quotes every column, 16 only
/// those that it is told to; both are read.
/// </summary>
internal sealed partial record CelLine(
    string EventType,
    Instant EventTime,
    string UniqueId,
    string LinkedId,
    string Channel,
    string Extension,
    string Context,
    string Application,
    string ApplicationData,
    string CallerNumber,
    string Peer,
    string UserDefinedType,
    string Extra)
{
    private const int Columns = 13;

    private const long LastSecond = 253402300799; // the end of the year 9999, where Instant ends

    /// <summary>How many bytes are enough for <see cref="Begins"/>.</summary>
    public const int BeginningBytes = 80;

    // Epoch seconds; Asterisk writes six decimals.
    [GeneratedRegex(@"^([0-9]{1,12})(?:\.([0-9]{1,9}))?\z")]
    private static partial Regex Time();

    [GeneratedRegex("""^"?[A-Za-z0-9_]{1,40}"?,"?[0-9]{9,12}\.[0-9]{6}"?,""")]
    private static partial Regex Beginning();

    /// <summary>False for a line that is none: other than thirteen columns, no name, no time, broken quotes.</summary>
    public static bool TryParse(string line, [NotNullWhen(true)] out CelLine? parsed)
    {
        parsed = null;
        var text = line.EndsWith('\n') ? line[..^1] : line;
        if (text.EndsWith('\r')) text = text[..^1];
        var fields = new string[Columns];
        var at = 0;
        for (var i = 0; i < Columns; i++)
        {
            if (!TryTake(text, ref at, out fields[i])) return false;
        }

        // More columns than ours: a comma stands where none was quoted, and nobody knows which column it has split.
        if (at <= text.Length || fields[0].Length == 0 || ParseTime(fields[1]) is not { } time) return false;
        parsed = new CelLine(fields[0], time, fields[2], fields[3], fields[4], fields[5], fields[6], fields[7], fields[8], fields[9], fields[10], fields[11], fields[12]);
        return true;
    }

    /// <summary>The event's time, also from a line of which only the beginning was kept.</summary>
    public static Instant? TimeOf(string beginning)
    {
        var at = 0;
        return TryTake(beginning, ref at, out _) && TryTake(beginning, ref at, out var time) && at <= beginning.Length ? ParseTime(time) : null;
    }

    /// <summary>Whether these bytes look like the first ones of an event: a name, then a time with microseconds.</summary>
    public static bool Begins(ReadOnlySpan<byte> bytes) => Beginning().IsMatch(Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, BeginningBytes)]));

    private static Instant? ParseTime(string text)
    {
        if (Time().Match(text) is not { Success: true } match) return null;
        var seconds = long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        if (seconds > LastSecond) return null;
        return Instant.FromUnixTimeSeconds(seconds).PlusNanoseconds(long.Parse(match.Groups[2].Value.PadRight(9, '0'), CultureInfo.InvariantCulture));
    }

    /// <summary>Takes one field; at is then behind its comma, or beyond the line's length when it was the last.</summary>
    private static bool TryTake(string line, ref int at, out string field)
    {
        field = "";
        if (at > line.Length) return false;
        if (at == line.Length || line[at] != '"')
        {
            var comma = line.IndexOf(',', at);
            var end = comma < 0 ? line.Length : comma;
            field = line[at..end];
            at = end + 1;
            return true;
        }

        var text = new StringBuilder();
        for (var from = at + 1; ;)
        {
            var quote = line.IndexOf('"', from);
            if (quote < 0) return false;
            text.Append(line, from, quote - from);
            var behind = quote + 1;
            if (behind < line.Length && line[behind] == '"')
            {
                text.Append('"');
                from = behind + 1;
                continue;
            }

            if (behind < line.Length && line[behind] != ',') return false;
            at = behind + 1;
            field = text.ToString();
            return true;
        }
    }
}
