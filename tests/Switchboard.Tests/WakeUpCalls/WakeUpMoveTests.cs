using NodaTime;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Web;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>A guest moves to another room, and the wake-up with them.</summary>
public class WakeUpMoveTests
{
    private static readonly Guid Guest = Guid.CreateVersion7();

    [Fact]
    public void A_booking_goes_to_the_new_room_with_its_time_and_becomes_the_guests()
    {
        var call = A.Call();
        var effects = call.MoveTo("1511", Guest, null, "desk/1007", A.At(-60));
        Assert.Equal(("1511", Guest, WakeUpState.Booked, A.SixOClock), (call.Room, call.StayId, call.State, call.NextAttemptAt));
        Assert.Equal(WakeUpEffects.None, effects);
        Assert.Equal(("moved from room 1203 to room 1511", "desk/1007"), (call.History[^1].Cause, call.History[^1].By));
    }

    [Fact]
    public void One_that_rings_is_hung_up_and_goes_on_at_once_in_the_new_room_without_losing_an_attempt()
    {
        var call = A.Call();
        var first = call.Sent();
        var effects = call.MoveTo("1511", Guest, first, "desk", A.At(0, 10));
        Assert.True(effects.HangUp);
        Assert.Equal((WakeUpState.Retrying, A.At(0, 10), 0), (call.State, call.NextAttemptAt, call.AttemptsInRound));

        // The new attempt may be under way before the phone in the old room has stopped.
        var second = call.Claim(A.At(0, 10));
        Assert.Equal(WakeUpEffects.None, call.Record(first, new AttemptResult(AttemptOutcome.Cancelled), A.At(0, 11), A.Rules));
        Assert.Equal((WakeUpState.Attempting, 2, AttemptOutcome.Cancelled), (call.State, second.Number, first.Outcome));
        for (var attempts = 1; ; attempts++)
        {
            call.Record(second, new AttemptResult(AttemptOutcome.NoAnswer), A.At(attempts, 30), A.Rules);
            if (call.State == WakeUpState.Unanswered)
            {
                Assert.Equal(3, attempts);
                break;
            }

            second = call.Claim(call.NextAttemptAt!.Value);
        }

        Assert.Equal(["Cancelled", "NoAnswer", "NoAnswer", "NoAnswer"], call.Results);
    }

    [Fact]
    public void One_that_is_claimed_ahead_does_not_ring_early_in_the_new_room()
    {
        var call = A.Call();
        var claimed = call.Claim(A.At(0) - Duration.FromSeconds(4));
        call.MoveTo("1511", Guest, claimed, "desk", A.At(0) - Duration.FromSeconds(3));
        Assert.Equal(A.SixOClock, call.NextAttemptAt);
        // Never dialled in the old room: nothing more comes of it.
        Assert.Equal(WakeUpEffects.None, call.GiveUpUnsent(claimed, "too late", A.At(0)));
        Assert.Equal(WakeUpState.Retrying, call.State);
    }

    [Fact]
    public void An_entry_on_housekeepings_list_stays_and_says_where_the_guest_is_now()
    {
        var call = A.Call();
        call.Attempt(AttemptOutcome.Unreachable);
        var effects = call.MoveTo("1511", Guest, null, "desk", A.At(1));
        Assert.Equal(("guest moved to room 1511", false, WakeUpState.Retrying), (effects.Note, effects.HangUp, call.State));
        Assert.True(call.Listed);
    }

    [Fact]
    public void One_that_has_ended_stays_where_it_was()
    {
        var call = A.Call();
        call.Attempt(AttemptOutcome.Confirmed);
        Assert.Throws<ConflictException>(() => call.MoveTo("1511", Guest, null, "desk", A.At(5)));
    }
}
