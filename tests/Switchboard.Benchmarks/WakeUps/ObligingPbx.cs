using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Switchboard.Benchmarks.WakeUps;

/// <summary>An AMI server whose guests press 1 as soon as they are called: for a day that passes in minutes, where no phone could ring in time.</summary>
internal sealed class ObligingPbx : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ObligingPbx()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Rooms called.</summary>
    public int Calls { get; private set; }

    /// <summary>Sessions so far.</summary>
    public int Sessions { get; private set; }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The day is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        Sessions++;
        var stream = client.GetStream();
        await stream.WriteAsync("Asterisk Call Manager/11.0.0\r\n"u8.ToArray());
        var unread = "";
        var buffer = new byte[16 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer) is var read and > 0)
            {
                unread += Encoding.UTF8.GetString(buffer, 0, read);
                var answers = new StringBuilder();
                while (unread.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end and >= 0)
                {
                    Answer(unread[..end].Split("\r\n").Select(l => l.Split(": ", 2)).ToLookup(p => p[0], p => p[^1], StringComparer.OrdinalIgnoreCase), answers);
                    unread = unread[(end + 4)..];
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(answers.ToString()));
            }
        }
        catch (IOException)
        {
            // The worker has gone.
        }
    }

    private void Answer(ILookup<string, string> action, StringBuilder to)
    {
        var id = action["ActionID"].First();
        void Say(params string[] lines) => to.AppendJoin("\r\n", lines).Append(CultureInfo.InvariantCulture, $"\r\nActionID: {id}\r\n\r\n");
        switch (action["Action"].First())
        {
            case "Challenge": Say("Response: Success", "Challenge: 123456789"); break;
            case "Login":
                Say("Response: Success", "Message: Authentication accepted");
                to.Append("Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n");
                break;
            case "Ping": Say("Response: Success", "Ping: Pong", "Timestamp: 1764000000.000000"); break;
            case "CoreShowChannels":
                Say("Response: Success", "EventList: start");
                Say("Event: CoreShowChannelsComplete", "EventList: Complete", "ListItems: 0");
                break;
            case "DBGetTree": Say("Response: Error", "Message: Database entry not found"); break;
            case "CoreSettings": Say("Response: Success", "AsteriskVersion: 22.0.0"); break;
            case "Originate":
                Say("Response: Success", "Message: Originate successfully queued");
                if (action["ChannelId"].FirstOrDefault() is { } channel)
                {
                    Calls++;
                    to.Append(CultureInfo.InvariantCulture, $"Event: Newstate\r\nChannel: PJSIP/1-1\r\nChannelState: 5\r\nLinkedid: {channel}\r\n\r\n");
                    to.Append(CultureInfo.InvariantCulture, $"Event: UserEvent\r\nUserEvent: SwitchboardKey\r\nCall: {channel}\r\nKey: 1\r\n\r\n");
                    to.Append(CultureInfo.InvariantCulture, $"Event: Hangup\r\nUniqueid: {channel}\r\nCause: 16\r\n\r\n");
                }

                Say("Event: OriginateResponse", "Response: Success", "Reason: 4");
                break;
            default: Say("Response: Success"); break;
        }
    }
}
