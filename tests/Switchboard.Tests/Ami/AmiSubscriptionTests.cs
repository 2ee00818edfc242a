using Switchboard.Asterisk.Ami;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Ami;

/// <summary>Events in order to every reader; what one loses is counted and told to it, and to nobody else's cost.</summary>
public class AmiSubscriptionTests
{
    [Fact]
    public async Task A_full_queue_is_told_as_a_gap_of_so_many_where_they_are_missing_and_others_lose_nothing()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        await using var slow = client.Connection.Subscribe("slow", capacity: 10);
        await SendAsync(session, 0, 25);
        // The other reader has them all; by then the slow one's queue has overflowed.
        for (var i = 0; i < 25; i++) Assert.Equal($"{i}", Number(await client.NextAsync()));

        await using var told = slow.ReadAllAsync().GetAsyncEnumerator();
        for (var i = 0; i < 10; i++) Assert.Equal($"{i}", Number(await Next(told)));
        // Told although Asterisk has fallen silent.
        Assert.Equal(15, Assert.IsType<AmiGap>(await Next(told)).Lost);
        await SendAsync(session, 25, 1);
        Assert.Equal("25", Number(await Next(told)));
        Assert.Equal(15, client.Connection.Status.LostEvents);
        Assert.Contains("AMI subscription slow is full", client.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connected_Disconnected_and_the_gap_are_never_dropped()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        await using var slow = client.Connection.Subscribe("slow", capacity: 2);
        await SendAsync(session, 0, 5);
        session.Dispose();
        for (var i = 0; i < 5; i++) await client.NextAsync();
        Assert.IsType<AmiDisconnected>(await client.NextAsync());
        await using var told = slow.ReadAllAsync().GetAsyncEnumerator();
        Assert.Equal("0", Number(await Next(told)));
        Assert.Equal("1", Number(await Next(told)));
        Assert.Equal(3, Assert.IsType<AmiGap>(await Next(told)).Lost);
        Assert.IsType<AmiDisconnected>(await Next(told));
    }

    [Fact]
    public async Task A_reader_gets_only_the_events_that_it_names_and_always_the_connections_own_changes()
    {
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server);
        await using var picky = client.Connection.Subscribe("picky", new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "hangup" });
        using var session = await server.AcceptAndBootAsync();
        await session.SendAsync("Event: Newchannel\r\n\r\nEvent: Hangup\r\n\r\n");
        await using var told = picky.ReadAllAsync().GetAsyncEnumerator();
        Assert.IsType<AmiConnected>(await Next(told));
        Assert.Equal("Hangup", Assert.IsType<AmiEvent>(await Next(told)).Message.EventName);
    }

    [Fact]
    public async Task A_hundred_thousand_events_come_all_and_in_order()
    {
        using var server = new FakeAsteriskServer();
        var (client, session) = await AmiClient.ConnectAsync(server);
        await using var _ = client;
        using var __ = session;
        var sending = SendAsync(session, 0, 100_000);
        for (var i = 0; i < 100_000; i++) Assert.Equal($"{i}", Number(await client.NextAsync()));
        await sending;
        Assert.Equal(0, client.Connection.Status.LostEvents);
    }

    private static async Task SendAsync(FakeSession session, int from, int count)
    {
        foreach (var some in Enumerable.Range(from, count).Chunk(1000))
            await session.SendAsync(string.Concat(some.Select(i => $"Event: VarSet\r\nNumber: {i}\r\nValue: whatever\r\n\r\n")));
    }

    private static string? Number(AmiNotification notification) => Assert.IsType<AmiEvent>(notification).Message["Number"];

    private static async Task<AmiNotification> Next(IAsyncEnumerator<AmiNotification> told)
    {
        Assert.True(await told.MoveNextAsync().AsTask().Soon());
        return told.Current;
    }
}
