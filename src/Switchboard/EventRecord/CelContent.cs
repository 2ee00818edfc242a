using System.IO.Compression;

namespace Switchboard.EventRecord;

/// <summary>
/// The bytes of one opened file, decompressed where they must be. It stays the same file when it is renamed or deleted meanwhile; only
/// cut off and written anew it may be, so its <see cref="Name"/> is asked before and after reading.
/// </summary>
internal sealed class CelContent : IDisposable
{
    private readonly FileStream _file;

    // By its content and not its name: rotation may be told to call a compressed file anything.
    private CelContent(FileStream file)
    {
        _file = file;
        Span<byte> magic = stackalloc byte[2];
        Compressed = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
    }

    public bool Compressed { get; }

    /// <exception cref="FileNotFoundException">It is not there (any more).</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read; the message names it.</exception>
    public static CelContent Open(string path) =>
        new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));

    public void Dispose() => _file.Dispose();

    /// <summary>What the file is known by, see <see cref="CelPosition"/>; null while it has no whole line.</summary>
    /// <exception cref="InvalidDataException">It is compressed, and damaged before its first line ends.</exception>
    public string? Name()
    {
        var head = new byte[CelPosition.HeadBytes];
        var count = 0;
        var stream = FromStart();
        try
        {
            while (count < head.Length && stream.Read(head, count, head.Length - count) is var read and > 0) count += read;
        }
        catch (InvalidDataException) when (CelPosition.NameOf(head.AsSpan(0, count)) is not null)
        {
            // Damaged further on; what comes before can be read.
        }

        return CelPosition.NameOf(head.AsSpan(0, count));
    }

    /// <summary>Reads on from that byte, or from the end of a file that is shorter; reached says which. One stream at a time.</summary>
    public Stream From(long offset, out long reached)
    {
        var stream = FromStart();
        if (Compressed)
        {
            reached = Skip(stream, offset);
            return stream;
        }

        _file.Position = reached = Math.Min(offset, _file.Length);
        return _file;
    }

    /// <summary>How many bytes it holds; of a compressed one that is damaged, or not yet written to its end, those that can be read.</summary>
    public long Length()
    {
        if (!Compressed) return _file.Length;
        var length = 0L;
        try
        {
            var stream = FromStart();
            while (Skip(stream, 32 * 1024) is var more and > 0) length += more;
        }
        catch (InvalidDataException)
        {
            // What came before is what there is.
        }

        return length;
    }

    private static long Skip(Stream stream, long count)
    {
        var scratch = new byte[32 * 1024];
        var skipped = 0L;
        while (skipped < count && stream.Read(scratch, 0, (int)Math.Min(scratch.Length, count - skipped)) is var read and > 0) skipped += read;
        return skipped;
    }

    private Stream FromStart()
    {
        _file.Position = 0;
        return Compressed ? new GZipStream(_file, CompressionMode.Decompress, leaveOpen: true) : _file;
    }
}
