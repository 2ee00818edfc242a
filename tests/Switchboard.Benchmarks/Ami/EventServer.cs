using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Switchboard.Benchmarks.Ami;

/// <summary>
/// The other side, in a process of its own: lets everybody in, answers actions, and sends events when an action Go asks for
/// them (Count, and Rate a second, 0 for as fast as the reader takes them; Kind record for a wake-up's events with the PBX's time).
/// </summary>
internal static class EventServer
{
    public static void Run()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        // Ends with the process that asked for it.
        _ = Task.Run(() =>
        {
            Console.In.ReadToEnd();
            Environment.Exit(0);
        });
        while (true)
        {
            var socket = listener.AcceptSocket();
            new Thread(() => Serve(socket)) { IsBackground = true }.Start();
        }
    }

    private static void Serve(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            socket.Send("Asterisk Call Manager/11.0.0\r\n"u8);
            var buffer = new byte[256 * 1024];
            var filled = 0;
            EventBlocks? blocks = null;
            while (true)
            {
                var read = socket.Receive(buffer, filled, buffer.Length - filled, SocketFlags.None);
                if (read == 0) return;
                filled += read;
                var start = 0;
                var answers = new StringBuilder();
                int end;
                while ((end = buffer.AsSpan(start, filled - start).IndexOf("\r\n\r\n"u8)) >= 0)
                {
                    var action = Encoding.UTF8.GetString(buffer, start, end);
                    start += end + 4;
                    if (Header(action, "Action") == "Go")
                    {
                        socket.Send(Encoding.UTF8.GetBytes(answers.ToString()));
                        answers.Clear();
                        blocks ??= new EventBlocks(Header(action, "Kind") == "record");
                        Send(socket, blocks, Number(action, "Count"), Number(action, "Rate"));
                    }
                    else
                    {
                        Answer(action, answers);
                    }
                }

                buffer.AsSpan(start, filled - start).CopyTo(buffer);
                filled -= start;
                if (answers.Length > 0) socket.Send(Encoding.UTF8.GetBytes(answers.ToString()));
            }
        }
        catch (SocketException)
        {
            // The reader has gone.
        }
    }

    private static void Answer(string action, StringBuilder answers)
    {
        var id = Header(action, "ActionID");
        answers.Append(CultureInfo.InvariantCulture, $"Response: Success\r\nActionID: {id}\r\n");
        switch (Header(action, "Action"))
        {
            case "Challenge": answers.Append("Challenge: 123456789\r\n\r\n"); break;
            case "Login": answers.Append("Message: Authentication accepted\r\n\r\nEvent: FullyBooted\r\nStatus: Fully Booted\r\n\r\n"); break;
            default: answers.Append("Ping: Pong\r\nTimestamp: 1764000000.000000\r\n\r\n"); break;
        }
    }

    private static void Send(Socket socket, EventBlocks blocks, int count, int rate)
    {
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < count;)
        {
            // As fast as it goes, in blocks; or what is due by now, in slices of about a millisecond.
            var due = rate == 0 ? EventBlocks.Events : (int)Math.Min(EventBlocks.Events, (Stopwatch.GetElapsedTime(began).TotalSeconds * rate) - sent);
            due = Math.Min(due, count - sent);
            if (due <= 0)
            {
                // To the microsecond, or leaving the core to those who are measured on it.
                if (blocks.IsRecord) socket.Poll(1000, SelectMode.SelectRead);
                else Thread.SpinWait(2000);
                Thread.Yield();
                continue;
            }

            var block = blocks.Next(ref due, stamped: rate > 0 || blocks.IsRecord);
            for (var offset = 0; offset < block.Length;) offset += socket.Send(block[offset..], SocketFlags.None);
            sent += due;
        }
    }

    private static int Number(string action, string key) => int.Parse(Header(action, key) ?? "0", CultureInfo.InvariantCulture);

    private static string? Header(string action, string key) =>
        action.Split("\r\n").Select(l => l.Split(": ", 2)).FirstOrDefault(l => l[0] == key)?[1];
}
