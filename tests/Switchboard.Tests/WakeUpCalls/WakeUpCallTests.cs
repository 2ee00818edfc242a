using NodaTime;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Web;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>The duty manual's rule table, case by case.</summary>
public class WakeUpCallTests
{
    [Fact]
    public void A_booking_waits_for_its_time_and_remembers_who_asked()
    {
        var call = A.Call();
        Assert.Equal(WakeUpState.Booked, call.State);
        Assert.Equal(A.SixOClock, call.NextAttemptAt);
        Assert.Equal(("desk", "117", "operator"), (call.EnteredBy, call.StaffNumber, call.Source));
        var step = Assert.Single(call.History);
        Assert.Equal((null, WakeUpState.Booked, "booked", "desk"), ((WakeUpState?)step.FromState, step.ToState, step.Cause, step.By));
    }

    [Theory]
    [InlineData(AttemptOutcome.Confirmed, WakeUpState.Confirmed)]
    [InlineData(AttemptOutcome.Answered, WakeUpState.Answered)]
    public void A_guest_who_answers_ends_it_without_housekeeping(AttemptOutcome outcome, WakeUpState end)
    {
        var call = A.Call();
        var effects = call.Attempt(outcome);
        Assert.Equal(end, call.State);
        Assert.Null(call.NextAttemptAt);
        Assert.NotNull(call.EndedAt);
        Assert.False(call.Listed);
        Assert.Equal(WakeUpEffects.None, effects);
    }

    [Theory]
    [InlineData(AttemptOutcome.NoAnswer)]
    [InlineData(AttemptOutcome.Busy)]
    [InlineData(AttemptOutcome.HungUpEarly)]
    [InlineData(AttemptOutcome.Unreachable)]
    [InlineData(AttemptOutcome.Failed)]
    [InlineData(AttemptOutcome.Cancelled)]
    public void What_is_not_awake_is_tried_again_two_minutes_after_it_ended(AttemptOutcome outcome)
    {
        var call = A.Call();
        call.Attempt(outcome);
        Assert.Equal(WakeUpState.Retrying, call.State);
        Assert.Equal(A.At(2, 30), call.NextAttemptAt);
    }

    [Fact]
    public void Three_attempts_without_an_answer_end_as_Unanswered_on_housekeepings_list_with_the_results_in_order()
    {
        var call = A.Call();
        Assert.Null(call.Attempt(AttemptOutcome.NoAnswer).ListReason);
        Assert.Null(call.Attempt(AttemptOutcome.Busy).ListReason);
        var last = call.Attempt(AttemptOutcome.HungUpEarly);
        Assert.Equal(WakeUpState.Unanswered, call.State);
        Assert.Equal("no answer", last.ListReason);
        Assert.True(call.Listed);
        Assert.Equal(["NoAnswer", "Busy", "HungUpEarly"], call.Results);
        Assert.Equal(3, call.AttemptsMade);
        // Six minutes after the booked time at the latest, as the manual wants it.
        Assert.Equal(A.At(5, 30), call.EndedAt);
    }

    [Theory]
    [InlineData(AttemptOutcome.Unreachable)]
    [InlineData(AttemptOutcome.Failed)]
    public void A_phone_that_cannot_be_reached_is_on_the_list_at_once_and_attempts_go_on(AttemptOutcome outcome)
    {
        var call = A.Call();
        var first = call.Attempt(outcome);
        Assert.Equal(outcome.ToString(), first.ListReason);
        Assert.Equal(WakeUpState.Retrying, call.State);
        // A second one is noted, not listed again.
        var second = call.Attempt(outcome);
        Assert.Null(second.ListReason);
        Assert.Equal(outcome.ToString(), second.Note);
        // Reached after all: noted with the time of the key, and the entry stays.
        var third = call.Sent();
        var end = call.Record(third, new AttemptResult(AttemptOutcome.Confirmed, "1", KeyAt: A.At(5, 12)), A.At(5, 20), A.Rules);
        Assert.Equal((null, "Confirmed", A.At(5, 12)), (end.ListReason, end.Note, end.NoteTime));
        Assert.True(call.Listed);
    }

    [Fact]
    public void A_snooze_rings_ten_minutes_after_the_key_with_three_fresh_attempts_and_numbers_that_go_on()
    {
        var call = A.Call();
        call.Attempt(AttemptOutcome.NoAnswer);
        call.Attempt(AttemptOutcome.SnoozeAsked, key: "2");
        Assert.Equal((WakeUpState.Snoozed, 1, 0), (call.State, call.SnoozesUsed, call.AttemptsInRound));
        Assert.Equal(A.At(13), call.NextAttemptAt);
        call.Attempt(AttemptOutcome.NoAnswer);
        call.Attempt(AttemptOutcome.NoAnswer);
        Assert.Equal(WakeUpState.Retrying, call.State);
        call.Attempt(AttemptOutcome.NoAnswer);
        Assert.Equal((WakeUpState.Unanswered, 5), (call.State, call.AttemptsMade));
        Assert.Equal(["NoAnswer", "SnoozeAsked", "NoAnswer", "NoAnswer", "NoAnswer"], call.Results);
    }

    [Fact]
    public void A_third_key_2_confirms()
    {
        var call = A.Call();
        call.Attempt(AttemptOutcome.SnoozeAsked, key: "2");
        call.Attempt(AttemptOutcome.SnoozeAsked, key: "2");
        Assert.Equal(WakeUpState.Snoozed, call.State);
        call.Attempt(AttemptOutcome.SnoozeAsked, key: "2");
        Assert.Equal(WakeUpState.Confirmed, call.State);
        Assert.False(call.Listed);
    }

    [Fact]
    public void With_RequireKey_an_answer_without_a_key_is_tried_again_and_ends_on_the_list()
    {
        var call = A.Call(requireKey: true);
        Assert.Equal(WakeUpEffects.None, call.Attempt(AttemptOutcome.Answered));
        Assert.Equal(WakeUpState.Retrying, call.State);
        call.Attempt(AttemptOutcome.Answered);
        Assert.Equal("no answer", call.Attempt(AttemptOutcome.Answered).ListReason);
        Assert.Equal(WakeUpState.Unanswered, call.State);
    }

    [Fact]
    public void An_attempt_of_which_nothing_is_known_is_followed_by_another_at_once()
    {
        var call = A.Call();
        var attempt = call.Sent();
        call.Record(attempt, new AttemptResult(AttemptOutcome.Unknown), A.At(1), A.Rules);
        Assert.Equal((WakeUpState.Retrying, A.SixOClock), (call.State, call.NextAttemptAt));
        Assert.True(call.Claim(A.At(1)).Late);
    }

    [Fact]
    public void A_result_that_is_told_twice_counts_once()
    {
        var call = A.Call();
        var attempt = call.Sent();
        call.Record(attempt, new AttemptResult(AttemptOutcome.NoAnswer), A.At(0, 30), A.Rules);
        var steps = call.History.Count;
        Assert.Equal(WakeUpEffects.None, call.Record(attempt, new AttemptResult(AttemptOutcome.Confirmed), A.At(0, 31), A.Rules));
        Assert.Equal((WakeUpState.Retrying, AttemptOutcome.NoAnswer, steps), (call.State, attempt.Outcome, call.History.Count));
    }

    [Fact]
    public void What_ended_while_the_worker_was_away_is_due_again_by_the_phones_time_not_by_ours()
    {
        var call = A.Call();
        var attempt = call.Sent();
        call.Record(attempt, new AttemptResult(AttemptOutcome.NoAnswer, EndedAt: A.At(0, 30)), A.At(9), A.Rules);
        Assert.Equal(A.At(2, 30), call.NextAttemptAt);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(7200)]
    public void A_pbx_whose_clock_is_wrong_moves_nothing_out_of_what_can_be(int wrongBy)
    {
        var call = A.Call();
        var attempt = call.Sent();
        call.Record(attempt, new AttemptResult(AttemptOutcome.NoAnswer, EndedAt: A.At(0, 30) + Duration.FromSeconds(wrongBy)), A.At(0, 40), A.Rules);
        Assert.InRange(attempt.EndedAt!.Value, A.SixOClock, A.At(0, 40));
        Assert.InRange(call.NextAttemptAt!.Value, A.At(2), A.At(2, 40));
    }

    [Fact]
    public void Up_to_ten_minutes_late_it_rings_and_is_marked()
    {
        var call = A.Call();
        Assert.Equal(WakeUpEffects.None, call.GiveUpIfTooLate(A.At(10), A.Rules));
        var attempt = call.Claim(A.At(10));
        Assert.True(attempt.Late);
        Assert.True(call.Late);
        Assert.Equal("claimed, late", call.History[^1].Cause);
    }

    [Fact]
    public void Claimed_ahead_is_not_late()
    {
        var call = A.Call();
        Assert.False(call.Claim(A.SixOClock - Duration.FromSeconds(5)).Late);
        Assert.False(call.Late);
    }

    [Fact]
    public void Later_than_that_it_is_Missed_and_on_the_list()
    {
        var call = A.Call();
        var effects = call.GiveUpIfTooLate(A.At(10, 1), A.Rules);
        Assert.Equal(WakeUpState.Missed, call.State);
        Assert.Contains("late", effects.ListReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AttemptOutcome.NoAnswer)]
    [InlineData(AttemptOutcome.SnoozeAsked)]
    public void A_retry_or_a_snooze_that_is_too_late_ends_as_Unanswered(AttemptOutcome before)
    {
        var call = A.Call();
        call.Attempt(before);
        var effects = call.GiveUpIfTooLate(call.NextAttemptAt!.Value + Duration.FromMinutes(10) + Duration.FromSeconds(1), A.Rules);
        Assert.Equal(WakeUpState.Unanswered, call.State);
        Assert.Equal("no answer", effects.ListReason);
    }

    [Fact]
    public void With_the_pbx_down_the_room_is_listed_once_and_no_attempt_is_used_up()
    {
        var call = A.Call();
        Assert.Equal("PBX link down", call.PbxDown(A.SixOClock).ListReason);
        Assert.Equal(WakeUpEffects.None, call.PbxDown(A.At(0, 1)));
        Assert.Equal((WakeUpState.Booked, 0, A.SixOClock), (call.State, call.AttemptsMade, call.NextAttemptAt));
        // Back within ten minutes: it rings, and what came of it is noted on the entry.
        call.Claim(A.At(4)).SentAt = A.At(4);
        Assert.Equal(WakeUpState.Attempting, call.State);
    }

    [Fact]
    public void With_the_pbx_down_too_long_it_is_Missed_and_that_is_noted_on_the_entry()
    {
        var call = A.Call();
        call.PbxDown(A.SixOClock);
        var effects = call.GiveUpIfTooLate(A.At(11), A.Rules);
        Assert.Equal((null, "Missed"), (effects.ListReason, effects.Note));
    }

    [Fact]
    public void An_attempt_that_was_claimed_and_never_sent_leaves_the_call_Missed()
    {
        var call = A.Call();
        var attempt = call.Claim(A.SixOClock);
        var effects = call.GiveUpUnsent(attempt, "the PBX link was down", A.At(11));
        Assert.Equal((WakeUpState.Missed, AttemptOutcome.Failed), (call.State, attempt.Outcome));
        Assert.NotNull(effects.ListReason);
        Assert.Equal(WakeUpEffects.None, call.GiveUpUnsent(attempt, "again", A.At(12)));
    }

    [Fact]
    public void Cancelled_while_it_waits_nothing_is_hung_up_and_nobody_knocks()
    {
        var call = A.Call();
        var effects = call.Cancel("desk/117", "cancelled", A.At(-5));
        Assert.Equal((WakeUpState.Cancelled, false, null), (call.State, effects.HangUp, effects.ListReason));
        Assert.Equal("desk/117", call.History[^1].By);
    }

    [Fact]
    public void Cancelled_while_it_rings_the_phone_is_hung_up_and_the_attempts_end_changes_nothing_more()
    {
        var call = A.Call();
        var attempt = call.Sent();
        Assert.True(call.Cancel("desk", "cancelled", A.At(0, 5)).HangUp);
        Assert.Equal(WakeUpEffects.None, call.Record(attempt, new AttemptResult(AttemptOutcome.Confirmed, "1"), A.At(0, 6), A.Rules));
        Assert.Equal((WakeUpState.Cancelled, AttemptOutcome.Confirmed), (call.State, attempt.Outcome));
    }

    [Fact]
    public void An_entry_already_on_the_list_stays_when_the_call_is_cancelled()
    {
        var call = A.Call();
        call.Attempt(AttemptOutcome.Unreachable);
        var effects = call.Cancel("desk", "cancelled", A.At(1));
        Assert.True(call.Listed);
        Assert.Equal("Cancelled", effects.Note);
    }

    [Fact]
    public void What_has_ended_is_neither_cancelled_nor_changed_nor_claimed()
    {
        var call = A.Call();
        call.Attempt(AttemptOutcome.Confirmed);
        Assert.Contains("already ended: Confirmed", Assert.Throws<ConflictException>(() => call.Cancel("desk", "cancelled", A.At(1))).Message, StringComparison.Ordinal);
        Assert.Throws<ConflictException>(() => call.ChangeTime(A.When, "desk", A.At(1)));
        Assert.Throws<InvalidOperationException>(() => call.Claim(A.At(1)));
        Assert.Equal(WakeUpEffects.None, call.PbxDown(A.At(1)));
        Assert.Equal(WakeUpEffects.None, call.GiveUpIfTooLate(A.At(60), A.Rules));
        Assert.Equal(WakeUpEffects.None, call.AwakeAtTheDoor("housekeeping", A.At(1)));
    }

    [Fact]
    public void A_change_is_refused_while_it_rings_and_begins_anew_otherwise()
    {
        var call = A.Call();
        call.Attempt(AttemptOutcome.NoAnswer);
        var second = call.Sent();
        Assert.Contains("is ringing room 1203 now", Assert.Throws<ConflictException>(() => call.ChangeTime(A.When, "desk", A.At(3))).Message, StringComparison.Ordinal);
        call.Record(second, new AttemptResult(AttemptOutcome.SnoozeAsked, "2"), A.At(3), A.Rules);

        var seven = A.When with { Time = new LocalTime(7, 0), DueAt = A.At(60) };
        call.ChangeTime(seven, "desk/117", A.At(4));
        Assert.Equal((WakeUpState.Booked, A.At(60), A.At(60), 0, 0), (call.State, call.NextAttemptAt, call.DueAt, call.AttemptsInRound, call.SnoozesUsed));
        Assert.Equal("changed from 2026-11-25 06:00:00 to 2026-11-25 07:00:00", call.History[^1].Cause);
        Assert.Equal(3, call.Claim(A.At(60)).Number);
    }

    [Fact]
    public void Awake_at_the_door_stops_further_attempts_and_hangs_up_what_rings()
    {
        var call = A.Call();
        call.Attempt(AttemptOutcome.Unreachable);
        Assert.False(call.AwakeAtTheDoor("housekeeping", A.At(2)).HangUp);
        Assert.Equal((WakeUpState.Unanswered, null), (call.State, call.NextAttemptAt));

        var ringing = A.Call();
        ringing.PbxDown(A.SixOClock);
        ringing.Sent();
        Assert.True(ringing.AwakeAtTheDoor("housekeeping", A.At(1)).HangUp);
    }

    [Fact]
    public void New_zone_data_moves_the_instant_of_what_is_still_booked_and_of_nothing_else()
    {
        var call = A.Call();
        var moved = A.When with { DueAt = A.At(60) };
        Assert.False(call.Rederive(A.When, A.At(-90)));
        Assert.True(call.Rederive(moved, A.At(-90)));
        Assert.Equal((A.At(60), A.At(60), new LocalTime(6, 0)), (call.DueAt, call.NextAttemptAt, call.Time));
        call.Attempt(AttemptOutcome.NoAnswer);
        Assert.False(call.Rederive(A.When, A.At(61)));
    }

    [Fact]
    public void Every_step_is_in_the_history_with_time_cause_and_both_ends()
    {
        var call = A.Call();
        call.Attempt(AttemptOutcome.NoAnswer);
        call.Attempt(AttemptOutcome.SnoozeAsked, key: "2");
        call.Attempt(AttemptOutcome.Confirmed, key: "5");
        Assert.Equal(
            ["→Booked", "Booked→Attempting", "Attempting→Retrying", "Retrying→Attempting", "Attempting→Snoozed", "Snoozed→Attempting", "Attempting→Confirmed"],
            call.History.Select(t => $"{t.FromState}→{t.ToState}"));
        Assert.Equal([null, 1, 1, 2, 2, 3, 3], call.History.Select(t => t.Attempt));
        Assert.Equal(call.History.Select(t => t.At).Order(), call.History.Select(t => t.At));
    }

    [Fact]
    public void Every_pair_of_state_and_verb_either_moves_or_refuses_and_never_leaves_a_closed_call_open()
    {
        var verbs = new Dictionary<string, Action<WakeUpCall>>
        {
            ["claim"] = c => c.Claim(A.At(1)),
            ["down"] = c => c.PbxDown(A.At(1)),
            ["late"] = c => c.GiveUpIfTooLate(A.At(300), A.Rules),
            ["cancel"] = c => c.Cancel("x", "cancelled", A.At(1)),
            ["door"] = c => c.AwakeAtTheDoor("x", A.At(1)),
            ["change"] = c => c.ChangeTime(A.When, "x", A.At(1)),
            ["rederive"] = c => c.Rederive(A.When with { DueAt = A.At(30) }, A.At(1)),
        };
        foreach (var state in Enum.GetValues<WakeUpState>())
        {
            foreach (var (name, verb) in verbs)
            {
                var call = In(state);
                Assert.Equal(state, call.State);
                var refused = Record.Exception(() => verb(call));
                if (refused is not null) Assert.True(refused is ConflictException or InvalidOperationException, $"{name} in {state}: {refused}");
                if (refused is not null || state >= WakeUpState.Confirmed) Assert.Equal(state, call.State);
                Assert.Equal(call.State.IsWaiting(), call.NextAttemptAt is not null);
                Assert.Equal(call.State.IsOpen(), call.EndedAt is null);
            }
        }
    }

    private static WakeUpCall In(WakeUpState state)
    {
        var call = A.Call();
        switch (state)
        {
            case WakeUpState.Attempting: call.Sent(); break;
            case WakeUpState.Retrying: call.Attempt(AttemptOutcome.NoAnswer); break;
            case WakeUpState.Snoozed: call.Attempt(AttemptOutcome.SnoozeAsked); break;
            case WakeUpState.Confirmed: call.Attempt(AttemptOutcome.Confirmed); break;
            case WakeUpState.Answered: call.Attempt(AttemptOutcome.Answered); break;
            case WakeUpState.Cancelled: call.Cancel("x", "cancelled", A.At(0)); break;
            case WakeUpState.Unanswered: for (var i = 0; i < 3; i++) call.Attempt(AttemptOutcome.NoAnswer); break;
            case WakeUpState.Missed: call.GiveUpIfTooLate(A.At(11), A.Rules); break;
        }

        return call;
    }

    [Fact]
    public void What_fell_due_before_a_restore_is_missed_and_listed_with_the_reason_whether_it_had_been_dialled_or_not()
    {
        var call = A.Call();
        var lost = call.LostInRestore(null, "fell due in between", A.At(90));
        Assert.Equal((WakeUpState.Missed, (Instant?)null, (Instant?)A.At(90)), (call.State, call.NextAttemptAt, call.EndedAt));
        Assert.Equal("fell due in between", lost.ListReason);
        Assert.Equal(WakeUpEffects.None, call.LostInRestore(null, "once more", A.At(91)));

        var ringing = A.Call();
        ringing.Attempt(AttemptOutcome.NoAnswer);
        var underWay = ringing.Sent();
        Assert.Equal("fell due in between", ringing.LostInRestore(underWay, "fell due in between", A.At(90)).ListReason);
        Assert.Equal((WakeUpState.Missed, AttemptOutcome.Unknown), (ringing.State, underWay.Outcome));
        Assert.Equal(["NoAnswer", "Unknown"], ringing.Results);
        Assert.Equal(("fell due in between", 2), (ringing.History[^1].Cause, ringing.History[^1].Attempt));
    }

    [Fact]
    public void A_room_that_housekeeping_had_already_before_the_backup_is_not_listed_twice()
    {
        var call = A.Call();
        call.PbxDown(A.SixOClock);
        var lost = call.LostInRestore(null, "fell due in between", A.At(90));
        Assert.Null(lost.ListReason);
        Assert.Equal("Missed", lost.Note);
    }
}
