using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Rig;
using Switchboard.Web;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>A wake-up's way from its booking to its end, as the PBX, the rows and the log see it.</summary>
[Collection(QuietCollection.Name)]
public sealed class WakeUpDialerTests : OneHotel
{
    [Fact]
    public async Task It_rings_all_phones_of_its_room_at_the_second_and_not_before()
    {
        var booked = await Hotel.BookAsync("1101", "06:00");
        await Hotel.AtAsync("05:59:55");
        await Hotel.AtAsync("05:59:59");
        Assert.Empty(Hotel.Pbx.Rings);
        await Hotel.AtAsync("06:00:00");

        var ring = Assert.Single(Hotel.Pbx.Rings);
        Assert.Equal(("1101", "PJSIP/1101", "30", "zh-en"), (ring.To, ring["__SB_DIAL"], ring["__SB_RING"], ring["__SB_LANGS"]));
        var attempt = Assert.Single(Hotel.AttemptsOf(booked));
        Assert.Equal((ring.ChannelId, SmallHotel.Clocked("06:00:00"), false), (attempt.ChannelId, attempt.SentAt, attempt.Late));
        Assert.Contains(Hotel.Log, line => line is { Id: 5003 } && line.Text.EndsWith("room 1101, attempt 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_attempt_is_stored_seconds_before_it_is_sent()
    {
        var booked = await Hotel.BookAsync("1101", "06:00");
        await Hotel.AtAsync("05:59:54");
        Assert.Empty(Hotel.AttemptsOf(booked));
        await Hotel.AtAsync("05:59:55");

        var attempt = Assert.Single(Hotel.AttemptsOf(booked));
        Assert.Equal((SmallHotel.Clocked("06:00:00"), SmallHotel.Clocked("05:59:55"), null, null),
            (attempt.DueAt, attempt.ClaimedAt, attempt.SentAt, attempt.Outcome));
        Assert.Equal(WakeUpState.Attempting, Hotel.Call(booked).State);
        Assert.Empty(Hotel.Pbx.Rings);
    }

    [Fact]
    public async Task A_key_confirms_it_and_it_never_rings_again()
    {
        var (booked, ring) = await RingAsync();
        await Hotel.PassAsync(TimeSpan.FromSeconds(10));
        await Hotel.Pbx.AnswersAsync(ring);
        await Hotel.PassAsync(TimeSpan.FromSeconds(4));
        await Hotel.Pbx.PressesAsync(ring, "5");

        Assert.Equal((WakeUpState.Confirmed, null), (Hotel.Call(booked).State, Hotel.Call(booked).NextAttemptAt));
        var attempt = Assert.Single(Hotel.AttemptsOf(booked));
        Assert.Equal((AttemptOutcome.Confirmed, "5", SmallHotel.Clocked("06:00:14")), (attempt.Outcome, attempt.Key, attempt.ConfirmedAt));
        await PassInMinutesAsync(15);
        Assert.Single(Hotel.Pbx.Rings);
        Assert.Empty(Hotel.ListedOf("1101"));
    }

    [Fact]
    public async Task A_proof_is_deleted_at_the_PBX_once_what_it_tells_is_stored()
    {
        var (_, ring) = await RingAsync();
        await Hotel.Pbx.PressesAsync(ring, "1");
        Assert.Contains($"switchboard_proof/{ring.ChannelId}", Hotel.Pbx.AstDb.Keys);
        await Hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.DoesNotContain($"switchboard_proof/{ring.ChannelId}", Hotel.Pbx.AstDb.Keys);
    }

    [Fact]
    public async Task Unanswered_it_rings_three_times_two_minutes_apart_and_then_somebody_is_to_knock()
    {
        var (booked, _) = await RingAsync();
        foreach (var (ends, again) in new[] { ("06:00:30", "06:02:30"), ("06:03:00", "06:05:00") })
        {
            await Hotel.AtAsync(ends);
            await Hotel.Pbx.EndsAsync(Hotel.Pbx.Rings[^1]);
            Assert.Equal((WakeUpState.Retrying, SmallHotel.Clocked(again)), (Hotel.Call(booked).State, Hotel.Call(booked).NextAttemptAt));
            Assert.Empty(Hotel.ListedOf("1101"));
            await Hotel.AtAsync(again);
            Assert.Equal(SmallHotel.Clocked(again), Hotel.Pbx.Rings[^1].At);
        }

        await Hotel.AtAsync("06:05:30");
        await Hotel.Pbx.EndsAsync(Hotel.Pbx.Rings[^1]);
        Assert.Equal(WakeUpState.Unanswered, Hotel.Call(booked).State);
        var entry = Assert.Single(Hotel.ListedOf("1101"));
        Assert.Equal(("no answer", booked.Number, SmallHotel.Clocked("06:05:30")), (entry.Reason, entry.SourceNumber, entry.AddedAt));
        Assert.Equal(["NoAnswer", "NoAnswer", "NoAnswer"], entry.AttemptResults);
        await PassInMinutesAsync(15);
        Assert.Equal(3, Hotel.Pbx.Rings.Count);
    }

    [Fact]
    public async Task Key_2_rings_again_ten_minutes_after_the_key()
    {
        var (booked, ring) = await RingAsync();
        await Hotel.AtAsync("06:00:20");
        await Hotel.Pbx.PressesAsync(ring, "2");
        Assert.Equal((WakeUpState.Snoozed, SmallHotel.Clocked("06:10:20")), (Hotel.Call(booked).State, Hotel.Call(booked).NextAttemptAt));
        await Hotel.AtAsync("06:10:19");
        Assert.Single(Hotel.Pbx.Rings);
        await Hotel.AtAsync("06:10:20");
        Assert.Equal(2, Hotel.Pbx.Rings.Count);
        Assert.Equal([AttemptOutcome.SnoozeAsked, null], Hotel.AttemptsOf(booked).Select(a => a.Outcome));
    }

    [Fact]
    public async Task A_third_key_2_is_offered_no_snooze_and_confirms()
    {
        var (booked, _) = await RingAsync();
        for (var press = 0; press < 3; press++)
        {
            await Hotel.Pbx.PressesAsync(Hotel.Pbx.Rings[^1], "2");
            await Hotel.PassAsync(TimeSpan.FromMinutes(10));
        }

        Assert.Equal(["1", "1", "0"], Hotel.Pbx.Rings.Select(r => r["__SB_SNOOZE"]));
        Assert.Equal(WakeUpState.Confirmed, Hotel.Call(booked).State);
    }

    [Fact]
    public async Task Five_seconds_of_the_greeting_count_as_answered_and_four_do_not()
    {
        var (first, second) = (await Hotel.BookAsync("1101", "06:00"), await Hotel.BookAsync("1102", "06:10"));
        await Hotel.AtAsync("06:00:00");
        await Hotel.Pbx.HearsAsync(Hotel.Pbx.Rings[^1], TimeSpan.FromSeconds(5));
        await Hotel.AtAsync("06:10:00");
        await Hotel.Pbx.HearsAsync(Hotel.Pbx.Rings[^1], TimeSpan.FromSeconds(4));

        Assert.Equal((WakeUpState.Answered, WakeUpState.Retrying), (Hotel.Call(first).State, Hotel.Call(second).State));
        Assert.Equal(AttemptOutcome.HungUpEarly, Assert.Single(Hotel.AttemptsOf(second)).Outcome);
    }

    [Fact]
    public async Task Where_a_key_is_required_a_greeting_that_was_heard_is_not_enough()
    {
        var booked = await Hotel.BookAsync("1101", "06:00", requireKey: true);
        await Hotel.AtAsync("06:00:00");
        await Hotel.Pbx.HearsAsync(Hotel.Pbx.Rings[^1], TimeSpan.FromSeconds(20));
        Assert.Equal(WakeUpState.Retrying, Hotel.Call(booked).State);
        await Hotel.AtAsync("06:02:00");
        Assert.Equal(2, Hotel.Pbx.Rings.Count);
    }

    [Theory]
    [InlineData("CHANUNAVAIL")]
    [InlineData("UNREGISTERED")]
    public async Task A_phone_that_cannot_be_reached_is_on_the_list_at_once_and_rung_again_all_the_same(string status)
    {
        var (booked, ring) = await RingAsync();
        await Hotel.Pbx.EndsAsync(ring, status, rang: false);
        Assert.Equal((AttemptOutcome.Unreachable, WakeUpState.Retrying),
            (Assert.Single(Hotel.AttemptsOf(booked)).Outcome, Hotel.Call(booked).State));
        Assert.StartsWith("Unreachable", Assert.Single(Hotel.ListedOf("1101")).Reason, StringComparison.Ordinal);
        await Hotel.AtAsync("06:02:00");
        Assert.Equal(2, Hotel.Pbx.Rings.Count);
    }

    [Fact]
    public async Task A_handset_off_its_hook_is_rung_again_and_reaches_housekeeping_in_the_end()
    {
        var (booked, _) = await RingAsync();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await Hotel.Pbx.EndsAsync(Hotel.Pbx.Rings[^1], "BUSY", rang: false, cause: 17);
            await Hotel.PassAsync(TimeSpan.FromMinutes(2));
        }

        Assert.Equal(WakeUpState.Unanswered, Hotel.Call(booked).State);
        Assert.Equal(["Busy", "Busy", "Busy"], Assert.Single(Hotel.ListedOf("1101")).AttemptResults);
    }

    [Fact]
    public async Task A_greeting_that_could_not_be_played_was_not_heard_and_somebody_is_to_knock_at_once()
    {
        var (booked, ring) = await RingAsync();
        await Hotel.Pbx.HearsAsync(ring, TimeSpan.Zero, played: false);
        Assert.Equal((AttemptOutcome.Failed, WakeUpState.Retrying),
            (Assert.Single(Hotel.AttemptsOf(booked)).Outcome, Hotel.Call(booked).State));
        Assert.Contains("check the sound files", Assert.Single(Hotel.ListedOf("1101")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_the_PBX_refuses_is_on_the_list_at_once_and_tried_again()
    {
        Hotel.Pbx.RefusesRings = "Extension does not exist.";
        var booked = await Hotel.BookAsync("1101", "06:00");
        await Hotel.AtAsync("06:00:00");
        Assert.Equal((AttemptOutcome.Failed, null),
            (Assert.Single(Hotel.AttemptsOf(booked)).Outcome, Assert.Single(Hotel.AttemptsOf(booked)).SentAt));
        Assert.Single(Hotel.ListedOf("1101"));
        Hotel.Pbx.RefusesRings = null;
        await Hotel.AtAsync("06:02:00");
        Assert.Single(Hotel.Pbx.Rings);
    }

    [Fact]
    public async Task Cancelled_while_it_rings_it_is_hung_up_and_nobody_is_to_knock()
    {
        var (booked, ring) = await RingAsync();
        await Hotel.AtAsync("06:00:05");
        await Hotel.CancelAsync(booked.Number, "1007");

        Assert.Equal([ring.ChannelId], Hotel.Pbx.HungUp);
        Assert.Equal((WakeUpState.Cancelled, AttemptOutcome.Cancelled),
            (Hotel.Call(booked).State, Assert.Single(Hotel.AttemptsOf(booked)).Outcome));
        await PassInMinutesAsync(15);
        Assert.Single(Hotel.Pbx.Rings);
        Assert.Empty(Hotel.ListedOf("1101"));
        Assert.Contains(Hotel.Log, line => line is { Id: 5002 } && line.Text.EndsWith("by desk/1007", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancelled_between_its_claim_and_its_ring_it_never_rings()
    {
        var booked = await Hotel.BookAsync("1101", "06:00");
        await Hotel.AtAsync("05:59:57");
        await Hotel.CancelAsync(booked.Number);
        await Hotel.AtAsync("06:00:00");
        await PassInMinutesAsync(5);
        Assert.Empty(Hotel.Pbx.Rings);
        var attempt = Assert.Single(Hotel.AttemptsOf(booked));
        Assert.Equal((AttemptOutcome.Cancelled, "cancelled before it was dialled", null),
            (attempt.Outcome, attempt.Detail, attempt.SentAt));
    }

    [Fact]
    public async Task A_key_that_was_pressed_before_it_was_cancelled_stays_a_key_of_the_attempt()
    {
        var (booked, ring) = await RingAsync();
        await Hotel.Pbx.LeaveAsync();
        await Hotel.Pbx.PressesAsync(ring, "1");
        await Hotel.CancelAsync(booked.Number);
        await Hotel.Pbx.ReturnAsync();
        Assert.Equal((WakeUpState.Cancelled, AttemptOutcome.Confirmed),
            (Hotel.Call(booked).State, Assert.Single(Hotel.AttemptsOf(booked)).Outcome));
    }

    [Fact]
    public async Task While_it_rings_it_cannot_be_changed_and_between_two_attempts_it_can()
    {
        var (booked, ring) = await RingAsync();
        var refused = await Assert.ThrowsAsync<ConflictException>(() => Hotel.ChangeAsync(booked.Number, "07:00"));
        Assert.Contains("is ringing room 1101 now", refused.Message, StringComparison.Ordinal);
        Assert.Equal(booked.DueAt, Hotel.Call(booked).DueAt);
        await Hotel.Pbx.EndsAsync(ring);
        await Hotel.ChangeAsync(booked.Number, "07:00");
        await Hotel.AtAsync("06:02:00");
        Assert.Single(Hotel.Pbx.Rings);
        await Hotel.AtAsync("07:00:00");
        Assert.Equal(2, Hotel.Pbx.Rings.Count);
    }

    [Fact]
    public async Task A_guest_found_awake_at_the_door_is_not_rung_again()
    {
        var (booked, ring) = await RingAsync();
        await Hotel.Pbx.EndsAsync(ring, "UNREGISTERED", rang: false);
        await Hotel.CloseAsync(Assert.Single(Hotel.ListedOf("1101")).Number, awake: true);
        Assert.Equal(WakeUpState.Unanswered, Hotel.Call(booked).State);
        await PassInMinutesAsync(15);
        Assert.Single(Hotel.Pbx.Rings);
    }

    [Fact]
    public async Task Who_is_to_knock_reads_on_the_list_that_the_guest_has_pressed_a_key_since()
    {
        var (_, ring) = await RingAsync();
        await Hotel.Pbx.EndsAsync(ring, "UNREGISTERED", rang: false);
        await Hotel.AtAsync("06:02:00");
        await Hotel.PassAsync(TimeSpan.FromSeconds(7));
        await Hotel.Pbx.PressesAsync(Hotel.Pbx.Rings[^1], "1");
        var entry = Assert.Single(Hotel.ListedOf("1101"));
        Assert.Equal(["Unreachable", "Confirmed"], entry.AttemptResults);
        Assert.Equal("confirmed 06:02:07", Hotel.One<Features.Housekeeping.KnockNote>(n => n.KnockEntryId == entry.Id).Text);
    }

    private async Task<(WakeUpView Booked, Ring Ring)> RingAsync()
    {
        var booked = await Hotel.BookAsync("1101", "06:00");
        await Hotel.AtAsync("06:00:00");
        return (booked, Assert.Single(Hotel.Pbx.Rings));
    }

    private async Task PassInMinutesAsync(int minutes)
    {
        for (var minute = 0; minute < minutes; minute++) await Hotel.PassAsync(TimeSpan.FromMinutes(1));
    }
}
