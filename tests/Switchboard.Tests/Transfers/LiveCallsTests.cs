using NodaTime;
using Switchboard.Features.Transfers;
using Switchboard.Pbx;
using Switchboard.Tests.FakeAsterisk;
using Switchboard.Web;

namespace Switchboard.Tests.Transfers;

/// <summary>Who talks with whom, and who of them is put through; from the wire. That a real PBX does as it is told here, TransferTests prove.</summary>
public sealed class LiveCallsTests : IAsyncDisposable
{
    private readonly ConnectedPbx _pbx = new();

    public ValueTask DisposeAsync() => _pbx.DisposeAsync();

    private static string Channel(string name, string unique, string linked, int state, string bridge = "", string application = "Dial", string lives = "00:01:05") =>
        $"Event: CoreShowChannel\r\nChannel: {name}\r\nChannelState: {state}\r\nCallerIDNum: <unknown>\r\nUniqueid: {unique}\r\nLinkedid: {linked}\r\nBridgeId: {bridge}\r\nApplication: {application}\r\nDuration: {lives}\r\n";

    private async Task<IReadOnlyList<LiveCall>> ReadAsync(FakeSession session, params string[] channels)
    {
        var reading = _pbx.Live.ReadAsync(CancellationToken.None);
        var list = await session.ReadAsync("CoreShowChannels");
        await session.AnswerAsync(list, "Response: Success\r\nEventList: start\r\n");
        foreach (var channel in channels) await session.AnswerAsync(list, channel);
        await session.AnswerAsync(list, $"Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: {channels.Length}\r\n");
        return await reading.Soon();
    }

    [Fact]
    public async Task Channels_are_calls_and_a_call_is_found_by_any_of_its_names()
    {
        using var session = await _pbx.ConnectAsync();
        var calls = await ReadAsync(session, Channel("PJSIP/trunk-01", "17.1", "17.1", 6, "b1", "Queue"), Channel("PJSIP/0001-02", "17.2", "17.1", 6, "b1", "AppQueue", "00:00:40"),
            Channel("PJSIP/1203-03", "18.3", "18.3", 4));
        Assert.Equal(["17.1", "18.3"], calls.Select(c => c.LinkedId).Order());
        Assert.Equal((65.0, null, LiveState.Up), (calls[0].Channels[0].Lives.TotalSeconds, calls[0].Channels[0].Number, calls[0].Channels[0].State));
        Assert.Equal(["PJSIP/trunk", "PJSIP/0001"], calls.Single(c => c.LinkedId == "17.1").Talking().Select(c => c.Phone));
        foreach (var name in (string[])["17.1", "17.2", "PJSIP/0001-02", "1"]) Assert.Equal("17.1", LiveCalls.Find(calls, name)?.LinkedId);
        foreach (var name in (string[])["7.1", "", "2", "99", "PJSIP/0001"]) Assert.Null(LiveCalls.Find(calls, name));
    }

    [Fact]
    public async Task Who_speaks_through_the_PBXs_own_channels_talks_all_the_same_and_the_one_beside_the_operator_is_moved()
    {
        using var session = await _pbx.ConnectAsync();
        var call = (await ReadAsync(session, Channel("PJSIP/trunk-01", "17.1", "17.1", 6, "b1"), Channel("Local/8001@switchboard-house-09;1", "17.2", "17.1", 6, "b1"),
            Channel("Local/8001@switchboard-house-09;2", "17.3", "17.1", 6, "b2"), Channel("PJSIP/0001-04", "17.4", "17.1", 6, "b2")))[0];
        var move = TransferMove.Of(call, phone => phone == "PJSIP/0001", _ => false);
        Assert.Equal(("PJSIP/trunk", "Local/8001@switchboard-house-09;2", "PJSIP/0001"), (move.Party.Phone, move.Moved.Name, move.From!.Phone));
    }

    [Fact]
    public async Task The_operator_puts_through_whoever_of_the_two_began_and_who_waits_is_moved_himself()
    {
        using var session = await _pbx.ConnectAsync();
        bool IsOperators(string phone) => phone == "PJSIP/0001";
        var calls = await ReadAsync(session, Channel("PJSIP/0001-01", "11.1", "11.1", 6, "b1"), Channel("PJSIP/1203-02", "11.2", "11.1", 6, "b1"),
            Channel("PJSIP/1204-03", "12.3", "12.3", 6, "b2"), Channel("PJSIP/1205-04", "12.4", "12.3", 6, "b2"),
            Channel("PJSIP/1206-05", "13.5", "13.5", 6, "", "Queue"), Channel("PJSIP/0001-06", "13.6", "13.5", 5),
            Channel("PJSIP/0001-07", "14.7", "14.7", 4), Channel("PJSIP/1207-08", "14.8", "14.7", 5), Channel("PJSIP/1208-09", "15.9", "15.8", 5));
        Assert.Equal(["PJSIP/1203 PJSIP/0001", "PJSIP/1204 PJSIP/1205", "PJSIP/1206 "], ((string[])["11.1", "12.3", "13.5"]).Select(id =>
        {
            var move = TransferMove.Of(LiveCalls.Find(calls, id)!, IsOperators, _ => false);
            return $"{move.Party.Phone} {move.From?.Phone}";
        }));
        Assert.Contains("operator's own", Assert.Throws<ConflictException>(() => TransferMove.Of(LiveCalls.Find(calls, "14.7")!, IsOperators, _ => false)).Message, StringComparison.Ordinal);
        Assert.Contains("only rings", Assert.Throws<ConflictException>(() => TransferMove.Of(LiveCalls.Find(calls, "15.8")!, IsOperators, _ => false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_operators_phone_is_known_the_one_of_the_house_puts_through_and_not_the_guest_whoever_began()
    {
        using var session = await _pbx.ConnectAsync();
        bool IsGuestsOrLine(string phone) => phone is "PJSIP/1203" or "PJSIP/1204" or "PJSIP/trunk";
        var calls = await ReadAsync(session, Channel("PJSIP/8001-01", "11.1", "11.1", 6, "b1"), Channel("PJSIP/1203-02", "11.2", "11.1", 6, "b1"),
            Channel("PJSIP/trunk-03", "12.3", "12.3", 6, "b2"), Channel("PJSIP/8001-04", "12.4", "12.3", 6, "b2"),
            Channel("PJSIP/1203-05", "13.5", "13.5", 6, "b3"), Channel("PJSIP/1204-06", "13.6", "13.5", 6, "b3"));
        Assert.Equal(["PJSIP/1203 PJSIP/8001", "PJSIP/trunk PJSIP/8001", "PJSIP/1203 PJSIP/1204"], ((string[])["11.1", "12.3", "13.5"]).Select(id =>
        {
            var move = TransferMove.Of(LiveCalls.Find(calls, id)!, _ => false, IsGuestsOrLine);
            return $"{move.Party.Phone} {move.From?.Phone}";
        }));
    }

    [Fact]
    public async Task A_conference_is_not_put_through()
    {
        using var session = await _pbx.ConnectAsync();
        var call = (await ReadAsync(session, [.. Enumerable.Range(1, 3).Select(n => Channel($"PJSIP/120{n}-0{n}", $"11.{n}", "11.1", 6, "b1"))]))[0];
        Assert.Contains("more than two", Assert.Throws<ConflictException>(() => TransferMove.Of(call, _ => false, _ => false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transfer_is_signed_on_the_channel_that_moves_and_sent_once()
    {
        using var session = await _pbx.ConnectAsync();
        var call = (await ReadAsync(session, Channel("PJSIP/1203-01", "11.1", "11.1", 6, "b1"), Channel("PJSIP/0001-02", "11.2", "11.1", 6, "b1")))[0];
        var signing = _pbx.Live.SignAsync(call.Channels[0], "1007", "abc", CancellationToken.None);
        foreach (var (name, value) in ((string, string)[])[("SB_STAFF_BY", "1007"), ("SB_REQUEST", "abc")])
        {
            var set = await session.ReadAsync("Setvar");
            Assert.Equal(("PJSIP/1203-01", name, value), (set["Channel"], set["Variable"], set["Value"]));
            await session.AnswerAsync(set);
        }

        await signing.Soon();
        var moving = _pbx.Live.BlindTransferAsync(call.Channels[1], "2101", CancellationToken.None);
        var transfer = await session.ReadAsync("BlindTransfer");
        Assert.Equal(("PJSIP/0001-02", "switchboard-transfer", "2101"), (transfer["Channel"], transfer["Context"], transfer["Exten"]));
        await session.AnswerAsync(transfer, "Response: Error\r\nMessage: Transfer not permitted\r\n");
        Assert.Contains("not permitted", (await Assert.ThrowsAsync<PbxRefusedException>(() => moving.Soon())).Message, StringComparison.Ordinal);

        // The link dies in the middle: it is not sent again on the next one.
        var redirecting = _pbx.Live.RedirectAsync(call.Channels[0], "2101", CancellationToken.None);
        await session.ReadAsync("Redirect");
        session.Dispose();
        Assert.False((await Assert.ThrowsAsync<PbxUnreachableException>(() => redirecting.Soon())).NothingSent);
        using var next = await _pbx.ConnectAsync();
        Assert.Empty(await ReadAsync(next));
    }

    [Fact]
    public async Task Without_a_link_nothing_is_sent_and_that_is_said()
    {
        var channel = new LiveChannel("PJSIP/1203-01", "1.1", "1.1", null, LiveState.Up, null, null, Duration.Zero);
        Assert.True((await Assert.ThrowsAsync<PbxUnreachableException>(() => _pbx.Live.RedirectAsync(channel, "2101", CancellationToken.None).Soon())).NothingSent);
    }
}
