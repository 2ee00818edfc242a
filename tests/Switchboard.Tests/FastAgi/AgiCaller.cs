using System.Net;
using System.Net.Sockets;
using System.Text;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.FastAgi;

/// <summary>Asterisk's side of one FastAGI connection, by hand. Whatever it claims of Asterisk, FastAgiOnAsteriskTests proves on the real one.</summary>
internal sealed class AgiCaller(Socket socket) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private readonly List<byte> _unread = [];

    public static async Task<AgiCaller> ConnectAsync(IPEndPoint server, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        await socket.ConnectAsync(server).Soon();
        return new AgiCaller(socket);
    }

    /// <summary>What Asterisk 22 sends first.</summary>
    public static string Environment(string script, params string[] arguments) =>
        $"agi_network: yes\nagi_network_script: {script}\nagi_request: agi://127.0.0.1:4573/{script}\nagi_channel: PJSIP/1203-0000001a\nagi_language: en\nagi_type: PJSIP\n"
        + "agi_uniqueid: 1764137000.7\nagi_version: 22.10.0\nagi_callerid: 1203\nagi_calleridname: unknown\nagi_callingpres: 0\nagi_context: rooms\nagi_extension: *61\nagi_priority: 3\n"
        + "agi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 1234\n"
        + string.Concat(arguments.Select((a, i) => $"agi_arg_{i + 1}: {a}\n")) + "\n";

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes).AsTask().Soon();

    /// <summary>The next line, or null where the server has closed.</summary>
    public async Task<string?> ReadAsync()
    {
        var buffer = new byte[4096];
        while (true)
        {
            if (_unread.IndexOf((byte)'\n') is var end and >= 0)
            {
                var line = Encoding.UTF8.GetString([.. _unread.Take(end)]);
                _unread.RemoveRange(0, end + 1);
                return line;
            }

            int read;
            try
            {
                read = await _stream.ReadAsync(buffer).AsTask().Soon();
            }
            catch (IOException)
            {
                return null; // reset: closed as well
            }

            if (read == 0) return _unread.Count == 0 ? null : throw new InvalidOperationException("half a line");
            _unread.AddRange(buffer.AsSpan(0, read));
        }
    }

    /// <summary>The next line must be this one; it is answered.</summary>
    public async Task AnswerAsync(string command, string answer = "200 result=0")
    {
        Assert.Equal(command, await ReadAsync());
        await SendAsync(answer + "\n");
    }

    /// <summary>The script is over: well, or so that Asterisk sets AGISTATUS to FAILURE.</summary>
    public async Task EndAsync(bool failed)
    {
        if (failed) Assert.Equal("failure", await ReadAsync());
        Assert.Null(await ReadAsync());
    }

    /// <summary>Closes, as Asterisk does.</summary>
    public void Dispose() => _stream.Dispose();
}
