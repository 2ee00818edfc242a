using NodaTime;
using Switchboard.Pbx;

namespace Switchboard.Tests.Pbx;

/// <summary>The dialplan's proofs, as extensions_switchboard_wakeup.conf writes them.</summary>
public class CallProofTests
{
    private static readonly Instant At = Instant.FromUnixTimeMilliseconds(1_800_000_000_123);

    [Fact]
    public void A_call_that_nobody_answered_tells_how_it_was_dialled() => Assert.Equal(
        new RoomCallEnd(RoomCallEndKind.NotAnswered) { DialStatus = "NOANSWER", Rang = true, Progress = false, Cause = 0, EndedAt = At },
        CallProof.Read("dialed:NOANSWER:1:0:0:1800000000123"));

    [Theory]
    [InlineData("key:1:1800000000100:1800000000123", "1")]
    [InlineData("ended:1:2000:1:1800000000100:1800000000123", "1")] // the key's proof is overwritten by the end's, which repeats it
    [InlineData("key:*:1800000000100:1800000000123", "*")]
    [InlineData("key:#:1800000000100:1800000000123", "#")]
    public void A_key_that_was_pressed_is_never_lost(string value, string key)
    {
        var end = CallProof.Read(value)!;
        Assert.Equal((RoomCallEndKind.Key, key, At), (end.Kind, end.Key, end.KeyAt));
        Assert.Equal(Instant.FromUnixTimeMilliseconds(1_800_000_000_100), end.AnsweredAt);
    }

    [Fact]
    public void Without_a_key_it_tells_how_long_the_greeting_was_heard()
    {
        var end = CallProof.Read("ended::5230:1:1800000000000:1800000000123")!;
        Assert.Equal((RoomCallEndKind.NoKey, true, Duration.FromMilliseconds(5230)), (end.Kind, end.Played, end.Heard));
        Assert.False(CallProof.Read("ended::0:0:1800000000000:1800000000123")!.Played);
    }

    [Theory]
    [InlineData("greeting:1800000000000")] // still in conversation
    [InlineData("")]
    [InlineData("something else")]
    [InlineData("dialed:NOANSWER")]
    public void What_is_no_end_is_none(string value) => Assert.Null(CallProof.Read(value));

    [Fact]
    public void Numbers_that_are_none_are_left_out_and_nothing_fails() => Assert.Equal(
        new RoomCallEnd(RoomCallEndKind.NotAnswered) { DialStatus = "CANCEL" }, CallProof.Read("dialed:CANCEL::::x"));
}
