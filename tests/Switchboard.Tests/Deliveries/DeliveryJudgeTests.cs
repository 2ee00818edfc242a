using NodaTime;
using Switchboard.Features.Deliveries;
using Switchboard.Pbx;

namespace Switchboard.Tests.Deliveries;

/// <summary>What the PBX's facts mean for an attempt.</summary>
public class DeliveryJudgeTests
{
    [Theory]
    [InlineData("BUSY", false, 17, "Busy")]
    [InlineData("BUSY", false, null, "Busy")]
    [InlineData("CHANUNAVAIL", false, 21, "Busy")]
    [InlineData("NOANSWER", true, 19, "NoAnswer")]
    [InlineData("CHANUNAVAIL", true, 0, "NoAnswer")]
    [InlineData("CHANUNAVAIL", false, 20, "Unreachable")]
    [InlineData("CONGESTION", false, 34, "Unreachable")]
    [InlineData("CANCEL", false, null, "Failed")]
    public void A_call_that_was_not_answered_says_why(string status, bool rang, int? cause, string outcome) =>
        Assert.Equal(outcome, Judge(new RoomCallEnd(RoomCallEndKind.NotAnswered) { DialStatus = status, Rang = rang, Cause = cause }));

    [Theory]
    [InlineData(RoomCallEndKind.NoKey, "NoKey")]
    [InlineData(RoomCallEndKind.Key, "NoKey")]
    [InlineData(RoomCallEndKind.HungUp, "Cancelled")]
    [InlineData(RoomCallEndKind.Refused, "Failed")]
    [InlineData(RoomCallEndKind.Lost, "Unknown")]
    public void Nothing_but_the_dialogue_acknowledges(RoomCallEndKind kind, string outcome) => Assert.Equal(outcome, Judge(new RoomCallEnd(kind)));

    [Fact]
    public void Who_answered_has_answered_though_the_last_report_was_lost() =>
        Assert.Equal("NoKey", Judge(new RoomCallEnd(RoomCallEndKind.NotAnswered) { Cause = 16, AnsweredAt = Instant.FromUtc(2026, 11, 26, 2, 0) }));

    private static string Judge(RoomCallEnd end) => DeliveryJudge.Judge(end).Outcome.ToString();
}
