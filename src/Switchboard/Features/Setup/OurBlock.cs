namespace Switchboard.Features.Setup;

/// <summary>
/// What is added at the end of a file that is somebody else's: lines between two marks. Taken out again the file is, to the byte, what it
/// was, also where its last line had no end.
/// </summary>
internal static class OurBlock
{
    private const string Begin = "; >>> switchboard setup: between these lines is Switchboard's, and goes by \"switchboard setup --remove\"";
    private const string BeginAfterOpenLine = Begin + " (with the line end before)";
    private const string End = "; <<< switchboard setup";

    public static string Put(string text, IReadOnlyList<string> lines)
    {
        // Wherever somebody has gone on writing, what is there already stays where it is.
        var wanted = $"{string.Join('\n', lines)}\n{End}\n";
        if (Find(text) is { } found && text[found.Begin..found.After].EndsWith($"\n{wanted}", StringComparison.Ordinal) && text[found.Begin..found.After].Count(c => c == '\n') == lines.Count + 2) return text;
        var without = Take(text);
        var open = without.Length > 0 && !without.EndsWith('\n');
        return $"{without}{(open ? "\n" + BeginAfterOpenLine : Begin)}\n{wanted}";
    }

    public static string Take(string text)
    {
        if (Find(text) is not { } found) return text;
        // The line end before is ours as well, unless somebody has gone on behind it.
        var ours = text.AsSpan(found.Begin).StartsWith(BeginAfterOpenLine, StringComparison.Ordinal) && found.After == text.Length;
        return text[..(ours ? Math.Max(0, found.Begin - 1) : found.Begin)] + text[found.After..];
    }

    private static (int Begin, int After)? Find(string text)
    {
        var begin = text.IndexOf(Begin, StringComparison.Ordinal);
        var end = begin < 0 ? -1 : text.IndexOf(End, begin, StringComparison.Ordinal);
        if (end < 0) return null;
        var after = end + End.Length;
        return (begin, after < text.Length && text[after] == '\n' ? after + 1 : after);
    }
}
