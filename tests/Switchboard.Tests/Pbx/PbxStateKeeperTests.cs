using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Pbx;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Pbx;

/// <summary>AstDB is compared and written at the right moments, and by nobody who may not.</summary>
public class PbxStateKeeperTests
{
    private readonly Dictionary<string, string> _wanted = new() { ["1203"] = "on:1:desk:" };
    private readonly List<StateEntry> _held = [];

    // Writes that came while the calls' own reading was still being answered.
    private readonly Queue<FakeAction> _early = [];

    [Fact]
    public async Task A_worker_that_may_not_write_leaves_AstDB_alone_until_it_may()
    {
        using var server = new FakeAsteriskServer();
        await using var services = await StartAsync(server, mayWrite: false);
        using var session = await server.AcceptAndBootAsync();
        var state = services.GetRequiredService<PbxState>();
        // Nothing but what the calls need.
        await PbxResyncTests.AnswerStateAsync(session);
        state.Set("switchboard_dnd", "1204", "on:2:desk:");
        state.MayWrite = () => true;
        state.RequestReading();
        await AnswerReadingAsync(session);
        await AnswerWriteAsync(session, "switchboard_dnd/1204=on:2:desk:~switchboard_dnd/1203=on:1:desk:", "switchboard_dnd/1203=on:1:desk:~switchboard_dnd/1204=on:2:desk:");
        await Until(() => state.Pending == 0);
        await StopAsync(services);
    }

    /// <summary>On a busy machine one part may begin long after the other: seen in the lab, where AstDB stayed empty.</summary>
    [Fact]
    public async Task Where_the_link_is_up_before_this_begins_AstDB_is_read_all_the_same()
    {
        using var server = new FakeAsteriskServer();
        await using var services = await StartAsync(server, only: service => service is not PbxStateKeeper);
        using var session = await server.AcceptAndBootAsync();
        await PbxResyncTests.AnswerStateAsync(session);
        await Until(() => services.GetRequiredService<HotelPbx>().IsReady);
        foreach (var late in services.GetServices<IHostedService>().OfType<PbxStateKeeper>()) await late.StartAsync(CancellationToken.None);
        await AnswerReadingAsync(session);
        await AnswerWriteAsync(session, "switchboard_dnd/1203=on:1:desk:");
        await Until(() => services.GetRequiredService<PbxState>().Pending == 0);
        await StopAsync(services);
    }

    [Fact]
    public async Task What_the_dialplan_does_not_take_is_written_again_and_told_as_held_only_then()
    {
        using var server = new FakeAsteriskServer();
        await using var services = await StartAsync(server);
        using var session = await server.AcceptAndBootAsync();
        await AnswerAllAsync(session);
        await AnswerWriteAsync(session, reason: 0, "switchboard_dnd/1203=on:1:desk:");
        Assert.Empty(_held);
        await AnswerWriteAsync(session, "switchboard_dnd/1203=on:1:desk:");
        await Until(() => services.GetRequiredService<PbxState>().Pending == 0);
        Assert.Equal([new StateEntry("switchboard_dnd", "1203", "on:1:desk:")], _held);
        await StopAsync(services);
    }

    [Fact]
    public async Task What_is_set_while_the_link_is_away_is_written_only_after_the_PBXs_own_changes_were_read()
    {
        using var server = new FakeAsteriskServer();
        await using var services = await StartAsync(server);
        var state = services.GetRequiredService<PbxState>();
        using (var session = await server.AcceptAndBootAsync())
        {
            await AnswerAllAsync(session);
            await AnswerWriteAsync(session, "switchboard_dnd/1203=on:1:desk:");
            await Until(() => state.Pending == 0);
        }

        await Until(() => !services.GetRequiredService<HotelPbx>().Link.Connected);
        _wanted.Remove("1203");
        state.Set("switchboard_dnd", "1203", null);
        using var again = await server.AcceptAndBootAsync();
        await AnswerAllAsync(again, ("1203", "on:1:desk:"));
        await AnswerWriteAsync(again, "switchboard_dnd/1203=");
        await Until(() => state.Pending == 0);
        Assert.Equal(new StateReading(0, 0, 0, 1, 0), state.LastReading);
        await StopAsync(services);
    }

    [Fact]
    public async Task While_the_database_is_away_only_what_is_changed_here_is_written_and_a_family_that_the_PBX_lost_whole()
    {
        using var server = new FakeAsteriskServer();
        await using var services = await StartAsync(server);
        var state = services.GetRequiredService<PbxState>();
        state.MayCorrect = () => false;
        state.Set("switchboard_dnd", "1204", "on:2:desk:");
        _wanted["1204"] = "on:2:desk:";
        using (var session = await server.AcceptAndBootAsync())
        {
            // 1203 and 1205 may be another worker's newer word.
            await AnswerAllAsync(session, ("1205", "on:3:desk:"));
            await AnswerWriteAsync(session, "switchboard_dnd/1204=on:2:desk:");
            await Until(() => state.Pending == 0);
        }

        using var again = await server.AcceptAndBootAsync();
        await AnswerAllAsync(again);
        await AnswerWriteAsync(again, "switchboard_dnd/1203=on:1:desk:~switchboard_dnd/1204=on:2:desk:", "switchboard_dnd/1204=on:2:desk:~switchboard_dnd/1203=on:1:desk:");
        await Until(() => state.Pending == 0);
        await StopAsync(services);
    }

    [Fact]
    public async Task What_the_PBX_forgets_when_it_restarts_is_written_anew_after_each_connect_and_only_then()
    {
        using var server = new FakeAsteriskServer();
        await using var services = await StartAsync(server, writtenAfterConnect: true);
        var state = services.GetRequiredService<PbxState>();
        for (var life = 0; life < 2; life++)
        {
            using var session = await server.AcceptAndBootAsync();
            // AstDB has it still; the lamp that was lit with it is out.
            await AnswerAllAsync(session, ("1203", "on:1:desk:"));
            await AnswerWriteAsync(session, "switchboard_dnd/1203=on:1:desk:");
            await Until(() => state.Pending == 0);
            Assert.Equal(new StateReading(1, 0, 0, 0, 0), state.LastReading);
            state.RequestReading();
            await AnswerReadingAsync(session, ("1203", "on:1:desk:"));
            // The next action is what the test itself asks for: nothing was written in between.
            state.Set("switchboard_dnd", "1204", "on:2:desk:");
            await AnswerWriteAsync(session, "switchboard_dnd/1204=on:2:desk:");
            await Until(() => state.Pending == 0);
        }

        await StopAsync(services);
    }

    private async Task<ServiceProvider> StartAsync(
        FakeAsteriskServer server, bool mayWrite = true, bool writtenAfterConnect = false, Func<IHostedService, bool>? only = null)
    {
        var services = PbxResyncTests.Services(server.Port, new StateFamily("switchboard_dnd", _ => Task.FromResult<IReadOnlyDictionary<string, string>>(_wanted.ToDictionary()))
        {
            Held = _held.AddRange,
            WrittenAfterConnect = writtenAfterConnect,
        });
        services.GetRequiredService<PbxState>().MayWrite = () => mayWrite;
        foreach (var hosted in services.GetServices<IHostedService>().Where(only ?? (_ => true)))
            await hosted.StartAsync(CancellationToken.None);
        return services;
    }

    private static async Task StopAsync(ServiceProvider services)
    {
        foreach (var hosted in services.GetServices<IHostedService>()) await hosted.StopAsync(new CancellationToken(canceled: true));
    }

    private static async Task AnswerReadingAsync(FakeSession session, params (string Key, string Value)[] entries)
    {
        await session.AnswerAsync(await session.ReadAsync("Ping"), Pong);
        await AnswerTreeAsync(session, await session.ReadAsync("DBGetTree"), entries);
    }

    // The calls' reading and the state's come at once; their actions may mix.
    private async Task AnswerAllAsync(FakeSession session, params (string Key, string Value)[] entries)
    {
        var wasRead = false;
        for (var left = 5; left > 0; left--)
        {
            var action = await session.ReadAsync();
            switch (action["Action"])
            {
                case "CoreShowChannels":
                    await session.AnswerAsync(action, "Response: Success\r\nEventList: start\r\n");
                    await session.AnswerAsync(action, "Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: 0\r\n");
                    break;
                case "CoreSettings":
                    await session.AnswerAsync(action, "Response: Success\r\nAsteriskVersion: 22.0.0\r\n");
                    break;
                case "Ping":
                    await session.AnswerAsync(action, Pong);
                    break;
                case "DBGetTree" when action["Family"] == "switchboard_dnd":
                    await AnswerTreeAsync(session, action, entries);
                    wasRead = true;
                    break;
                case "Originate" when wasRead:
                    _early.Enqueue(action);
                    left++;
                    break;
                case "DBGetTree":
                    await session.AnswerAsync(action, "Response: Error\r\nMessage: Database entry not found\r\n");
                    break;
                default:
                    Assert.Fail($"{action.Text} came before the PBX was read");
                    break;
            }
        }
    }

    private static string Pong => $"Response: Success\r\nPing: Pong\r\nTimestamp: {TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}.000000\r\n";

    private static async Task AnswerTreeAsync(FakeSession session, FakeAction action, (string Key, string Value)[] entries)
    {
        Assert.Equal("switchboard_dnd", action["Family"]);
        if (entries.Length == 0)
        {
            await session.AnswerAsync(action, "Response: Error\r\nMessage: Database entry not found\r\n");
            return;
        }

        await session.AnswerAsync(action, "Response: Success\r\nEventList: start\r\n");
        foreach (var (key, value) in entries) await session.AnswerAsync(action, $"Event: DBGetTreeResponse\r\nKey: /switchboard_dnd/{key}\r\nVal: {value}\r\n");
        await session.AnswerAsync(action, $"Event: DBGetTreeComplete\r\nEventList: Complete\r\nListItems: {entries.Length}\r\n");
    }

    private Task AnswerWriteAsync(FakeSession session, params string[] oneOf) => AnswerWriteAsync(session, 4, oneOf);

    private async Task AnswerWriteAsync(FakeSession session, int reason, params string[] oneOf)
    {
        var write = _early.Count > 0 ? _early.Dequeue() : await session.ReadAsync("Originate");
        Assert.Equal("Local/write@switchboard-db-write/n", write["Channel"]);
        Assert.Contains(write["Variable"], oneOf.Select(o => $"__SB_OPS1={o}"));
        await session.AnswerAsync(write, "Response: Success\r\nMessage: Originate successfully queued\r\n");
        await session.AnswerAsync(write, $"Event: OriginateResponse\r\nResponse: {(reason == 4 ? "Success" : "Failure")}\r\nReason: {reason}\r\n");
    }

    private static async Task Until(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10), "it did not come to that");
            await Task.Yield();
        }
    }
}
