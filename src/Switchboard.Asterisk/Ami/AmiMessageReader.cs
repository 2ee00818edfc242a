using System.Buffers;
using System.Text;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// Cuts a stream of bytes into messages, resumable at every byte: the same messages wherever the network cuts. It remembers how far it has
/// searched, so a long message is not searched again with every packet; one beyond the limit is named and skipped without being kept.
/// </summary>
internal sealed class AmiMessageReader
{
    /// <summary>So much of a message that is too long is kept, to tell what it was.</summary>
    public const int HeadBytes = 512;

    private static readonly byte[] End = "\r\n\r\n"u8.ToArray();
    private readonly int _maxMessageBytes;
    private long _searched;
    private AmiMessage? _skipping;

    public AmiMessageReader(int maxMessageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessageBytes, HeadBytes);
        _maxMessageBytes = maxMessageBytes;
    }

    /// <summary>The first headers of a message that was refused for its size, once it has been skipped to its end.</summary>
    public AmiMessage? Skipped { get; private set; }

    /// <summary>Something of an unfinished message has come, kept or not.</summary>
    public bool IsInside(ReadOnlySequence<byte> rest) => _skipping is not null || !rest.IsEmpty;

    /// <summary>Takes one message from the front of the buffer; false when more bytes are needed (or one too long was skipped, see <see cref="Skipped"/>).</summary>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out AmiMessage message)
    {
        Skipped = null;
        if (_skipping is null && _searched == 0 && TryReadWhole(ref buffer, out message)) return true;
        message = null!;
        if (_skipping is null) SkipBlankLines(ref buffer);
        var length = FindEnd(buffer);
        if (length < 0)
        {
            _searched = buffer.Length;
            // The end itself may have come in part.
            if (_skipping is not null || buffer.Length > _maxMessageBytes + End.Length - 1) Skip(ref buffer);
            return false;
        }

        var bytes = buffer.Slice(0, length);
        buffer = buffer.Slice(length + End.Length);
        _searched = 0;
        if (_skipping is not null || length > _maxMessageBytes)
        {
            Skipped = _skipping ?? Head(bytes);
            _skipping = null;
            return false;
        }

        message = new AmiMessage(bytes.ToArray());
        return true;
    }

    /// <summary>Nearly every message has come whole and lies in one piece; any other one is left to the slower way.</summary>
    private bool TryReadWhole(ref ReadOnlySequence<byte> buffer, out AmiMessage message)
    {
        message = null!;
        var bytes = buffer.FirstSpan;
        var start = 0;
        while (bytes[start..].StartsWith("\r\n"u8)) start += 2;
        var length = bytes[start..].IndexOf(End);
        if (length < 0 || length > _maxMessageBytes) return false;
        message = new AmiMessage(bytes.Slice(start, length).ToArray());
        buffer = buffer.Slice(start + length + End.Length);
        return true;
    }

    private long FindEnd(ReadOnlySequence<byte> buffer)
    {
        // The end may lie across what was searched: three bytes back.
        var from = Math.Max(0, _searched - (End.Length - 1));
        var first = buffer.FirstSpan;
        if (from < first.Length)
        {
            var end = first[(int)from..].IndexOf(End);
            if (end >= 0) return from + end;
            if (buffer.IsSingleSegment) return -1;
            from = Math.Max(from, first.Length - (End.Length - 1));
        }

        var reader = new SequenceReader<byte>(buffer.Slice(from));
        return reader.TryReadTo(out ReadOnlySequence<byte> head, End) ? from + head.Length : -1;
    }

    private void SkipBlankLines(ref ReadOnlySequence<byte> buffer)
    {
        Span<byte> two = stackalloc byte[2];
        while (buffer.Length >= 2)
        {
            if (buffer.FirstSpan is [not (byte)'\r', ..]) return;
            buffer.Slice(0, 2).CopyTo(two);
            if (two is not [(byte)'\r', (byte)'\n']) return;
            buffer = buffer.Slice(2);
            _searched = 0;
        }
    }

    private void Skip(ref ReadOnlySequence<byte> buffer)
    {
        _skipping ??= Head(buffer);
        buffer = buffer.Slice(Math.Max(0, buffer.Length - (End.Length - 1)));
        _searched = 0;
    }

    // Whole headers only, as far as they go: half a value would be another value.
    private static AmiMessage Head(ReadOnlySequence<byte> bytes)
    {
        var head = bytes.Slice(0, Math.Min(HeadBytes, bytes.Length)).ToArray();
        var whole = head.AsSpan().LastIndexOf("\r\n"u8);
        return new AmiMessage(whole > 0 ? head[..whole] : head);
    }
}
