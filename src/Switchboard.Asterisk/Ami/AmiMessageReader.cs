using System.Buffers;
using System.Text;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// Cuts a stream of bytes into messages, resumable at every byte. It remembers how far it has searched, so a long message is not
/// searched again with every packet; one beyond the limit is named and skipped without being kept.
/// </summary>
internal sealed class AmiMessageReader(int maxMessageBytes)
{
    private static readonly byte[] End = "\r\n\r\n"u8.ToArray();
    private long _searched;
    private string? _skipping;

    /// <summary>The first words of a message that was refused for its size, once it has been skipped to its end.</summary>
    public string? Skipped { get; private set; }

    /// <summary>Takes one message from the front of the buffer; false when more bytes are needed (or an oversize one was skipped, see <see cref="Skipped"/>).</summary>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out AmiMessage message)
    {
        message = null!;
        Skipped = null;
        if (_skipping is null) SkipBlankLines(ref buffer);
        // The end may lie across what was searched: three bytes back.
        var from = Math.Max(0, _searched - (End.Length - 1));
        var reader = new SequenceReader<byte>(buffer.Slice(from));
        if (!reader.TryReadTo(out ReadOnlySequence<byte> head, End))
        {
            _searched = buffer.Length;
            if (buffer.Length > maxMessageBytes) BeginOrGoOnSkipping(ref buffer);
            return false;
        }

        var length = from + head.Length;
        var bytes = buffer.Slice(0, length);
        buffer = buffer.Slice(length + End.Length);
        _searched = 0;
        if (_skipping is not null || length > maxMessageBytes)
        {
            Skipped = _skipping ?? FirstLine(bytes);
            _skipping = null;
            return false;
        }

        message = AmiMessage.Parse(bytes.ToArray());
        return true;
    }

    private void SkipBlankLines(ref ReadOnlySequence<byte> buffer)
    {
        Span<byte> two = stackalloc byte[2];
        while (buffer.Length >= 2)
        {
            buffer.Slice(0, 2).CopyTo(two);
            if (two is not [(byte)'\r', (byte)'\n']) return;
            buffer = buffer.Slice(2);
            _searched = 0;
        }
    }

    private void BeginOrGoOnSkipping(ref ReadOnlySequence<byte> buffer)
    {
        _skipping ??= FirstLine(buffer);
        buffer = buffer.Slice(buffer.Length - (End.Length - 1));
        _searched = 0;
    }

    private static string FirstLine(ReadOnlySequence<byte> bytes)
    {
        var start = Encoding.UTF8.GetString(bytes.Slice(0, Math.Min(80, bytes.Length)));
        var end = start.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? start : start[..end];
    }
}
