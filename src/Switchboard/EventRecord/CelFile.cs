using NodaTime;

namespace Switchboard.EventRecord;

/// <summary>One file of the call record, as it lay there when it was looked at.</summary>
/// <param name="Path">Its name at that moment.</param>
/// <param name="Live">Asterisk writes to it.</param>
/// <param name="FirstLine">What it is known by, see <see cref="CelPosition"/>.</param>
/// <param name="Begins">The time of its first event.</param>
internal sealed record CelFile(string Path, bool Live, string FirstLine, Instant Begins)
{
    private const int TailBytes = 2 * CelRecordReader.MostBytes;

    // Behind so many lines that are no events, none is looked for.
    private const int LinesForTime = 1000;

    /// <summary>Null for a file without a whole line.</summary>
    public static CelFile? Look(string path, bool live)
    {
        using var content = CelContent.Open(path);
        var name = content.Name();
        return name is null ? null : new CelFile(path, live, name, CelLine.TimeOf(name) ?? FirstTime(content, path));
    }

    /// <summary>Opens it; null when another file has this name by now, or none.</summary>
    public CelContent? Open()
    {
        try
        {
            var content = CelContent.Open(Path);
            if (content.Name() == FirstLine) return content;
            content.Dispose();
            return null;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The end of the last whole record, found from the file's last bytes.</summary>
    public static long EndOf(CelContent content)
    {
        var length = content.Length();
        var reader = new CelRecordReader(content.From(LastBeginning(content, length), out var start), start);
        while (reader.TryRead(out _))
        {
        }

        return reader.Offset;
    }

    /// <summary>Where some event begins near the end: behind LF, an event's beginning starts a record whatever precedes it.</summary>
    private static long LastBeginning(CelContent content, long length)
    {
        if (length <= TailBytes) return 0;
        var stream = content.From(length - TailBytes, out var from);
        var tail = new byte[TailBytes];
        var bytes = tail.AsSpan(0, stream.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false));
        for (var at = 0; bytes[at..].IndexOf((byte)'\n') is var lf and >= 0;)
        {
            at += lf + 1;
            if (CelLine.Begins(bytes[at..])) return from + at;
        }

        return 0;
    }

    private static Instant FirstTime(CelContent content, string path)
    {
        var reader = new CelRecordReader(content.From(0, out _), 0);
        for (var i = 0; i < LinesForTime && reader.TryRead(out var record); i++)
        {
            if (record is not null && CelLine.TryParse(record, out var line)) return line.EventTime;
        }

        // Nothing in it tells its place among the others; when it was last written to comes nearest.
        return Instant.FromDateTimeUtc(File.GetLastWriteTimeUtc(path));
    }
}
