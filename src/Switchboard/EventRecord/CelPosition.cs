using System.Globalization;
using System.Text;

namespace Switchboard.EventRecord;

/// <summary>
/// How far the call record was read: which file, and how many bytes of it (uncompressed). A file is known by its first line, which holds
/// microseconds and a unique id, so that it stays the same file whatever rotation calls it.
/// </summary>
internal sealed record CelPosition(string FirstLine, long Offset)
{
    private const int MostCharacters = 512;

    /// <summary>So many bytes hold <see cref="MostCharacters"/> for certain: UTF-8 needs at most three for one UTF-16 unit.</summary>
    public const int HeadBytes = 2048;

    /// <summary>What a file is known by, from its first <see cref="HeadBytes"/>; null while the first line is not written to its end.</summary>
    public static string? NameOf(ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\n');
        if (end < 0 && head.Length < HeadBytes) return null;
        var line = Decode(end < 0 ? head : head[..end]);
        if (line.Length <= MostCharacters) return line;
        // Half a surrogate pair would not survive being stored, and the file would not be found again.
        return line[..(char.IsHighSurrogate(line[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)];
    }

    /// <summary>UTF-8 with U+FFFD for what is none, and for NUL, which a crash may leave in a file and PostgreSQL keeps in no text.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes).Replace('\0', '\uFFFD');

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Offset} {FirstLine}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static CelPosition Parse(string text)
    {
        var blank = text.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0 || !long.TryParse(text.AsSpan(0, blank), NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            throw new FormatException("a position in the call record is a number of bytes, a blank and the first line of its file");
        return new CelPosition(text[(blank + 1)..], offset);
    }
}
