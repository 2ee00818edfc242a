namespace Switchboard.Journal;

/// <summary>What was found damaged when a journal was opened or read.</summary>
/// <param name="File">The segment.</param>
/// <param name="Bytes">So many bytes of it hold no whole record.</param>
/// <param name="Torn">The last record of the last segment: what a power cut leaves. Else something worse.</param>
internal sealed record JournalDamage(string File, long Bytes, bool Torn);

/// <summary>
/// An append-only log on the local disk, in segments: what is appended is synced to the disk before <see cref="Append"/> returns, is read
/// in order, and is deleted by whole segments once its owner has stored it elsewhere. Sequences never begin anew in a journal's life, so that
/// whoever drains it can remember the last one beside what it stored. Thread-safe; reading does not hold up appending.
/// </summary>
internal sealed class SegmentedJournal : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly long _segmentBytes;
    private readonly FileStream _owner;
    private readonly SortedDictionary<long, Segment> _segments = [];
    private FileStream _active;
    private long _released;

    private SegmentedJournal(string folder, long limit, long segmentBytes)
    {
        (_folder, Limit, _segmentBytes) = (folder, limit, segmentBytes);
        Directory.CreateDirectory(folder);
        _owner = Own(folder);
        try
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.journal")) Find(file);
            _active = _segments.Count == 0 ? Begin(1) : Resume();
        }
        catch
        {
            _owner.Dispose();
            throw;
        }
    }

    /// <summary>Made with the journal; a journal that was deleted and begins at 1 again is another one.</summary>
    public Guid Id { get; private set; } = Guid.CreateVersion7();

    /// <summary>The most that <see cref="Size"/> may become, in bytes.</summary>
    public long Limit { get; }

    /// <summary>Bytes on the disk.</summary>
    public long Size
    {
        get { lock (_lock) return _segments.Values.Sum(s => s.Length); }
    }

    /// <summary>The sequence of the last record ever appended, 0 before the first.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Everything was released.</summary>
    public bool IsEmpty
    {
        get { lock (_lock) return _released >= LastSequence; }
    }

    /// <summary>What was cut off when it was opened, or could not be read since.</summary>
    public event Action<JournalDamage>? Damaged;

    /// <summary>What was cut off when it was opened.</summary>
    public JournalDamage? FoundTorn { get; private set; }

    /// <summary>Opens or makes the journal of this folder; a torn end is cut off (<see cref="FoundTorn"/>).</summary>
    /// <exception cref="JournalInUseException">Another process has it.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static SegmentedJournal Open(string folder, long limit, long segmentBytes = 8 * 1024 * 1024) => new(folder, limit, segmentBytes);

    /// <summary>Appends all of these, or none: they are on the disk when this returns. Returns the last one's sequence.</summary>
    /// <exception cref="JournalFullException">It would become larger than its limit.</exception>
    /// <exception cref="IOException">The disk refuses: full, or gone.</exception>
    public long Append(params IReadOnlyList<ReadOnlyMemory<byte>> payloads)
    {
        var bytes = payloads.Sum(p => JournalSegment.RecordHeaderBytes + p.Length);
        var frames = new byte[bytes];
        lock (_lock)
        {
            var size = Size;
            if (size + bytes > Limit) throw new JournalFullException(_folder, size, Limit);
            var (at, sequence) = (0, LastSequence);
            foreach (var payload in payloads)
            {
                JournalSegment.Frame(++sequence, payload.Span, frames.AsSpan(at));
                at += JournalSegment.RecordHeaderBytes + payload.Length;
            }

            var segment = Active;
            if (segment.Length > JournalSegment.HeaderBytes && segment.Length + bytes > _segmentBytes) segment = Roll();
            try
            {
                _active.Position = segment.Length;
                _active.Write(frames);
                _active.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                // Half a record must not stand in the way of the next ones.
                _active.SetLength(segment.Length);
                throw;
            }

            segment.Length += bytes;
            return LastSequence = sequence;
        }
    }

    /// <summary>The records behind this sequence that are there when it is asked, in order.</summary>
    public IEnumerable<JournalRecord> Read(long after = 0)
    {
        List<(long First, Segment Segment, long Length)> segments;
        long last;
        lock (_lock)
        {
            segments = [.. _segments.Select(s => (s.Key, s.Value, s.Value.Length))];
            last = LastSequence;
            after = Math.Max(after, _released);
        }

        for (var i = 0; i < segments.Count; i++)
        {
            var (first, segment, length) = segments[i];
            var next = i + 1 < segments.Count ? segments[i + 1].First : last + 1;
            if (next - 1 <= after) continue;
            var expected = first;
            using var file = new FileStream(segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 128 * 1024);
            file.Position = JournalSegment.HeaderBytes;
            while (expected < next)
            {
                var at = file.Position;
                if (JournalSegment.ReadRecord(file, expected) is not { } record)
                {
                    Damaged?.Invoke(new(segment.Path, length - at, Torn: false));
                    break;
                }

                expected++;
                if (record.Sequence > after) yield return record;
            }
        }
    }

    /// <summary>Everything up to this sequence is stored elsewhere for good: segments that hold nothing else are deleted.</summary>
    public void Release(long upTo)
    {
        lock (_lock)
        {
            _released = Math.Max(_released, Math.Min(upTo, LastSequence));
            // The last sequence must survive: a new segment names it before the old one goes.
            if (_released == LastSequence && Active.Length > JournalSegment.HeaderBytes) Roll();
            var firsts = _segments.Keys.ToList();
            for (var i = 0; i + 1 < firsts.Count && firsts[i + 1] - 1 <= _released; i++)
            {
                File.Delete(_segments[firsts[i]].Path);
                _segments.Remove(firsts[i]);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock) _active.Dispose();
        _owner.Dispose();
    }

    private Segment Active => _segments[_segments.Keys.Last()];

    private static FileStream Own(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException inUse) when (inUse is not (DirectoryNotFoundException or PathTooLongException) && File.Exists(Path.Combine(folder, "lock")))
        {
            throw new JournalInUseException(folder);
        }
    }

    private void Find(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (JournalSegment.ReadHeader(file) is { } header) _segments.Add(header.FirstSequence, new Segment(path, file.Length) { Journal = header.Journal });
        // Died while it was being made: it never held a record.
        else if (file.Length <= JournalSegment.HeaderBytes) File.Delete(path);
        else File.Move(path, path + ".damaged", overwrite: true);
    }

    private FileStream Resume()
    {
        var (first, segment) = _segments.Last();
        Id = segment.Journal;
        _released = _segments.Keys.First() - 1;
        LastSequence = first - 1;
        var file = new FileStream(segment.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 128 * 1024);
        var whole = file.Position = JournalSegment.HeaderBytes;
        while (JournalSegment.ReadRecord(file, LastSequence + 1) is { } record)
        {
            LastSequence = record.Sequence;
            whole = file.Position;
        }

        if (whole < file.Length)
        {
            FoundTorn = new(segment.Path, file.Length - whole, Torn: true);
            file.SetLength(whole);
            file.Flush(flushToDisk: true);
        }

        segment.Length = whole;
        return file;
    }

    private Segment Roll()
    {
        var before = _active;
        _active = Begin(LastSequence + 1);
        before.Dispose();
        return Active;
    }

    private FileStream Begin(long firstSequence)
    {
        var path = Path.Combine(_folder, JournalSegment.NameOf(firstSequence));
        var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 0);
        try
        {
            file.Write(JournalSegment.Header(Id, firstSequence));
            file.Flush(flushToDisk: true);
            DurableFiles.SyncFolder(_folder);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }

        _segments.Add(firstSequence, new Segment(path, JournalSegment.HeaderBytes) { Journal = Id });
        return file;
    }

    private sealed class Segment(string path, long length)
    {
        public string Path => path;
        public Guid Journal { get; init; }
        public long Length { get; set; } = length;
    }
}
