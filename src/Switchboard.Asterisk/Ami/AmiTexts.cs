using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// The short texts that come again and again (events' names, channels, ids, contexts), each decoded once for all who ask. A table of fixed
/// size in which a new text drives out an old one: a peer that invents texts costs time to decode them, never memory. May be used from any
/// thread without a lock: whatever an entry holds is compared byte by byte before it is handed out.
/// </summary>
internal sealed class AmiTexts
{
    /// <summary>So many texts are kept at most.</summary>
    public const int Capacity = Sets * Ways;

    /// <summary>A longer text is decoded anew each time.</summary>
    public const int MaxLength = 48;

    // With four places for each hash, a hotel's thousand channels at a time hardly drive each other out; four entries fill a cache line.
    private const int Sets = 2048;
    private const int Ways = 4;
    private readonly Entry[] _entries = new Entry[Capacity];

    /// <summary>The table of all connections.</summary>
    public static AmiTexts Shared { get; } = new();

    /// <summary>How many are kept now.</summary>
    public int Count => _entries.Count(entry => entry.Text is not null);

    /// <summary>The text of these bytes; what is no UTF-8 becomes U+FFFD.</summary>
    public string Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return "";
        if (bytes.Length > MaxLength) return Encoding.UTF8.GetString(bytes);
        var hash = Hash(bytes);
        var set = _entries.AsSpan((int)(hash % Sets) * Ways, Ways);
        foreach (ref var entry in set)
        {
            if (entry.Hash == hash && entry.Text is { } known && Ascii.Equals(bytes, known)) return known;
        }

        return Add(set, hash, bytes);
    }

    private static string Add(Span<Entry> set, uint hash, ReadOnlySpan<byte> bytes)
    {
        // Of ASCII alone the bytes can be compared with the text. Latin-1 is ASCII there, and the quicker decoder.
        if (!Ascii.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);
        var text = Encoding.Latin1.GetString(bytes);
        // A place that is free, or one by chance: texts that come in turns do not all drive each other out.
        var place = (int)(hash >> 30);
        for (var i = 0; i < Ways && set[place].Text is not null; i++) place = (place + 1) % Ways;
        set[place] = new Entry { Hash = hash, Text = text };
        return text;
    }

    // Both ends and the middle: texts that differ elsewhere share a hash, and drive each other out at worst.
    private static uint Hash(ReadOnlySpan<byte> bytes)
    {
        ulong first, last;
        if (bytes.Length >= sizeof(ulong))
        {
            first = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            last = BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]);
            var middle = BinaryPrimitives.ReadUInt64LittleEndian(bytes[((bytes.Length - sizeof(ulong)) / 2)..]);
            first ^= BitOperations.RotateLeft(middle, 29);
        }
        else
        {
            first = last = 0;
            foreach (var letter in bytes) first = (first << 8) | letter;
        }

        var mixed = (first ^ BitOperations.RotateLeft(last, 17) ^ ((ulong)bytes.Length << 56)) * 0x9E3779B97F4A7C15;
        return (uint)((mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9 >> 32);
    }

    private struct Entry
    {
        public uint Hash;
        public string? Text;
    }
}
