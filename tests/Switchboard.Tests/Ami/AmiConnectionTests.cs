using System.Net.Sockets;
using Switchboard.Asterisk.Ami;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Ami;

/// <summary>Connecting, staying connected, and what becomes of what was under way when a session dies.</summary>
public class AmiConnectionTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task It_logs_in_by_challenge_and_the_secret_is_never_on_the_wire()
    {
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server);
        using var session = await server.AcceptAsync();
        await session.GreetAsync();
        var challenge = await session.ReadAsync("Challenge");
        await session.AnswerAsync(challenge, "Response: Success\r\nChallenge: 123456789\r\n");
        var login = await session.ReadAsync("Login");
        Assert.Equal("switchboard", login["Username"]);
        Assert.DoesNotContain(FakeAsteriskServer.Secret, login.Text, StringComparison.Ordinal);
        Assert.Equal(AmiState.LoggingIn, client.Connection.Status.State);
    }

    [Fact]
    public async Task Only_FullyBooted_makes_it_connected_and_events_before_it_are_not_lost()
    {
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server);
        using var session = await server.AcceptAsync();
        await session.GreetAsync();
        await session.SendAsync("Event: Early\r\n\r\n");
        await session.LetInAsync();
        await Assert.ThrowsAsync<AmiNotConnectedException>(() => client.Connection.SendAsync(new AmiAction("Ping")));
        await session.SendAsync("Event: Later\r\n\r\nEvent: FullyBooted\r\n\r\nEvent: Then\r\n\r\n");
        Assert.Equal(1, Assert.IsType<AmiConnected>(await client.NextAsync()).Generation);
        foreach (var name in (string[])["Early", "Later", "FullyBooted", "Then"]) Assert.Equal(name, await client.NextEventAsync());
        Assert.Equal(AmiState.Connected, client.Connection.Status.State);
        Assert.Equal("Asterisk Call Manager/11.0.0", client.Connection.Status.Banner);
    }

    [Fact]
    public async Task An_Asterisk_that_never_says_FullyBooted_is_left_after_its_time()
    {
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server);
        using var session = await server.AcceptAsync();
        await session.GreetAsync();
        await session.LetInAsync();
        await client.Clock.PassAsync(client.Options.FullyBootedTimeout);
        await session.WaitForGoodbyeAsync();
        await client.Clock.PassAsync(TimeSpan.Zero, Second);
        using var again = await server.AcceptAsync();
        Assert.Contains("no FullyBooted within 60 s", client.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_login_waits_long_says_why_and_never_shows_the_secret()
    {
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server);
        using (var refused = await server.AcceptAsync())
        {
            await refused.GreetAsync();
            await refused.LetInAsync("another secret");
            await client.Clock.PassAsync(client.Options.RefusedLoginDelay);
        }

        Assert.Contains("AMI login as switchboard", client.Log, StringComparison.Ordinal);
        Assert.Contains("Authentication failed", client.Log, StringComparison.Ordinal);
        using var session = await server.AcceptAndBootAsync();
        Assert.IsType<AmiConnected>(await client.NextAsync());
        foreach (var text in (string[])[client.Log, client.Options.ToString(), client.Connection.Status.ToString()])
            Assert.DoesNotContain(FakeAsteriskServer.Secret, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_that_sends_no_greeting_or_another_one_is_not_taken_for_Asterisk()
    {
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server);
        using (await server.AcceptAsync())
        {
            await client.Clock.PassAsync(client.Options.GreetingTimeout);
            await client.Clock.PassAsync(TimeSpan.Zero, Second);
        }

        using (var mail = await server.AcceptAsync())
        {
            await mail.SendAsync("220 mail.example ESMTP\r\n");
            await client.Clock.PassAsync(TimeSpan.Zero, Second);
        }

        using var session = await server.AcceptAndBootAsync();
        Assert.IsType<AmiConnected>(await client.NextAsync());
        Assert.Contains("no greeting within 12 s", client.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_tried_for_ever_with_growing_jittered_waits()
    {
        // A port that was just given back: nobody listens there.
        using var server = new FakeAsteriskServer();
        var port = server.Port;
        server.Dispose();
        await using var client = AmiClient.Start(port);
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 25; i++)
        {
            waits.Add(await client.Clock.WaitForTimerAsync(TimeSpan.FromTicks(1), client.Options.ReconnectDelayMax));
            client.Clock.Advance(waits[^1]);
        }

        Assert.True(waits.Distinct().Count() > 2, "the waits have no jitter");
        Assert.True(waits[0] <= Second, $"the first wait is {waits[0]}");
        Assert.True(waits.Max() > Second, "the waits do not grow");
        // One line a minute, not one a try.
        Assert.True(client.Log.Split("cannot be reached").Length < 6, client.Log);
    }

    [Fact]
    public async Task When_the_session_dies_everything_pending_fails_at_once_and_nothing_is_sent_again()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        var pending = Enumerable.Range(0, 20).Select(_ => client.Connection.SendAsync(new AmiAction("CoreStatus"))).ToList();
        var list = client.Connection.SendListAsync(new AmiAction("CoreShowChannels"));
        for (var i = 0; i < 21; i++) await session.ReadAsync();
        session.Dispose();
        foreach (var action in pending) await Assert.ThrowsAsync<AmiConnectionLostException>(() => action.Soon());
        await Assert.ThrowsAsync<AmiConnectionLostException>(() => list.Soon());
        Assert.IsType<AmiDisconnected>(await client.NextAsync());

        await client.Clock.PassAsync(TimeSpan.FromMilliseconds(1), Second);
        using var next = await server.AcceptAndBootAsync();
        Assert.Equal(2, Assert.IsType<AmiConnected>(await client.NextAsync()).Generation);
        Assert.Equal(2, Assert.IsType<AmiEvent>(await client.NextAsync()).Generation);
        // The first thing that the new session hears is what is asked now.
        var ping = client.Connection.SendAsync(new AmiAction("Ping"));
        await next.AnswerAsync(await next.ReadAsync("Ping"));
        await ping.Soon();
    }

    [Fact]
    public async Task A_connection_that_ends_inside_a_message_says_so()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        await session.SendAsync("Event: Hangup\r\nChannel: PJSIP/12");
        session.Dispose();
        Assert.Contains("inside a message", Assert.IsType<AmiDisconnected>(await client.NextAsync()).Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_dies_young_again_and_again_is_not_hammered()
    {
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server);
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 8; i++)
        {
            var session = await server.AcceptAndBootAsync();
            Assert.IsType<AmiConnected>(await client.NextAsync());
            await client.NextEventAsync();
            session.Dispose();
            Assert.IsType<AmiDisconnected>(await client.NextAsync());
            waits.Add(await client.Clock.WaitForTimerAsync(TimeSpan.FromTicks(1), client.Options.ReconnectDelayMax));
            client.Clock.Advance(waits[^1]);
        }

        Assert.True(waits.Max() > Second, string.Join(", ", waits));
    }

    [Fact]
    public async Task Silence_is_answered_by_a_Ping_and_a_lost_Pong_ends_the_session()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        await client.Clock.PassAsync(client.Options.SilenceBeforePing);
        await session.AnswerAsync(await session.ReadAsync("Ping"), "Response: Success\r\nPing: Pong\r\n");
        await client.Clock.PassAsync(client.Options.SilenceBeforePing);
        await session.ReadAsync("Ping");
        await client.Clock.PassAsync(client.Options.PingTimeout);
        Assert.Contains("no Pong within 4 s", Assert.IsType<AmiDisconnected>(await client.NextAsync()).Reason.Message, StringComparison.Ordinal);
        await session.WaitForGoodbyeAsync();
        session.Dispose();
    }

    [Fact]
    public async Task Any_byte_counts_as_life_also_half_a_message()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        await client.Clock.PassAsync(client.Options.SilenceBeforePing);
        await session.ReadAsync("Ping");
        await session.SendAsync("Event: Busy\r\n\r\nEvent: Long");
        Assert.Equal("Busy", await client.NextEventAsync());
        await client.Clock.PassAsync(client.Options.PingTimeout);
        // Still the same session, which is asked again after the next silence.
        await client.Clock.PassAsync(TimeSpan.FromSeconds(1), client.Options.SilenceBeforePing);
        await session.ReadAsync("Ping");
        Assert.Equal(AmiState.Connected, client.Connection.Status.State);
        session.Dispose();
    }

    [Fact]
    public async Task A_peer_that_no_longer_reads_keeps_nobody_waiting_beyond_the_deadline()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        // More than any socket's buffers hold; nobody reads it.
        var actions = Enumerable.Range(0, 120).Select(_ => client.Connection.SendAsync(Big())).ToList();
        client.Clock.Advance(client.Options.ActionTimeout);
        foreach (var action in actions) Assert.IsType<AmiTimeoutException>(await Record.ExceptionAsync(() => action.Soon()));
        session.Dispose();

        static AmiAction Big()
        {
            var action = new AmiAction("Originate");
            for (var i = 0; i < 100; i++) action.With("Variable", $"a={new string('x', 900)}");
            return action;
        }
    }

    [Fact]
    public async Task Stopped_it_says_goodbye()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        using var __ = session;
        using var stop = new CancellationTokenSource();
        // A second connection, because the client's own is stopped by its disposal.
        await using var connection = new AmiConnection(client.Options, client.Clock, client);
        var running = connection.RunAsync(stop.Token);
        using var second = await server.AcceptAndBootAsync();
        while (connection.Status.State != AmiState.Connected) await Task.Yield();
        await stop.CancelAsync();
        await second.AnswerAsync(await second.ReadAsync("Logoff"), "Response: Goodbye\r\n");
        await running.Soon();
        Assert.Equal((AmiState.Disconnected, "stopped"), (connection.Status.State, connection.Status.LastError));
        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_named_in_the_log_and_the_session_goes_on()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server, o => o.MaxMessageBytes = 1000);
        await using var _ = client;
        using var __ = session;
        await session.SendAsync($"Event: TooBig\r\nValue: {new string('x', 5000)}\r\n\r\nEvent: After\r\n\r\n");
        // A lost event is a gap, however it was lost.
        Assert.Equal(1, Assert.IsType<AmiGap>(await client.NextAsync()).Lost);
        Assert.Equal("After", await client.NextEventAsync());
        Assert.Contains("beyond 1000 bytes was skipped: TooBig", client.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_black_hole_is_left_when_the_connect_takes_too_long()
    {
        // A listener whose backlog is full neither accepts nor refuses.
        using var hole = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        hole.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        hole.Listen(0);
        var port = ((System.Net.IPEndPoint)hole.LocalEndPoint!).Port;
        var fillers = new List<Socket>();
        for (var i = 0; i < 2; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            fillers.Add(filler);
            try
            {
                filler.Connect(System.Net.IPAddress.Loopback, port);
            }
            catch (SocketException)
            {
                // In progress; that is what fills the queue.
            }
        }

        await using var client = AmiClient.Start(port);
        await client.Clock.PassAsync(client.Options.ConnectTimeout);
        await client.Clock.WaitForTimerAsync(TimeSpan.FromTicks(1), Second);
        Assert.Contains("no connect within 11 s", client.Connection.Status.LastError, StringComparison.Ordinal);
        foreach (var filler in fillers) filler.Dispose();
    }
}
