using NodaTime;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Pbx;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>What the PBX saw, and what that means for a guest.</summary>
public class AttemptJudgeTests
{
    private static AttemptResult Judge(RoomCallEnd end, bool snooze = true, bool sendsNoRinging = false) => AttemptJudge.Judge(end, snooze, sendsNoRinging, A.Rules);

    private static RoomCallEnd Key(string key) => new(RoomCallEndKind.Key) { Key = key, Played = true };

    private static RoomCallEnd Heard(double seconds, bool played = true) => new(RoomCallEndKind.NoKey) { Heard = Duration.FromSeconds(seconds), Played = played };

    private static RoomCallEnd Dialled(string status, int? cause = null, bool rang = false, bool progress = false) =>
        new(RoomCallEndKind.NotAnswered) { DialStatus = status, Cause = cause, Rang = rang, Progress = progress };

    [Theory]
    [InlineData("1", true, AttemptOutcome.Confirmed)]
    [InlineData("2", true, AttemptOutcome.SnoozeAsked)]
    [InlineData("2", false, AttemptOutcome.Confirmed)]
    [InlineData("*", true, AttemptOutcome.Confirmed)]
    [InlineData("0", true, AttemptOutcome.Confirmed)]
    public void Key_2_snoozes_while_snoozes_are_left_and_any_other_key_confirms(string key, bool snooze, AttemptOutcome expected)
    {
        var result = Judge(Key(key), snooze);
        Assert.Equal((expected, key), (result.Outcome, result.Key));
    }

    [Theory]
    [InlineData(5.0, true, AttemptOutcome.Answered)]
    [InlineData(4.999, true, AttemptOutcome.HungUpEarly)]
    [InlineData(0, true, AttemptOutcome.HungUpEarly)]
    [InlineData(60, false, AttemptOutcome.Failed)] // a prompt that could not be played never counts as heard
    public void Without_a_key_five_seconds_of_greeting_count_as_heard(double seconds, bool played, AttemptOutcome expected) =>
        Assert.Equal(expected, Judge(Heard(seconds, played)).Outcome);

    [Theory]
    [InlineData("NOANSWER", null, true, false, AttemptOutcome.NoAnswer)]
    [InlineData("NOANSWER", null, false, false, AttemptOutcome.Unreachable)] // never rang: nobody heard anything
    [InlineData("NOANSWER", null, false, true, AttemptOutcome.NoAnswer)] // a phone that is known to send no ringing
    [InlineData("BUSY", 17, false, false, AttemptOutcome.Busy)]
    [InlineData("BUSY", 17, true, false, AttemptOutcome.Busy)]
    [InlineData("BUSY", 0, false, false, AttemptOutcome.Unreachable)] // forwarded (302), which is ignored
    [InlineData("CHANUNAVAIL", 21, true, false, AttemptOutcome.Busy)] // declined (603)
    [InlineData("CHANUNAVAIL", 20, false, false, AttemptOutcome.Unreachable)]
    [InlineData("CONGESTION", 34, false, false, AttemptOutcome.Unreachable)]
    [InlineData("CONGESTION", 34, true, false, AttemptOutcome.NoAnswer)]
    [InlineData("UNREGISTERED", null, false, false, AttemptOutcome.Unreachable)]
    [InlineData("INVALIDARGS", null, false, false, AttemptOutcome.Failed)]
    public void A_call_that_nobody_answered_is_told_apart(string status, int? cause, bool rang, bool sendsNoRinging, AttemptOutcome expected) =>
        Assert.Equal(expected, Judge(Dialled(status, cause, rang), sendsNoRinging: sendsNoRinging).Outcome);

    [Theory]
    [InlineData(RoomCallEndKind.HungUp, AttemptOutcome.Cancelled)]
    [InlineData(RoomCallEndKind.Refused, AttemptOutcome.Failed)]
    [InlineData(RoomCallEndKind.Lost, AttemptOutcome.Unknown)]
    public void What_the_pbx_did_not_dial_or_we_hung_up_is_no_answer_of_the_guest(RoomCallEndKind kind, AttemptOutcome expected) =>
        Assert.Equal(expected, Judge(new RoomCallEnd(kind)).Outcome);

    [Fact]
    public void A_phone_that_sends_progress_only_is_told_to_whoever_reads_the_log() =>
        Assert.Contains("sends_no_ringing", Judge(Dialled("NOANSWER", progress: true)).Detail, StringComparison.Ordinal);

    [Fact]
    public void The_times_of_the_call_are_kept()
    {
        var end = Key("1") with { SentAt = A.At(0), RangAt = A.At(0, 1), AnsweredAt = A.At(0, 9), KeyAt = A.At(0, 12), EndedAt = A.At(0, 12), Cause = 16 };
        var result = Judge(end);
        Assert.Equal((end.SentAt, end.RangAt, end.AnsweredAt, end.KeyAt, 16), (result.SentAt, result.RangAt, result.AnsweredAt, result.KeyAt, result.Cause));
    }
}
