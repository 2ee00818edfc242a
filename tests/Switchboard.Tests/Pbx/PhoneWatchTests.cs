using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Pbx;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Pbx;

/// <summary>What the PBX tells of its phones, from the wire; that it does tell so, PhoneTests prove on the real one.</summary>
public sealed class PhoneWatchTests : IAsyncDisposable
{
    private readonly FakeAsteriskServer _server = new();
    private readonly ServiceProvider _services;
    private readonly PhoneWatch _watch;
    private readonly Channel<PhoneNews> _news = Channel.CreateUnbounded<PhoneNews>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public PhoneWatchTests()
    {
        _services = PbxResyncTests.Services(_server.Port);
        _watch = _services.GetRequiredService<PhoneWatch>();
        // One that fails is no reason for the next not to be told.
        _watch.Follow(_ => throw new InvalidOperationException("of a follower"));
        _watch.Follow(news => _news.Writer.TryWrite(news));
        _run = _watch.RunAsync(_stop.Token);
        _ = _services.GetRequiredService<HotelPbx>().Ami.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _run.Soon());
        await _services.DisposeAsync();
        _server.Dispose();
        _stop.Dispose();
    }

    private Task<PhoneNews> NextAsync() => _news.Reader.ReadAsync().AsTask().Soon();

    private static async Task ListAsync(FakeSession session, params (string Device, string State)[] states)
    {
        var list = await session.ReadAsync("DeviceStateList");
        await session.AnswerAsync(list, "Response: Success\r\nEventList: start\r\n");
        foreach (var (device, state) in states) await session.AnswerAsync(list, $"Event: DeviceStateChange\r\nDevice: {device}\r\nState: {state}\r\n");
        await session.AnswerAsync(list, $"Event: DeviceStateListComplete\r\nEventList: Complete\r\nListItems: {states.Length}\r\n");
    }

    private static Task ChangeAsync(FakeSession session, string device, string state) => session.SendAsync($"Event: DeviceStateChange\r\nDevice: {device}\r\nState: {state}\r\n\r\n");

    [Fact]
    public async Task States_are_read_at_the_connect_and_each_change_is_told_once_in_order()
    {
        Assert.Null(_watch.Of("PJSIP/1203"));
        using var session = await _server.AcceptAndBootAsync();
        await ListAsync(session, ("PJSIP/1203", "NOT_INUSE"), ("PJSIP/1204", "UNAVAILABLE"), ("Custom:DND1203", "INUSE"));
        Assert.IsType<PhonesRead>(await NextAsync());
        Assert.Equal((true, false), (_watch.Of("PJSIP/1203")!.IsReachable, _watch.Of("PJSIP/1203")!.IsInCall));
        Assert.False(_watch.Of("PJSIP/1204")!.IsReachable);
        // Not in the list: PJSIP tells of each endpoint, an analogue line of nothing.
        Assert.Equal(("INVALID", false), (_watch.Of("PJSIP/1205")!.State, _watch.Of("PJSIP/1205")!.IsReachable));
        Assert.Null(_watch.Of("DAHDI/1")!.IsReachable);

        await ChangeAsync(session, "PJSIP/1203", "INUSE");
        await ChangeAsync(session, "PJSIP/1203", "INUSE");
        await ChangeAsync(session, "Custom:DND1203", "NOT_INUSE");
        await ChangeAsync(session, "PJSIP/1204", "NOT_INUSE");
        var (first, second) = (Assert.IsType<PhoneChanged>(await NextAsync()).State, Assert.IsType<PhoneChanged>(await NextAsync()).State);
        Assert.Equal(("PJSIP/1203", "INUSE", true), (first.Device, first.State, first.IsInCall));
        Assert.Equal(("PJSIP/1204", "NOT_INUSE", true), (second.Device, second.State, second.IsReachable));
    }

    [Fact]
    public async Task While_the_link_is_down_nobody_knows_and_after_it_all_is_read_anew()
    {
        using (var session = await _server.AcceptAndBootAsync())
        {
            await ListAsync(session, ("PJSIP/1203", "NOT_INUSE"), ("PJSIP/1204", "NOT_INUSE"));
            Assert.IsType<PhonesRead>(await NextAsync());
        }

        Assert.IsType<PhonesUnheard>(await NextAsync());
        Assert.Null(_watch.Of("PJSIP/1203"));
        using var again = await _server.AcceptAndBootAsync();
        await ListAsync(again, ("PJSIP/1203", "UNAVAILABLE"));
        Assert.IsType<PhonesRead>(await NextAsync());
        Assert.Equal(("UNAVAILABLE", "INVALID"), (_watch.Of("PJSIP/1203")!.State, _watch.Of("PJSIP/1204")!.State));
    }

    [Fact]
    public async Task A_gap_in_the_events_is_answered_by_reading_anew()
    {
        using var session = await _server.AcceptAndBootAsync();
        await ListAsync(session, ("PJSIP/1203", "NOT_INUSE"));
        Assert.IsType<PhonesRead>(await NextAsync());
        await session.SendAsync($"Event: DeviceStateChange\r\nDevice: PJSIP/1203\r\nState: UNAVAILABLE\r\nLong: {new string('x', 5 * 1024 * 1024)}\r\n\r\n");
        await ListAsync(session, ("PJSIP/1203", "UNAVAILABLE"));
        Assert.IsType<PhonesRead>(await NextAsync());
        Assert.False(_watch.Of("PJSIP/1203")!.IsReachable);
    }

    [Fact]
    public async Task Contacts_are_known_from_when_they_are_told_until_they_are_removed()
    {
        using var session = await _server.AcceptAndBootAsync();
        await ListAsync(session, ("PJSIP/1203", "UNAVAILABLE"));
        await NextAsync();
        await ContactAsync("NonQualified", "sip:1203@10.1.2.3:5060");
        await ContactAsync("Reachable", "sip:1203@10.1.2.4:5060");
        await ChangeAsync(session, "PJSIP/1203", "NOT_INUSE");
        await NextAsync();
        Assert.Equal(["sip:1203@10.1.2.3:5060", "sip:1203@10.1.2.4:5060"], _watch.Of("PJSIP/1203")!.Contacts);
        await ContactAsync("Removed", "sip:1203@10.1.2.3:5060");
        await ChangeAsync(session, "PJSIP/1203", "INUSE");
        await NextAsync();
        Assert.Equal(["sip:1203@10.1.2.4:5060"], _watch.Of("PJSIP/1203")!.Contacts);

        Task ContactAsync(string status, string uri) => session.SendAsync($"Event: ContactStatus\r\nURI: {uri}\r\nContactStatus: {status}\r\nAOR: 1203\r\nEndpointName: 1203\r\nRoundtripUsec: 0\r\n\r\n");
    }

    [Theory]
    [InlineData("PJSIP/1203", "PJSIP/1203")]
    [InlineData("PJSIP/2101@gateway", "PJSIP/gateway")]
    [InlineData("PJSIP/gateway/2101", "PJSIP/gateway")]
    [InlineData("DAHDI/1/2101", "DAHDI/1")]
    public void The_device_of_a_dial_string_is_what_the_PBX_tells_the_state_of(string dialString, string device) => Assert.Equal(device, PhoneState.DeviceOf(dialString));
}
