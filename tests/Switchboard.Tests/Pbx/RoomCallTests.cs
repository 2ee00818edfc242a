using NodaTime;
using Switchboard.Pbx;

namespace Switchboard.Tests.Pbx;

/// <summary>A call ends exactly once, whoever tells of it first.</summary>
public class RoomCallTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 24, 22, 0);

    [Fact]
    public async Task The_first_end_counts_and_carries_what_was_seen_before()
    {
        var steps = new List<RoomCallStep>();
        var call = new RoomCall("wakeup-1-1", (step, _) => steps.Add(step));
        call.MarkSent(Now);
        call.MarkRinging(Now + Duration.FromSeconds(1));
        call.MarkRinging(Now + Duration.FromSeconds(2));
        Assert.True(call.End(new RoomCallEnd(RoomCallEndKind.NotAnswered) { DialStatus = "NOANSWER" }));
        Assert.False(call.End(new RoomCallEnd(RoomCallEndKind.Key) { Key = "1" }));
        call.MarkAnswered(Now + Duration.FromSeconds(3));
        var end = await call.Ended;
        Assert.Equal((RoomCallEndKind.NotAnswered, Now, Now + Duration.FromSeconds(1), true, null), (end.Kind, end.SentAt, end.RangAt, end.Rang, end.AnsweredAt));
        Assert.Equal([RoomCallStep.Sent, RoomCallStep.Ringing], steps);
    }

    [Theory]
    [InlineData(RoomCallEndKind.NotAnswered, RoomCallEndKind.HungUp)]
    [InlineData(RoomCallEndKind.NoKey, RoomCallEndKind.HungUp)]
    [InlineData(RoomCallEndKind.Lost, RoomCallEndKind.HungUp)]
    [InlineData(RoomCallEndKind.Key, RoomCallEndKind.Key)] // pressed before we hung up: the guest is awake
    public async Task What_we_hung_up_is_not_the_guests_doing(RoomCallEndKind told, RoomCallEndKind expected)
    {
        var call = new RoomCall("wakeup-1-1", null);
        Assert.True(call.AskHangUp());
        call.End(new RoomCallEnd(told));
        Assert.Equal(expected, (await call.Ended).Kind);
    }

    [Fact]
    public void Asked_to_hang_up_while_it_is_being_sent_the_sender_hangs_up()
    {
        var call = new RoomCall("wakeup-1-1", null);
        call.BeginSending();
        Assert.False(call.AskHangUp());
        Assert.True(call.EndSending());
        Assert.True(call.AskHangUp());
    }
}
