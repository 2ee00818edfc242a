using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Pbx;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Pbx;

/// <summary>What the PBX's state was is not believed any longer than events tell it without a hole.</summary>
public class PbxResyncTests
{
    [Fact]
    public async Task A_gap_in_the_events_is_answered_by_reading_the_state_anew()
    {
        using var server = new FakeAsteriskServer();
        await using var services = Services(server.Port);
        var pbx = services.GetRequiredService<HotelPbx>();
        var changes = System.Threading.Channels.Channel.CreateUnbounded<bool>();
        pbx.ReadinessChanged += () => changes.Writer.TryWrite(pbx.IsReady);
        var hosted = services.GetServices<IHostedService>().OfType<PbxEventPump>().Single();
        await hosted.StartAsync(CancellationToken.None);

        using var session = await server.AcceptAndBootAsync();
        await AnswerStateAsync(session);
        Assert.True(await changes.Reader.ReadAsync().AsTask().Soon());
        var call = pbx.Track("wakeup-lost-in-the-gap");

        // An event that is too long is one that was lost, like any that a full queue could not take.
        await session.SendAsync($"Event: UserEvent\r\nUserEvent: SwitchboardKey\r\nCall: x\r\nLong: {new string('x', 5 * 1024 * 1024)}\r\n\r\n");
        Assert.False(await changes.Reader.ReadAsync().AsTask().Soon());
        await AnswerStateAsync(session);
        Assert.True(await changes.Reader.ReadAsync().AsTask().Soon());
        // Neither a channel nor a proof is left of the call that we followed.
        Assert.Equal(RoomCallEndKind.Lost, (await call.Ended.Soon()).Kind);
        await hosted.StopAsync(new CancellationToken(canceled: true));
    }

    internal static async Task AnswerStateAsync(FakeSession session)
    {
        var channels = await session.ReadAsync("CoreShowChannels");
        await session.AnswerAsync(channels, "Response: Success\r\nEventList: start\r\n");
        await session.AnswerAsync(channels, "Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: 0\r\n");
        await session.AnswerAsync(await session.ReadAsync("DBGetTree"), "Response: Error\r\nMessage: Database entry not found\r\n");
        await session.AnswerAsync(await session.ReadAsync("CoreSettings"), "Response: Success\r\nAsteriskVersion: 22.0.0\r\n");
    }

    internal static ServiceProvider Services(int port, params StateFamily[] families)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Pbx:Port"] = $"{port}",
            ["Pbx:Username"] = "switchboard",
            ["Pbx:Secret"] = FakeAsteriskServer.Secret,
        });
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        foreach (var family in families) services.AddSingleton(family);
        return services.AddPbx(configuration).BuildServiceProvider();
    }
}
