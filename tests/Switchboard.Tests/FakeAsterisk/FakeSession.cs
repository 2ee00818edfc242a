using System.Security.Cryptography;
using System.Text;

namespace Switchboard.Tests.FakeAsterisk;

/// <summary>One client of the fake server: the test reads its actions one by one and answers as it likes.</summary>
internal sealed class FakeSession(Stream stream) : IDisposable
{
    private readonly Stream _stream = stream;
    private readonly List<byte> _unread = [];

    public Task GreetAsync() => SendAsync("Asterisk Call Manager/11.0.0\r\n");

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes).AsTask().Soon();

    /// <summary>The client's next action.</summary>
    public async Task<FakeAction> ReadAsync() =>
        await NextAsync().Soon() ?? throw new InvalidOperationException("the client closed the connection");

    /// <summary>The client's next action, whenever it comes; null when the client has gone.</summary>
    public async Task<FakeAction?> NextAsync()
    {
        var buffer = new byte[4096];
        while (true)
        {
            var text = Encoding.UTF8.GetString([.. _unread]);
            if (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end and >= 0)
            {
                _unread.RemoveRange(0, Encoding.UTF8.GetByteCount(text[..(end + 4)]));
                return new FakeAction(text[..end]);
            }

            var read = await _stream.ReadAsync(buffer);
            if (read == 0) return null;
            _unread.AddRange(buffer.AsSpan(0, read));
        }
    }

    /// <summary>The client's next action, which must be this one.</summary>
    public async Task<FakeAction> ReadAsync(string name)
    {
        var action = await ReadAsync();
        Assert.Equal(name, action["Action"]);
        return action;
    }

    public Task AnswerAsync(FakeAction action, string headers = "Response: Success\r\n") => SendAsync($"{headers}ActionID: {action["ActionID"]}\r\n\r\n");

    /// <summary>Challenge and login; only the right secret is let in.</summary>
    public async Task LetInAsync(string secret = FakeAsteriskServer.Secret)
    {
        var challenge = await ReadAsync("Challenge");
        Assert.Equal("MD5", challenge["AuthType"]);
        await AnswerAsync(challenge, "Response: Success\r\nChallenge: 123456789\r\n");
        var login = await ReadAsync("Login");
#pragma warning disable CA5351 // AMI's own challenge
        var right = login["Key"] == Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes("123456789" + secret)));
#pragma warning restore CA5351
        await AnswerAsync(login, right ? "Response: Success\r\nMessage: Authentication accepted\r\n" : "Response: Error\r\nMessage: Authentication failed\r\n");
    }

    /// <summary>Waits until the client has gone.</summary>
    public async Task WaitForGoodbyeAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await _stream.ReadAsync(buffer).AsTask().Soon() > 0)
            {
                // Whatever it still had to say.
            }
        }
        catch (IOException)
        {
            // Reset: gone as well.
        }
    }

    /// <summary>Closes at once, as a killed Asterisk does.</summary>
    public void Dispose() => _stream.Dispose();
}

/// <summary>An action as it came over the wire.</summary>
internal sealed class FakeAction(string text)
{
    public string Text { get; } = text;

    public string? this[string key] => Text.Split("\r\n").Select(l => l.Split(": ", 2)).FirstOrDefault(l => l[0].Equals(key, StringComparison.OrdinalIgnoreCase))?[1];
}
