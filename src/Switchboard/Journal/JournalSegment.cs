using System.Buffers.Binary;
using System.IO.Hashing;

namespace Switchboard.Journal;

/// <summary>A record as it was appended.</summary>
/// <param name="Sequence">Counted from 1 through the journal's whole life.</param>
/// <param name="Payload">What its owner wrote.</param>
internal sealed record JournalRecord(long Sequence, byte[] Payload);

/// <summary>
/// One file of a journal: a header (magic, journal id, first sequence, checksum), then records (length, checksum over sequence and payload,
/// sequence, payload). All numbers are little-endian.
/// </summary>
internal static class JournalSegment
{
    public const int HeaderBytes = 36;
    public const int RecordHeaderBytes = 16;
    public const int LargestPayload = 64 * 1024 * 1024;
    private static ReadOnlySpan<byte> Magic => "SWBJRNL1"u8;

    public static string NameOf(long firstSequence) => $"{firstSequence:D20}.journal";

    public static byte[] Header(Guid journal, long firstSequence)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        journal.TryWriteBytes(header.AsSpan(8));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), firstSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(32), Crc32.HashToUInt32(header.AsSpan(0, 32)));
        return header;
    }

    public static void Frame(long sequence, ReadOnlySpan<byte> payload, Span<byte> record)
    {
        BinaryPrimitives.WriteInt32LittleEndian(record, payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], sequence);
        payload.CopyTo(record[RecordHeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32.HashToUInt32(record[8..(RecordHeaderBytes + payload.Length)]));
    }

    /// <summary>Whose segment it is, or null where the header is torn or somebody else's.</summary>
    public static (Guid Journal, long FirstSequence)? ReadHeader(Stream file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.StartsWith(Magic)) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[32..]) != Crc32.HashToUInt32(header[..32])) return null;
        return (new Guid(header.Slice(8, 16)), BinaryPrimitives.ReadInt64LittleEndian(header[24..]));
    }

    /// <summary>The next record, or null at the end or where what follows is no whole record (the stream then stands anywhere).</summary>
    public static JournalRecord? ReadRecord(Stream file, long expected)
    {
        Span<byte> header = stackalloc byte[RecordHeaderBytes];
        if (file.ReadAtLeast(header, RecordHeaderBytes, throwOnEndOfStream: false) < RecordHeaderBytes) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        var sequence = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
        if (length is < 0 or > LargestPayload || sequence != expected || length > file.Length - file.Position) return null;
        var payload = new byte[length];
        file.ReadExactly(payload);
        var sum = new Crc32();
        sum.Append(header[8..]);
        sum.Append(payload);
        return BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == sum.GetCurrentHashAsUInt32() ? new JournalRecord(sequence, payload) : null;
    }
}
