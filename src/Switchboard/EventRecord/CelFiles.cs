namespace Switchboard.EventRecord;

/// <summary>
/// Reads the call record that Asterisk keeps by itself, from a position on, through every kind of rotation: renamed, copied and cut off,
/// compressed. Rotated files stand beside the live one, and their names begin with its name.
/// </summary>
internal sealed class CelFiles(string path)
{
    private const int Attempts = 5;

    /// <summary>The end of the live file's last whole line, without reading the file; null when there is no such line.</summary>
    /// <exception cref="UnauthorizedAccessException">It may not be read; the message names it.</exception>
    public CelPosition? End()
    {
        try
        {
            using var content = CelContent.Open(path);
            return content.Name() is { } name ? new CelPosition(name, CelFile.EndOf(content)) : null;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// The events behind that position, oldest first; null means from the beginning of the oldest file. A line that is not written to its
    /// end comes next time. When the files do not hold still, nothing is taken and <see cref="CelReading.AtEnd"/> is false.
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">A file may not be read; the message names it.</exception>
    public CelReading Read(CelPosition? from, int atMost)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atMost, 1);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (CelFolder.Look(path) is { } folder && TryRead(folder, from, atMost) is { } reading) return reading;
        }

        return new CelReading([], from, AtEnd: false, Malformed: 0, Lost: null);
    }

    /// <summary>Null when a file was renamed, deleted or cut off after the folder was looked at: then all that was read is doubtful.</summary>
    private static CelReading? TryRead(CelFolder folder, CelPosition? from, int atMost)
    {
        var files = folder.From(from, out var gone);
        List<string> lost = gone is null ? [] : [gone];
        var taken = new Taken(atMost) { Next = from };
        for (var i = 0; i < files.Count && !taken.Full; i++)
        {
            using var content = files[i].Open();
            if (content is null) return null;
            var offset = files[i].FirstLine == from?.FirstLine ? from.Offset : 0;
            if (Take(files[i], content, offset, isLast: i == files.Count - 1, taken) is { } fault) lost.Add(fault);
            if (content.Name() != files[i].FirstLine) return null;
        }

        // Whoever passes from one file to the next may have passed over one that could not be read.
        if (taken.Next?.FirstLine != from?.FirstLine) lost.AddRange(folder.Unreadable);
        return new CelReading(taken.Lines, taken.Next, !taken.Full, taken.Malformed, lost.Count == 0 ? null : string.Join("; ", lost));
    }

    /// <summary>Takes what one file holds; the answer says what of it is lost.</summary>
    private static string? Take(CelCopies file, CelContent content, long offset, bool isLast, Taken taken)
    {
        taken.Next = new CelPosition(file.FirstLine, offset);
        try
        {
            var reader = new CelRecordReader(content.From(offset, out var start), start);
            var cutOff = start < offset ? $"{file.Name} ends at byte {start}, but {offset} were read: it was cut off, and what else went with that is not known" : null;
            taken.Next = taken.Next with { Offset = start };
            while (reader.TryRead(out var record))
            {
                if (!taken.Add(record)) return cutOff;
                taken.Next = taken.Next with { Offset = reader.Offset };
            }

            if (isLast || !reader.Unfinished) return cutOff;
            // .NET takes a compressed file without its end for a whole one; but a rotated one ends with a line's end.
            if (content.Compressed) return Damaged();
            // Nobody will write the rest of it: only the live file grows.
            taken.Malformed++;
            return cutOff;
        }
        catch (InvalidDataException)
        {
            // Said once, when it is left behind. Until then it may be a file that is still being compressed.
            return isLast ? null : Damaged();
        }

        string Damaged() => $"{file.Name} is damaged: what it holds behind byte {taken.Next!.Offset} cannot be read";
    }

    private sealed class Taken(int atMost)
    {
        public List<CelLine> Lines { get; } = [];

        public int Malformed { get; set; }

        public bool Full { get; private set; }

        public required CelPosition? Next { get; set; }

        /// <summary>False when it is one too many; that one is not taken.</summary>
        public bool Add(string? record)
        {
            Full = Lines.Count == atMost;
            if (Full) return false;
            if (record is not null && CelLine.TryParse(record, out var line)) Lines.Add(line);
            else Malformed++;
            return true;
        }
    }
}
