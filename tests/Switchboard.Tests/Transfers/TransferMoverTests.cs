using NodaTime;
using Switchboard.Features.Transfers;
using Switchboard.Pbx;
using Switchboard.Tests.FakeAsterisk;
using Switchboard.Web;

namespace Switchboard.Tests.Transfers;

/// <summary>What a transfer that was not done leaves behind: nothing. From the wire.</summary>
public sealed class TransferMoverTests : IAsyncDisposable
{
    private static readonly LiveChannel Caller = Channel("PJSIP/1203-01", "11.1", LiveState.Up, null);
    private static readonly LiveChannel Operator = Channel("PJSIP/0001-02", "11.2", LiveState.Ringing, null);
    private readonly ConnectedPbx _pbx = new();

    public ValueTask DisposeAsync() => _pbx.DisposeAsync();

    private static LiveChannel Channel(string name, string unique, LiveState state, string? bridge) => new(name, unique, "11.1", null, state, "Queue", bridge, Duration.Zero);

    private static async Task SignedAsync(FakeSession session, string staff, string request)
    {
        foreach (var (name, value) in ((string, string)[])[("SB_STAFF_BY", staff), ("SB_REQUEST", request)])
        {
            var set = await session.ReadAsync("Setvar");
            Assert.Equal(("PJSIP/1203-01", name, value), (set["Channel"], set["Variable"], set["Value"] ?? ""));
            await session.AnswerAsync(set);
        }
    }

    private static async Task ListAsync(FakeSession session, params (string Name, string Unique, int State, string Bridge)[] channels)
    {
        var list = await session.ReadAsync("CoreShowChannels");
        await session.AnswerAsync(list, "Response: Success\r\nEventList: start\r\n");
        foreach (var (name, unique, state, bridge) in channels)
            await session.AnswerAsync(list, $"Event: CoreShowChannel\r\nChannel: {name}\r\nChannelState: {state}\r\nUniqueid: {unique}\r\nLinkedid: 11.1\r\nBridgeId: {bridge}\r\nApplication: Queue\r\nDuration: 00:00:05\r\n");
        await session.AnswerAsync(list, $"Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: {channels.Length}\r\n");
    }

    private Task MoveAsync(bool talking) => talking
        ? new TransferMover(_pbx.Live).MoveAsync(new("11.1", [Caller, Operator]), new(Caller, Caller, Operator), "2101", "1007", "abc", CancellationToken.None)
        : new TransferMover(_pbx.Live).MoveAsync(new("11.1", [Caller, Operator]), new(Caller, Caller, null), "2101", "1007", "abc", CancellationToken.None);

    [Fact]
    public async Task Refused_by_the_PBX_it_is_signed_no_more_so_that_the_next_transfer_at_a_phone_is_nobody_elses()
    {
        using var session = await _pbx.ConnectAsync();
        var moving = MoveAsync(talking: true);
        await SignedAsync(session, "1007", "abc");
        await session.AnswerAsync(await session.ReadAsync("BlindTransfer"), "Response: Error\r\nMessage: Transfer not permitted\r\n");
        await SignedAsync(session, "", "");
        await Assert.ThrowsAsync<PbxRefusedException>(() => moving.Soon());
    }

    [Fact]
    public async Task That_it_is_signed_no_more_is_not_told_when_the_channel_is_gone_but_the_refusal_is()
    {
        using var session = await _pbx.ConnectAsync();
        var moving = MoveAsync(talking: true);
        await SignedAsync(session, "1007", "abc");
        await session.AnswerAsync(await session.ReadAsync("BlindTransfer"), "Response: Error\r\nMessage: Transfer not permitted\r\n");
        await session.AnswerAsync(await session.ReadAsync("Setvar"), "Response: Error\r\nMessage: No such channel\r\n");
        Assert.Contains("not permitted", (await Assert.ThrowsAsync<PbxRefusedException>(() => moving.Soon())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b1")] // they speak
    [InlineData("")] // his phone is off the hook, and they are being connected
    public async Task Whoever_was_answered_meanwhile_is_not_taken_away_from_who_answered(string bridge)
    {
        using var session = await _pbx.ConnectAsync();
        var moving = MoveAsync(talking: false);
        await SignedAsync(session, "1007", "abc");
        await ListAsync(session, ("PJSIP/1203-01", "11.1", 6, bridge), ("PJSIP/0001-02", "11.2", 6, bridge));
        await SignedAsync(session, "", "");
        Assert.Contains("was answered at PJSIP/0001 just now", (await Assert.ThrowsAsync<ConflictException>(() => moving.Soon())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_still_waits_is_redirected()
    {
        using var session = await _pbx.ConnectAsync();
        var moving = MoveAsync(talking: false);
        await SignedAsync(session, "1007", "abc");
        await ListAsync(session, ("PJSIP/1203-01", "11.1", 6, ""), ("PJSIP/0001-02", "11.2", 5, ""));
        var redirect = await session.ReadAsync("Redirect");
        Assert.Equal(("PJSIP/1203-01", "switchboard-transfer", "2101"), (redirect["Channel"], redirect["Context"], redirect["Exten"]));
        await session.AnswerAsync(redirect);
        await moving.Soon();
    }
}
