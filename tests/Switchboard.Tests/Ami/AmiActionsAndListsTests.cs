using Switchboard.Asterisk.Ami;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Ami;

/// <summary>Each action gets its own answer, whatever the order, or one named reason why not.</summary>
public class AmiActionsAndListsTests
{
    [Fact]
    public async Task Answers_out_of_order_find_their_actions()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        var sent = Enumerable.Range(0, 50).Select(i => client.Connection.SendAsync(new AmiAction("Getvar").With("Variable", $"v{i}"))).ToList();
        var asked = new List<FakeAction>();
        for (var i = 0; i < 50; i++) asked.Add(await session.ReadAsync("Getvar"));
        Assert.Equal(50, asked.Select(a => a["ActionID"]).Distinct().Count());
        asked.Reverse();
        foreach (var action in asked) await session.AnswerAsync(action, $"Response: Success\r\nVariable: {action["Variable"]}\r\n");
        for (var i = 0; i < 50; i++) Assert.Equal($"v{i}", (await sent[i].Soon())["Variable"]);
    }

    [Fact]
    public async Task An_action_inside_an_events_handler_is_answered()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        await session.SendAsync("Event: Newchannel\r\n\r\nEvent: Hangup\r\n\r\n");
        Assert.Equal("Newchannel", await client.NextEventAsync());
        var answer = client.Connection.SendAsync(new AmiAction("Ping"));
        await session.AnswerAsync(await session.ReadAsync("Ping"));
        await answer.Soon();
        Assert.Equal("Hangup", await client.NextEventAsync());
    }

    [Fact]
    public async Task A_refused_action_tells_why_and_that_trying_again_is_of_no_use()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        var sent = client.Connection.SendAsync(new AmiAction("DBPut"));
        await session.AnswerAsync(await session.ReadAsync(), "Response: Error\r\nMessage: Permission denied\r\n");
        var refused = await Assert.ThrowsAsync<AmiRejectedException>(() => sent.Soon());
        Assert.Equal("DBPut was refused: Permission denied", refused.Message);
        Assert.False(refused.IsTransient);
    }

    [Fact]
    public async Task Without_an_answer_in_time_it_ends_and_the_late_answer_disturbs_nobody()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server, o => o.ActionTimeout = TimeSpan.FromSeconds(3));
        await using var _ = client;
        using var __ = session;
        var slow = client.Connection.SendAsync(new AmiAction("CoreStatus"));
        var asked = await session.ReadAsync("CoreStatus");
        await client.Clock.PassAsync(TimeSpan.FromSeconds(3));
        var late = await Assert.ThrowsAsync<AmiTimeoutException>(() => slow.Soon());
        Assert.Equal("no answer to CoreStatus within 3 s", late.Message);
        await session.AnswerAsync(asked);
        var next = client.Connection.SendAsync(new AmiAction("Ping"));
        await session.AnswerAsync(await session.ReadAsync("Ping"), "Response: Success\r\nPing: Pong\r\n");
        Assert.Equal("Pong", (await next.Soon())["Ping"]);
    }

    [Fact]
    public async Task Who_no_longer_wants_the_answer_stops_waiting()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        using var cancel = new CancellationTokenSource();
        var sent = client.Connection.SendAsync(new AmiAction("CoreStatus"), cancel.Token);
        await session.ReadAsync("CoreStatus");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent.Soon());
    }

    [Fact]
    public async Task A_list_is_its_items_in_order_and_other_events_pass_it_by()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        var list = client.Connection.SendListAsync(new AmiAction("CoreShowChannels"));
        var asked = await session.ReadAsync("CoreShowChannels");
        await session.AnswerAsync(asked, "Response: Success\r\nEventList: start\r\n");
        await session.AnswerAsync(asked, "Event: CoreShowChannel\r\nUniqueid: 1\r\n");
        await session.SendAsync("Event: Hangup\r\nUniqueid: 9\r\n\r\n");
        await session.AnswerAsync(asked, "Event: CoreShowChannel\r\nUniqueid: 2\r\n");
        await session.AnswerAsync(asked, "Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: 2\r\n");
        Assert.Equal(["1", "2"], (await list.Soon()).Select(i => i["Uniqueid"]));
        Assert.Equal("Hangup", await client.NextEventAsync());
    }

    [Fact]
    public async Task A_lists_items_are_handed_out_as_they_come()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        await using var list = client.Connection.ListAsync(new AmiAction("CoreShowChannels")).GetAsyncEnumerator();
        var first = list.MoveNextAsync().AsTask();
        var asked = await session.ReadAsync("CoreShowChannels");
        await session.AnswerAsync(asked, "Response: Success\r\nEventList: start\r\n");
        for (var i = 0; i < 3; i++)
        {
            await session.AnswerAsync(asked, $"Event: CoreShowChannel\r\nUniqueid: {i}\r\n");
            Assert.True(await (i == 0 ? first : list.MoveNextAsync().AsTask()).Soon());
            Assert.Equal($"{i}", list.Current["Uniqueid"]);
        }

        await session.AnswerAsync(asked, "Event: CoreShowChannelsComplete\r\nEventList: Complete\r\n");
        Assert.False(await list.MoveNextAsync().AsTask().Soon());
    }

    [Fact]
    public async Task What_still_comes_of_a_list_that_was_broken_off_is_nobodys_event()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        var list = client.Connection.ListAsync(new AmiAction("CoreShowChannels")).GetAsyncEnumerator();
        var first = list.MoveNextAsync().AsTask();
        var asked = await session.ReadAsync("CoreShowChannels");
        await session.AnswerAsync(asked, "Event: CoreShowChannel\r\nUniqueid: 1\r\n");
        Assert.True(await first.Soon());
        await list.DisposeAsync();
        await session.AnswerAsync(asked, "Event: CoreShowChannel\r\nUniqueid: 2\r\n");
        await session.AnswerAsync(asked, "Event: CoreShowChannelsComplete\r\nEventList: Complete\r\n");
        await session.SendAsync("Event: Hangup\r\n\r\n");
        Assert.Equal("Hangup", await client.NextEventAsync());
        // Its id is forgotten with its end: whatever bears it now is an event again.
        await session.AnswerAsync(asked, "Event: UserEvent\r\n");
        Assert.Equal("UserEvent", await client.NextEventAsync());
    }

    [Fact]
    public async Task A_list_has_its_deadline_from_item_to_item()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server, o => o.ActionTimeout = TimeSpan.FromSeconds(3));
        await using var _ = client;
        using var __ = session;
        await using var list = client.Connection.ListAsync(new AmiAction("CoreShowChannels")).GetAsyncEnumerator();
        var next = list.MoveNextAsync().AsTask();
        var asked = await session.ReadAsync("CoreShowChannels");
        for (var i = 0; i < 3; i++)
        {
            await client.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3));
            client.Clock.Advance(TimeSpan.FromSeconds(2));
            await session.AnswerAsync(asked, $"Event: CoreShowChannel\r\nUniqueid: {i}\r\n");
            Assert.True(await next.Soon());
            next = list.MoveNextAsync().AsTask();
        }

        await client.Clock.PassAsync(TimeSpan.FromSeconds(3));
        Assert.False((await Assert.ThrowsAsync<AmiTimeoutException>(() => next.Soon())).NothingSent);
    }

    [Fact]
    public async Task A_list_that_is_longer_than_allowed_fails_and_the_session_goes_on()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server, o => o.MaxListItems = 10);
        await using var _ = client;
        using var __ = session;
        var list = client.Connection.SendListAsync(new AmiAction("CoreShowChannels"));
        var asked = await session.ReadAsync("CoreShowChannels");
        for (var i = 0; i < 12; i++) await session.AnswerAsync(asked, "Event: CoreShowChannel\r\n");
        Assert.Contains("longer than 10 items", (await Assert.ThrowsAsync<AmiProtocolException>(() => list.Soon())).Message, StringComparison.Ordinal);
        await session.SendAsync("Event: Hangup\r\n\r\n");
        Assert.Equal("Hangup", await client.NextEventAsync());
    }

    [Theory]
    [InlineData("Event: CoreShowChannel\r\n", "an item of CoreShowChannels is longer than 1000 bytes")]
    [InlineData("Response: Success\r\n", "the answer of CoreShowChannels is longer than 1000 bytes")]
    public async Task An_item_or_answer_that_is_too_long_fails_its_list_at_once(string headers, string why)
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server, o => o.MaxMessageBytes = 1000);
        await using var _ = client;
        using var __ = session;
        var list = client.Connection.SendListAsync(new AmiAction("CoreShowChannels"));
        var asked = await session.ReadAsync("CoreShowChannels");
        await session.SendAsync($"{headers}ActionID: {asked["ActionID"]}\r\nData: {new string('x', 2000)}\r\n\r\n");
        Assert.Contains(why, (await Assert.ThrowsAsync<AmiProtocolException>(() => list.Soon())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_Asterisk_told_before_an_answer_is_there_before_the_answer()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        await using var events = client.Connection.Subscribe("before").ReadAllAsync().GetAsyncEnumerator();
        for (var i = 0; i < 50; i++)
        {
            var sent = client.Connection.SendAsync(new AmiAction("Ping"));
            var asked = await session.ReadAsync("Ping");
            await session.SendAsync($"Event: Before\r\nNumber: {i}\r\n\r\nResponse: Success\r\nActionID: {asked["ActionID"]}\r\n\r\n");
            await sent.Soon();
            var told = events.MoveNextAsync().AsTask();
            Assert.True(told.IsCompletedSuccessfully && await told);
            Assert.Equal($"{i}", Assert.IsType<AmiEvent>(events.Current).Message["Number"]);
        }
    }

    [Fact]
    public async Task What_could_not_be_sent_in_time_is_never_sent_and_says_so()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server, o => o.ActionTimeout = TimeSpan.FromSeconds(3));
        await using var _ = client;
        using var __ = session;
        // Enough that the writer waits for a peer that does not read.
        var filler = new AmiAction("Filler");
        for (var i = 0; i < 100; i++) filler.With("Variable", $"a={new string('x', 900)}");
        var stuck = Enumerable.Range(0, 120).Select(_ => client.Connection.SendAsync(filler)).ToList();
        var call = client.Connection.OriginateAsync(Call());
        client.Clock.Advance(TimeSpan.FromSeconds(3));
        var late = await Assert.ThrowsAsync<AmiTimeoutException>(() => call.Soon());
        Assert.True(late.NothingSent, late.Message);
        var outcomes = new List<bool>();
        foreach (var one in stuck) outcomes.Add((await Assert.ThrowsAsync<AmiTimeoutException>(() => one.Soon())).NothingSent);
        Assert.False(outcomes[0]);

        // Now it reads: what had begun comes whole, nothing of the rest; then what is asked now.
        var ping = client.Connection.SendAsync(new AmiAction("Ping"));
        var fillers = 0;
        FakeAction next;
        while ((next = await session.ReadAsync())["Action"] == "Filler") fillers++;
        Assert.Equal("Ping", next["Action"]);
        Assert.Equal(outcomes.Count(nothingSent => !nothingSent), fillers);
        await session.AnswerAsync(next);
        await ping.Soon();
    }

    [Fact]
    public async Task More_than_may_wait_to_be_sent_is_refused_at_once()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server, o => o.MaxPendingActions = 10);
        await using var _ = client;
        using var __ = session;
        var filler = new AmiAction("Filler");
        for (var i = 0; i < 100; i++) filler.With("Variable", $"a={new string('x', 900)}");
        var sent = Enumerable.Range(0, 200).Select(_ => client.Connection.SendAsync(filler)).ToList();
        var refused = await Assert.ThrowsAsync<AmiNotConnectedException>(() => sent[^1].Soon());
        Assert.True(refused.NothingSent);
        Assert.Contains("10 actions wait", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_list_is_empty_where_the_action_says_so_and_a_missing_right_is_not()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        Task<IReadOnlyList<AmiMessage>> Ask() => client.Connection.SendListAsync(new AmiAction("DBGetTree"), notFoundIsEmpty: true);

        var empty = Ask();
        await session.AnswerAsync(await session.ReadAsync(), "Response: Error\r\nMessage: Database entry not found\r\n");
        Assert.Empty(await empty.Soon());
        var denied = Ask();
        await session.AnswerAsync(await session.ReadAsync(), "Response: Error\r\nMessage: Permission denied\r\n");
        await Assert.ThrowsAsync<AmiRejectedException>(() => denied.Soon());
        var stopped = Ask();
        var asked = await session.ReadAsync();
        await session.AnswerAsync(asked, "Response: Success\r\nEventList: start\r\n");
        await session.AnswerAsync(asked, "Event: DBGetTreeComplete\r\nEventList: cancelled\r\n");
        await Assert.ThrowsAsync<AmiRejectedException>(() => stopped.Soon());
    }

    [Theory]
    [InlineData("Response: Success\r\nReason: 4\r\n", AmiOriginateKind.Answered, 4)]
    [InlineData("Response: Failure\r\nReason: 3\r\n", AmiOriginateKind.NoAnswer, 3)]
    [InlineData("Response: Failure\r\nReason: 0\r\n", AmiOriginateKind.Failed, 0)]
    [InlineData("Response: Failure\r\n", AmiOriginateKind.Failed, null)]
    public async Task An_originate_ends_by_its_own_event_once_and_the_event_is_told_too(string headers, AmiOriginateKind kind, int? reason)
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        var (originate, asked) = await OriginateAsync(client, session);
        Assert.Equal("true", asked["Async"]);
        await session.AnswerAsync(asked, $"Event: OriginateResponse\r\n{headers}");
        await session.AnswerAsync(asked, "Event: OriginateResponse\r\nResponse: Failure\r\nReason: 8\r\n");
        Assert.Equal(new AmiOriginateResult(kind, reason), await originate.Outcome.Soon());
        Assert.Equal("OriginateResponse", await client.NextEventAsync());
    }

    [Fact]
    public async Task An_originate_whose_event_comes_before_its_response_ends_as_well()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        var sending = client.Connection.OriginateAsync(Call());
        var asked = await session.ReadAsync("Originate");
        await session.AnswerAsync(asked, "Event: OriginateResponse\r\nResponse: Failure\r\nReason: 0\r\n");
        await session.AnswerAsync(asked);
        Assert.Equal(AmiOriginateKind.Failed, (await (await sending.Soon()).Outcome.Soon()).Kind);
    }

    [Fact]
    public async Task An_originate_of_which_nothing_more_is_heard_is_Unknown()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        var (lost, __) = await OriginateAsync(client, session);
        // Its own timeout of 20 s and some grace; the link is alive all the while.
        await client.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(35), TimeSpan.FromSeconds(35));
        for (var i = 0; i < 9; i++)
        {
            client.Clock.Advance(TimeSpan.FromSeconds(4));
            await session.SendAsync("Event: Alive\r\n\r\n");
            Assert.Equal("Alive", await client.NextEventAsync());
        }

        Assert.Equal(AmiOriginateKind.Unknown, (await lost.Outcome.Soon()).Kind);
        var (cut, ___) = await OriginateAsync(client, session);
        session.Dispose();
        Assert.Equal(AmiOriginateKind.Unknown, (await cut.Outcome.Soon()).Kind);
    }

    [Fact]
    public async Task A_refused_originate_throws_and_has_no_outcome_to_wait_for()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        var sending = client.Connection.OriginateAsync(Call());
        await session.AnswerAsync(await session.ReadAsync("Originate"), "Response: Error\r\nMessage: Extension does not exist.\r\n");
        Assert.Contains("Extension does not exist", (await Assert.ThrowsAsync<AmiRejectedException>(() => sending.Soon())).Message, StringComparison.Ordinal);
    }

    private static AmiAction Call() => new AmiAction("Originate").With("Channel", "Local/ring@x").With("Timeout", "20000");

    private static async Task<(AmiOriginate Originate, FakeAction Asked)> OriginateAsync(AmiClient client, FakeSession session)
    {
        var sending = client.Connection.OriginateAsync(Call());
        FakeAction asked;
        do asked = await session.ReadAsync();
        while (asked["Action"] != "Originate"); // a Ping may come between
        await session.AnswerAsync(asked);
        return (await sending.Soon(), asked);
    }
}
