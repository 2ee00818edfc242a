using System.Buffers;
using System.Buffers.Binary;
using NodaTime;

namespace Switchboard.EventRecord;

/// <summary>One unbroken stretch of listening to a PBX (or of reading its own file); sequences count in it.</summary>
/// <param name="Id">Made when the stretch began.</param>
/// <param name="Pbx">The PBX's name.</param>
/// <param name="Source">How its events came: <c>ami</c> or <c>cel</c>.</param>
/// <param name="StartedAt">When.</param>
internal sealed record EventSession(Guid Id, string Pbx, string Source, Instant StartedAt)
{
    public const string Ami = "ami";
    public const string Cel = "cel";

    public static EventSession Begin(string pbx, string source, Instant now) => new(Guid.CreateVersion7(), pbx, source, now);
}

/// <summary>Events of one session that are stored together: rows in the form of COPY, of which the database knows the last one it has.</summary>
internal sealed class EventChunk(EventSession session, ArrayBufferWriter<byte>? rows = null)
{
    private const byte Version = 1;

    public EventSession Session => session;
    public ArrayBufferWriter<byte> Rows { get; } = rows ?? new ArrayBufferWriter<byte>();
    public int Count { get; private set; }
    public long FirstSequence { get; private set; }
    public long LastSequence { get; private set; }

    /// <summary>When its first event was received.</summary>
    public Instant FirstReceived { get; private set; }
    public Instant LastReceived { get; private set; }

    /// <summary>The earliest and latest time of its events by the PBX: the days that must exist.</summary>
    public Instant Earliest { get; private set; } = Instant.MaxValue;
    public Instant Latest { get; private set; } = Instant.MinValue;

    /// <summary>Counts a row that was just written to <see cref="Rows"/>.</summary>
    public void Added(long sequence, Instant at, Instant received)
    {
        if (Count++ == 0) (FirstSequence, FirstReceived) = (sequence, received);
        (LastSequence, LastReceived) = (sequence, received);
        (Earliest, Latest) = (Instant.Min(Earliest, at), Instant.Max(Latest, at));
    }

    /// <summary>For the journal.</summary>
    public byte[] ToBytes()
    {
        using var memory = new MemoryStream(Rows.WrittenCount + 200);
        using var writer = new BinaryWriter(memory);
        writer.Write(Version);
        writer.Write(session.Id.ToByteArray());
        writer.Write(session.Pbx);
        writer.Write(session.Source);
        writer.Write(session.StartedAt.ToUnixTimeTicks());
        writer.Write(Count);
        writer.Write(FirstSequence);
        writer.Write(LastSequence);
        foreach (var at in (Instant[])[FirstReceived, LastReceived, Earliest, Latest]) writer.Write(at.ToUnixTimeTicks());
        writer.Write(Rows.WrittenSpan);
        writer.Flush();
        return memory.ToArray();
    }

    /// <exception cref="InvalidDataException">Another version's, or no chunk.</exception>
    public static EventChunk FromBytes(byte[] bytes)
    {
        try
        {
            using var memory = new MemoryStream(bytes);
            using var reader = new BinaryReader(memory);
            if (reader.ReadByte() != Version) throw new InvalidDataException("events of another version of the journal");
            var session = new EventSession(new Guid(reader.ReadBytes(16)), reader.ReadString(), reader.ReadString(), ReadInstant());
            var rows = new ArrayBufferWriter<byte>(Math.Max(1, bytes.Length - (int)memory.Position));
            var chunk = new EventChunk(session, rows) { Count = reader.ReadInt32(), FirstSequence = reader.ReadInt64(), LastSequence = reader.ReadInt64() };
            (chunk.FirstReceived, chunk.LastReceived, chunk.Earliest, chunk.Latest) = (ReadInstant(), ReadInstant(), ReadInstant(), ReadInstant());
            rows.Write(bytes.AsSpan((int)memory.Position));
            if (chunk.BytesOf(chunk.Count) != rows.WrittenCount) throw new InvalidDataException("events that are not whole");
            return chunk;

            Instant ReadInstant() => Instant.FromUnixTimeTicks(reader.ReadInt64());
        }
        catch (Exception torn) when (torn is EndOfStreamException or ArgumentException or IOException or FormatException)
        {
            throw new InvalidDataException("no events", torn);
        }
    }

    /// <summary>Two halves, or null where there is only one row. For finding the one row that the database refuses.</summary>
    public (EventChunk First, EventChunk Second)? Split()
    {
        if (Count < 2) return null;
        var half = BytesOf(Count / 2);
        return (Part(Rows.WrittenSpan[..half]), Part(Rows.WrittenSpan[half..]));
    }

    /// <summary>The rows behind this sequence, or null where there are none: what is left to store of a chunk that was stored in part.</summary>
    public EventChunk? After(long sequence)
    {
        var left = Rows.WrittenSpan;
        while (!left.IsEmpty && SequenceOf(left) <= sequence) left = left[RowLength(left)..];
        return left.IsEmpty ? null : Part(left);
    }

    private EventChunk Part(ReadOnlySpan<byte> rows)
    {
        var part = new EventChunk(session);
        part.Rows.Write(rows);
        for (; !rows.IsEmpty; rows = rows[RowLength(rows)..]) part.Added(SequenceOf(rows), Earliest, FirstReceived);
        (part.Latest, part.LastReceived) = (Latest, LastReceived);
        return part;
    }

    private int BytesOf(int rows)
    {
        var at = 0;
        for (var row = 0; row < rows; row++) at += RowLength(Rows.WrittenSpan[at..]);
        return at;
    }

    private static int RowLength(ReadOnlySpan<byte> rows)
    {
        var fields = BinaryPrimitives.ReadInt16BigEndian(rows);
        var at = 2;
        for (var field = 0; field < fields; field++) at += 4 + Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(rows[at..]));
        return at;
    }

    // Field 2, behind the session's id.
    private static long SequenceOf(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt64BigEndian(row[(2 + 4 + 16 + 4)..]);
}
