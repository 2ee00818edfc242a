using System.Buffers;
using System.Text;

namespace Switchboard.Asterisk.FastAgi;

/// <summary>Cuts a stream of bytes into lines, the same ones wherever the network cuts.</summary>
internal sealed class AgiLineReader(int maxLineBytes)
{
    /// <summary>Takes one line from the front of the buffer, without its end; false when more bytes are needed.</summary>
    /// <exception cref="AgiProtocolException">The line is longer than allowed.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out string line)
    {
        line = "";
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            if (buffer.Length > maxLineBytes) throw TooLong();
            return false;
        }

        var bytes = buffer.Slice(0, end);
        if (bytes.Length > maxLineBytes) throw TooLong();
        line = Encoding.UTF8.GetString(bytes).TrimEnd('\r');
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private AgiProtocolException TooLong() => new($"a line is longer than {maxLineBytes} bytes");
}
