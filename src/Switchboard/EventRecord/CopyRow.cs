using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using NodaTime;

namespace Switchboard.EventRecord;

/// <summary>
/// Writes fields in the form of PostgreSQL's binary COPY (the manual's page on COPY, "Binary Format"): what is encoded once goes to the database
/// or to the journal as it is.
/// </summary>
internal static class CopyRow
{
    /// <summary>Begins the stream: signature, no flags, no extension.</summary>
    public static ReadOnlyMemory<byte> Header { get; } = (byte[])[.. "PGCOPY\n"u8, 0xff, .. "\r\n\0"u8, .. new byte[8]];

    /// <summary>Ends the stream.</summary>
    public static ReadOnlyMemory<byte> Trailer { get; } = new byte[] { 0xff, 0xff };

    private static readonly Instant Epoch = Instant.FromUtc(2000, 1, 1, 0, 0);

    public static void Fields(this IBufferWriter<byte> rows, short count)
    {
        BinaryPrimitives.WriteInt16BigEndian(rows.GetSpan(2), count);
        rows.Advance(2);
    }

    public static void Null(this IBufferWriter<byte> rows) => Length(rows, -1);

    public static void Uuid(this IBufferWriter<byte> rows, Guid value)
    {
        Length(rows, 16);
        value.TryWriteBytes(rows.GetSpan(16), bigEndian: true, out _);
        rows.Advance(16);
    }

    public static void Int64(this IBufferWriter<byte> rows, long value)
    {
        Length(rows, 8);
        BinaryPrimitives.WriteInt64BigEndian(rows.GetSpan(8), value);
        rows.Advance(8);
    }

    /// <summary>timestamptz: microseconds since 2000.</summary>
    public static void Timestamp(this IBufferWriter<byte> rows, Instant value) => Int64(rows, (value - Epoch).BclCompatibleTicks / 10);

    /// <summary>Text that is known to be <see cref="Storable"/>.</summary>
    public static void Text(this IBufferWriter<byte> rows, ReadOnlySpan<byte> utf8)
    {
        Length(rows, utf8.Length);
        rows.Write(utf8);
    }

    public static void Text(this IBufferWriter<byte> rows, string? text)
    {
        if (text is null)
        {
            rows.Null();
            return;
        }

        var field = rows.GetSpan(4 + Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, field[4..]);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        rows.Advance(4 + length);
    }

    /// <summary>jsonb, in its first version.</summary>
    public static void Jsonb(this IBufferWriter<byte> rows, ReadOnlySpan<byte> json)
    {
        Length(rows, json.Length + 1);
        rows.GetSpan(1)[0] = 1;
        rows.Advance(1);
        rows.Write(json);
    }

    /// <summary>PostgreSQL stores neither NUL nor what is no UTF-8.</summary>
    public static bool Storable(ReadOnlySpan<byte> utf8) => !utf8.Contains((byte)0) && Utf8.IsValid(utf8);

    /// <summary>The same with U+FFFD for what cannot be stored.</summary>
    public static byte[] Mended(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace('\0', '\uFFFD'));

    private static void Length(IBufferWriter<byte> rows, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(rows.GetSpan(4), length);
        rows.Advance(4);
    }
}
