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

    [Fact]
    public async Task A_report_that_overtakes_Asterisks_answer_is_of_a_call_that_was_sent()
    {
        var call = new RoomCall("wakeup-1-1", null);
        call.BeginSending(Now);
        call.End(new RoomCallEnd(RoomCallEndKind.NotAnswered) { DialStatus = "UNREGISTERED" });
        call.MarkSent();
        Assert.Equal(Now, (await call.Ended).SentAt);

        // What was never handed over was not sent.
        var refused = new RoomCall("wakeup-2-1", null);
        refused.BeginSending(Now);
        refused.End(new RoomCallEnd(RoomCallEndKind.NotSent));
        Assert.Null((await refused.Ended).SentAt);
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
        call.BeginSending(Now);
        Assert.False(call.AskHangUp());
        Assert.True(call.EndSending());
        Assert.True(call.AskHangUp());
    }
}
