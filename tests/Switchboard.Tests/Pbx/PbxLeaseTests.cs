using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Switchboard.Duty;
using Switchboard.Pbx;
using Switchboard.Tests.FakeAsterisk;
using Switchboard.Tests.Web;

namespace Switchboard.Tests.Pbx;

/// <summary>What a worker says to the PBX and to other workers before it serves; that the real PBX does what this one says is for the lab to prove.</summary>
public sealed class PbxLeaseTests : IAsyncDisposable
{
    private const string Me = "alpha-00000001", Other = "beta-00000002";
    private const string Others = $"{Other}:1764137000123:1764137000999";
    private readonly FakeAsteriskServer _server = new();
    private readonly LogLines _log = new();
    private readonly ServiceProvider _services;
    private readonly PbxEventPump _pump;
    private volatile bool _stopped;

    public PbxLeaseTests()
    {
        Duty = new WorkerDuty(TimeProvider.System, () => _stopped = true);
        Duty.Identify(Me);
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Pbx:Port"] = $"{_server.Port}", ["Pbx:Username"] = "switchboard", ["Pbx:Secret"] = FakeAsteriskServer.Secret });
        _services = new ServiceCollection().AddLogging(logging => logging.AddProvider(_log)).AddSingleton(TimeProvider.System).AddSingleton(Duty).AddPbx(configuration).BuildServiceProvider();
        _pump = _services.GetServices<IHostedService>().OfType<PbxEventPump>().Single();
    }

    private WorkerDuty Duty { get; }

    private HotelPbx Hotel => _services.GetRequiredService<HotelPbx>();

    [Fact]
    public async Task On_duty_it_claims_a_free_lease_before_anything_else_and_gives_it_back_when_it_stops()
    {
        using var session = await StartOnDutyAsync();
        await AnswerLeaseAsync(session, null);
        var claim = await session.ReadAsync("Originate");
        Assert.Equal("Local/claim@switchboard-lease/n", claim["Channel"]);
        Assert.Contains($"Variable: __SB_WORKER={Me}", claim.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("SB_EXPECTED", claim.Text, StringComparison.Ordinal);
        Assert.False(Hotel.IsReady);
        await EndAsync(session, claim, answered: true);
        await ReadyAsync(session);

        var stopping = _pump.StopAsync(CancellationToken.None);
        var release = await session.ReadAsync("Originate");
        Assert.Equal("Local/release@switchboard-lease/n", release["Channel"]);
        await EndAsync(session, release, answered: true);
        await session.AnswerAsync(await session.ReadAsync("Logoff"));
        await stopping.Soon();
    }

    [Fact]
    public async Task Standing_by_it_does_not_connect()
    {
        await _pump.StartAsync(CancellationToken.None);
        Duty.StandBy(new Rival(Other, null, AtPbx: false));
        // The first that comes in is who asks for a rival, on a link of its own.
        var asking = _services.GetRequiredService<FindRival>()(CancellationToken.None);
        using (var session = await _server.AcceptAndBootAsync())
        {
            await AnswerLeaseAsync(session, null);
            await session.AnswerAsync(await session.ReadAsync("Logoff"));
        }

        Assert.Equal(new RivalSearch(null, Asked: true), await asking.Soon());
        Assert.Equal(0, Hotel.Link.Generation);
    }

    [Fact]
    public async Task A_lease_of_its_own_earlier_life_is_told_as_its_own_and_nobody_is_asked()
    {
        var asking = _services.GetRequiredService<FindRival>()(CancellationToken.None);
        using (var session = await _server.AcceptAndBootAsync())
        {
            await AnswerLeaseAsync(session, Others.Replace(Other, Me, StringComparison.Ordinal));
            await session.AnswerAsync(await session.ReadAsync("Logoff"));
        }

        Assert.Equal(new RivalSearch(null, Asked: true, Own: true), await asking.Soon());
    }

    [Fact]
    public async Task Whoever_has_the_lease_is_asked_and_an_answer_makes_it_a_rival()
    {
        var asking = _services.GetRequiredService<FindRival>()(CancellationToken.None);
        using var session = await _server.AcceptAndBootAsync();
        await AnswerLeaseAsync(session, Others);
        var ask = await AskedAsync(session);
        Assert.Equal((Me, Other), (ask["Worker"], ask["Holder"]));
        // One to somebody else is no answer.
        await session.SendAsync($"Event: UserEvent\r\nUserEvent: SwitchboardOnDuty\r\nWorker: {Other}\r\nNonce: of-another\r\nMachine: x/1\r\n\r\n");
        await session.SendAsync($"Event: UserEvent\r\nUserEvent: SwitchboardOnDuty\r\nWorker: {Other}\r\nNonce: {ask["Nonce"]}\r\nMachine: beta/4711\r\n\r\n");
        await UntilGoodbyeAsync(session);
        var rival = (await asking.Soon()).Rival!;
        Assert.True(rival.AtPbx);
        Assert.Equal($"worker {Other} on beta/4711", rival.Who);
        Assert.Equal(1764137000123, rival.Since!.Value.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Silence_gives_the_lease_away_to_whoever_names_the_entry_that_it_saw()
    {
        var asking = _services.GetRequiredService<FindRival>()(CancellationToken.None);
        using (var session = await _server.AcceptAndBootAsync())
        {
            await AnswerLeaseAsync(session, Others);
            var asked = await UntilGoodbyeAsync(session);
            Assert.InRange(asked, 3, 4); // more than once: one may be lost
        }

        Assert.Equal(new RivalSearch(null, Asked: true), await asking.Soon());
        using var link = await StartOnDutyAsync();
        await AnswerLeaseAsync(link, Others);
        // Asked before, and nothing has changed since: not asked again.
        var claim = await link.ReadAsync("Originate");
        Assert.Contains($"Variable: __SB_EXPECTED={Others}", claim.Text, StringComparison.Ordinal);
        await EndAsync(link, claim, answered: true);
        await ReadyAsync(link);
    }

    [Fact]
    public async Task A_holder_answers_whoever_asks_for_it_by_its_name()
    {
        using var session = await ServeAsync();
        await session.SendAsync($"Event: UserEvent\r\nUserEvent: SwitchboardAsk\r\nWorker: {Other}\r\nHolder: gamma-00000003\r\nNonce: not-for-me\r\n\r\n");
        await session.SendAsync($"Event: UserEvent\r\nUserEvent: SwitchboardAsk\r\nWorker: {Other}\r\nHolder: {Me}\r\nNonce: for-me\r\n\r\n");
        var answer = await AskedAsync(session);
        Assert.Equal(("SwitchboardOnDuty", Me, "for-me"), (answer["UserEvent"], answer["Worker"], answer["Nonce"]));
    }

    [Fact]
    public async Task A_lease_that_became_another_s_stops_everything_at_once_and_the_one_that_lost_it_ends_with_75()
    {
        using var session = await ServeAsync();
        await session.SendAsync($"Event: UserEvent\r\nUserEvent: SwitchboardLease\r\nWorker: {Other}\r\nSince: 1764137000123\r\n\r\n");
        await AnswerLeaseAsync(session, Others);
        Assert.False(Hotel.IsReady);
        var ask = await AskedAsync(session);
        await session.SendAsync($"Event: UserEvent\r\nUserEvent: SwitchboardOnDuty\r\nWorker: {Other}\r\nNonce: {ask["Nonce"]}\r\nMachine: beta/4711\r\n\r\n");
        await WaitAsync(() => _stopped);
        Assert.Equal(DutyState.StoodDown, Duty.State);
        Assert.Contains($"PBX main is served by another worker: worker {Other} on beta/4711", string.Join('\n', _log.Lines), StringComparison.Ordinal);
        Assert.Contains("stands down and ends (exit code 75)", string.Join('\n', _log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ring_that_the_PBX_fenced_off_was_not_sent_and_the_lease_is_looked_at_anew()
    {
        using var session = await ServeAsync();
        var call = Hotel.Ring(new RoomCallRequest("wakeup-1-1", "1203", ["PJSIP/1203"], TimeSpan.FromSeconds(5), "en", 1, TimeSpan.FromSeconds(1), SnoozeAllowed: false, "x"));
        var ring = await session.ReadAsync("Originate");
        Assert.Contains($"Variable: __SB_WORKER={Me}", ring.Text, StringComparison.Ordinal);
        await session.AnswerAsync(ring);
        await session.SendAsync($"Event: UserEvent\r\nUserEvent: SwitchboardFenced\r\nCall: wakeup-1-1\r\nWorker: {Other}\r\n\r\n");
        var end = await call.Ended.Soon();
        Assert.Equal((RoomCallEndKind.NotSent, $"refused by the PBX: worker {Other} serves it"), (end.Kind, end.Detail));
        Assert.False(Hotel.IsReady);
        await AnswerLeaseAsync(session, null);
        await EndAsync(session, await session.ReadAsync("Originate"), answered: true);
    }

    [Fact]
    public async Task What_was_fenced_off_of_another_worker_s_is_not_this_one_s_affair()
    {
        using var session = await ServeAsync();
        var call = Hotel.Track("wakeup-1-1");
        await session.SendAsync($"Event: UserEvent\r\nUserEvent: SwitchboardFenced\r\nCall: wakeup-1-1\r\nWorker: {Me}\r\n\r\n");
        await session.SendAsync($"Event: UserEvent\r\nUserEvent: SwitchboardKey\r\nCall: wakeup-1-1\r\nKey: 1\r\n\r\n");
        Assert.Equal(RoomCallEndKind.Key, (await call.Ended.Soon()).Kind);
        Assert.True(Hotel.IsReady);
    }

    [Fact]
    public async Task A_dialplan_from_before_there_were_leases_is_told_and_guests_are_rung()
    {
        using var session = await StartOnDutyAsync();
        for (var refused = 0; refused < 2; refused++)
        {
            await AnswerLeaseAsync(session, null);
            await EndAsync(session, await session.ReadAsync("Originate"), answered: false);
            await AnswerLeaseAsync(session, null);
        }

        await ReadyAsync(session);
        Assert.Contains("PBX main knows no lease", string.Join('\n', _log.Lines), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        await _pump.StopAsync(new CancellationToken(canceled: true));
        await _services.DisposeAsync();
        _log.Dispose();
    }

    private async Task<FakeSession> StartOnDutyAsync()
    {
        await _pump.StartAsync(CancellationToken.None);
        Duty.Begin();
        return await _server.AcceptAndBootAsync();
    }

    private async Task<FakeSession> ServeAsync()
    {
        var session = await StartOnDutyAsync();
        await AnswerLeaseAsync(session, null);
        await EndAsync(session, await session.ReadAsync("Originate"), answered: true);
        await ReadyAsync(session);
        return session;
    }

    private async Task ReadyAsync(FakeSession session)
    {
        await PbxResyncTests.AnswerStateAsync(session);
        await WaitAsync(() => Hotel.IsReady);
    }

    private static async Task AnswerLeaseAsync(FakeSession session, string? entry)
    {
        var read = await session.ReadAsync("DBGetTree");
        Assert.Equal("switchboard_lease", read["Family"]);
        if (entry is null)
        {
            await session.AnswerAsync(read, "Response: Error\r\nMessage: Database entry not found\r\n");
            return;
        }

        await session.AnswerAsync(read, "Response: Success\r\nEventList: start\r\n");
        await session.AnswerAsync(read, $"Event: DBGetTreeResponse\r\nKey: /switchboard_lease/worker\r\nVal: {entry}\r\n");
        await session.AnswerAsync(read, "Event: DBGetTreeComplete\r\nEventList: Complete\r\nListItems: 1\r\n");
    }

    private static async Task EndAsync(FakeSession session, FakeAction originate, bool answered)
    {
        await session.AnswerAsync(originate);
        await session.AnswerAsync(originate, $"Event: OriginateResponse\r\nResponse: {(answered ? "Success" : "Failure")}\r\nReason: {(answered ? 4 : 0)}\r\n");
    }

    private static async Task<FakeAction> AskedAsync(FakeSession session)
    {
        var said = await session.ReadAsync("UserEvent");
        await session.AnswerAsync(said);
        return said;
    }

    /// <summary>Answers what is said until it says goodbye; how often it said something.</summary>
    private static async Task<int> UntilGoodbyeAsync(FakeSession session)
    {
        for (var said = 0; ; said++)
        {
            var action = await session.ReadAsync();
            await session.AnswerAsync(action);
            if (action["Action"] == "Logoff") return said;
        }
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10), "not within ten seconds");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
