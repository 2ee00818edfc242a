using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;
using NodaTime.Testing;
using Switchboard.Asterisk.Ami;
using Switchboard.Features.Calls;
using Switchboard.Pbx;
using Switchboard.Tests.FakeAsterisk;
using Switchboard.Tests.Pbx;
using Switchboard.Tests.Web;

namespace Switchboard.Tests.Calls;

/// <summary>A call that nobody takes is told of once, and one that was given up is not.</summary>
public sealed class OfferWatchTests : IAsyncDisposable
{
    private readonly FakeAsteriskServer _server = new();
    private readonly ServiceProvider _services;
    private readonly FakeClock _clock = new(Instant.FromUtc(2026, 12, 24, 0, 0));
    private readonly LogLines _log = new();
    private readonly OfferWatch _watch;
    private readonly CancellationTokenSource _stop = new();

    public OfferWatchTests()
    {
        _services = PbxResyncTests.Services(_server.Port);
        _watch = new OfferWatch(_services.GetRequiredService<LiveCalls>(), _services.GetRequiredService<HotelPbx>(), TimeProvider.System, _clock,
            LoggerFactory.Create(b => b.AddProvider(_log)).CreateLogger<OfferWatch>());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _watch.Dispose();
        await _services.DisposeAsync();
        _server.Dispose();
        _stop.Dispose();
    }

    private DialplanReport Report(string call, string kind = "incoming", Instant? at = null, string? channel = null) => new(
        field => field switch { "Call" => call, "Kind" => kind, "At" => at?.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture), _ => null }, channel,
        _services.GetRequiredService<PbxClock>());

    private async Task<FakeSession> ConnectAsync()
    {
        var ami = _services.GetRequiredService<HotelPbx>().Ami;
        await using var changes = ami.Subscribe("test", new HashSet<string>());
        _ = ami.RunAsync(_stop.Token);
        var session = await _server.AcceptAndBootAsync();
        await foreach (var change in changes.ReadAllAsync())
        {
            if (change is AmiConnected) break;
        }

        return session;
    }

    private async Task LookAsync(FakeSession session, params string[] living)
    {
        var looking = _watch.LookAsync(_stop.Token);
        var list = await session.ReadAsync("CoreShowChannels");
        await session.AnswerAsync(list, "Response: Success\r\nEventList: start\r\n");
        foreach (var id in living) await session.AnswerAsync(list, $"Event: CoreShowChannel\r\nChannel: PJSIP/trunk-{id}\r\nChannelState: 6\r\nUniqueid: {id}\r\nLinkedid: {id}\r\nApplication: Queue\r\nDuration: 00:02:01\r\n");
        await session.AnswerAsync(list, $"Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: {living.Length}\r\n");
        await looking.Soon();
    }

    [Fact]
    public async Task After_two_minutes_a_call_that_still_waits_is_told_of_once()
    {
        using var session = await ConnectAsync();
        await LookAsync(session); // the first look: who waits already
        foreach (var call in (string[])["1.1", "2.1", "3.1"]) await _watch.OfferedAsync(Report(call), _stop.Token);
        await _watch.EndedAsync(Report("3.1"), _stop.Token);
        _clock.AdvanceSeconds(100);
        // On to the shift leader: it does not begin to wait anew.
        await _watch.OfferedAsync(Report("1.1", "step"), _stop.Token);
        await _watch.LookAsync(_stop.Token); // asks nothing: nobody has waited for so long
        Assert.Equal(Instant.FromUtc(2026, 12, 24, 0, 0), _watch.WaitsSince("1.1"));
        _clock.AdvanceSeconds(21);
        await LookAsync(session, "1.1"); // the second caller has hung up
        await LookAsync(session, "1.1");
        Assert.Contains("Call 1.1 has waited for an operator for 121 s", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.Equal((false, true), (_watch.WaitsSince("2.1") is not null, _watch.WaitsSince("1.1") is not null));
        // Put through or taken: it is over.
        await _watch.EndedAsync(Report("1.1"), _stop.Token);
        Assert.Null(_watch.WaitsSince("1.1"));
    }

    [Fact]
    public async Task What_the_call_file_tells_late_of_a_call_that_was_taken_meanwhile_makes_it_wait_no_more()
    {
        var at = _clock.GetCurrentInstant();
        _clock.AdvanceSeconds(60);
        await _watch.EndedAsync(Report("1.1", at: at + Duration.FromSeconds(20)), _stop.Token);
        await _watch.OfferedAsync(Report("1.1", at: at), _stop.Token);
        Assert.Null(_watch.WaitsSince("1.1"));
        // It comes back and waits anew; that it was taken before, told once more, changes nothing.
        await _watch.OfferedAsync(Report("1.1", "returned", at + Duration.FromSeconds(50)), _stop.Token);
        await _watch.EndedAsync(Report("1.1", at: at + Duration.FromSeconds(20)), _stop.Token);
        Assert.Equal(at + Duration.FromSeconds(50), _watch.WaitsSince("1.1"));
        // So old that whether it waits still nobody knows.
        await _watch.OfferedAsync(Report("2.1", at: at - Duration.FromSeconds(61)), _stop.Token);
        Assert.Null(_watch.WaitsSince("2.1"));
    }

    [Fact]
    public async Task A_call_put_through_to_the_operators_waits_from_the_same_millisecond_on()
    {
        var at = _clock.GetCurrentInstant();
        await _watch.EndedAsync(Report("1.1", "operators", at), _stop.Token);
        await _watch.OfferedAsync(Report("1.1", at: at), _stop.Token);
        await _watch.EndedAsync(Report("1.1", "operators", at), _stop.Token);
        Assert.Equal(at, _watch.WaitsSince("1.1"));
    }

    [Fact]
    public async Task Who_is_asked_by_feature_code_is_no_call_that_waits()
    {
        await _watch.OfferedAsync(Report("1.1", "returned", channel: "Local/2101@switchboard-transfer-00000001;2"), _stop.Token);
        Assert.Null(_watch.WaitsSince("1.1"));
    }

    [Fact]
    public async Task A_call_that_waited_when_the_worker_began_is_told_of_two_minutes_later()
    {
        using var session = await ConnectAsync();
        await LookAsync(session, "1.1", "2.1");
        Assert.Null(_watch.WaitsSince("1.1")); // since when, nobody told
        await _watch.EndedAsync(Report("2.1"), _stop.Token);
        _clock.AdvanceSeconds(121);
        await LookAsync(session, "1.1", "2.1");
        Assert.Contains("Call 1.1 has waited", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }
}
