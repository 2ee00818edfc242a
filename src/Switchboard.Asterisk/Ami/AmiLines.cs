using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Switchboard.Asterisk.Ami;

/// <summary>Finds lines in a message without walking over those before. Only CR LF ends a line.</summary>
internal static class AmiLines
{
    /// <summary>
    /// Where the next line begins, from <paramref name="from"/> on, that has a colon behind so many bytes; -1 where there is none. Line end
    /// and colon are looked for at 32 places at once: hardly another line has both at the same distance.
    /// </summary>
    public static int NextWithColonAt(ReadOnlySpan<byte> bytes, int from, int distance)
    {
        var last = bytes.Length - 1 - distance;
        if (from == 0 && last >= 0 && bytes[distance] == (byte)':') return 0;
        // Any other line begins behind a line's end.
        from = Math.Max(from, 2);
        ref var start = ref MemoryMarshal.GetReference(bytes);
        while (from <= last)
        {
            if (last + 1 < Vector256<byte>.Count + 2) return NextOneByOne(bytes, from, last, distance);
            // The last 32 places are looked at together, also those of them that were seen before.
            var block = Math.Min(from, last + 1 - Vector256<byte>.Count);
            var ends = Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)(block - 1)), Vector256.Create((byte)'\n'));
            var colons = Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)(block + distance)), Vector256.Create((byte)':'));
            var both = (ends & colons).ExtractMostSignificantBits() & (uint.MaxValue << (from - block));
            for (; both != 0; both &= both - 1)
            {
                var line = block + BitOperations.TrailingZeroCount(both);
                if (bytes[line - 2] == (byte)'\r') return line;
            }

            from = block + Vector256<byte>.Count;
        }

        return -1;
    }

    private static int NextOneByOne(ReadOnlySpan<byte> bytes, int from, int last, int distance)
    {
        for (; from <= last; from++)
        {
            if (bytes[from - 1] == (byte)'\n' && bytes[from - 2] == (byte)'\r' && bytes[from + distance] == (byte)':') return from;
        }

        return -1;
    }
}
