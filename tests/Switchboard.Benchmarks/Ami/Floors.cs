using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Switchboard.Benchmarks.Ami;

/// <summary>What the client is measured against, in the same run: no client, only the work that none can do without.</summary>
internal static class Floors
{
    public static Socket Open(int port, int count)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        socket.Send(System.Text.Encoding.ASCII.GetBytes($"Action: Go\r\nCount: {count}\r\n\r\n"));
        return socket;
    }

    /// <summary>Only reading the socket; counts nothing but bytes.</summary>
    public static void ReadOnly(int port, int count, long bytes)
    {
        using var socket = Open(port, count);
        var buffer = new byte[256 * 1024];
        for (var total = 0L; total < bytes;) total += socket.Receive(buffer);
    }

    /// <summary>A bare pipeline loop that splits lines and keys and keeps nothing.</summary>
    public static async Task<long> SplitAsync(int port, int count)
    {
        using var socket = Open(port, count);
        await using var stream = new NetworkStream(socket);
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        long events = 0, keys = 0;
        while (events < count)
        {
            var read = await reader.ReadAsync();
            var buffer = read.Buffer;
            var consumed = Split(buffer, ref events, ref keys);
            reader.AdvanceTo(consumed, buffer.End);
        }

        return keys;
    }

    private static SequencePosition Split(ReadOnlySequence<byte> buffer, ref long events, ref long keys)
    {
        var reader = new SequenceReader<byte>(buffer);
        var consumed = reader.Position;
        while (reader.TryReadTo(out ReadOnlySpan<byte> line, "\r\n"u8))
        {
            if (line.Length == 0) events++;
            else if (line.IndexOf((byte)':') > 0) keys++;
            consumed = reader.Position;
        }

        return consumed;
    }
}
