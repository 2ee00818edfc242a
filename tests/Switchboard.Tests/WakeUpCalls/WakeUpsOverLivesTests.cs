using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>
/// A worker that is stopped and started anew takes over what it left: by its rows, the PBX's live calls and their proofs.
/// </summary>
[Collection(QuietCollection.Name)]
public sealed class WakeUpsOverLivesTests : OneBooking
{
    [Fact]
    public async Task A_phone_that_rings_over_a_restart_is_followed_and_not_rung_a_second_time()
    {
        await Hotel.AtAsync("06:00:00");
        await Hotel.RestartAsync();
        await Hotel.Pbx.PressesAsync(Assert.Single(Hotel.Pbx.Rings), "1");
        Assert.Equal((WakeUpState.Confirmed, 1), (Hotel.Call(Booked).State, Hotel.Call(Booked).AttemptsMade));
        Assert.Contains(Hotel.Log, line => line is { Id: 5009 });
    }

    [Fact]
    public async Task A_key_that_was_pressed_between_two_lives_counts_from_when_it_was_pressed()
    {
        await Hotel.AtAsync("06:00:00");
        await Hotel.StopAsync();
        await Hotel.AtAsync("06:00:09");
        await Hotel.Pbx.PressesAsync(Hotel.Pbx.Rings[0], "2");
        await Hotel.AtAsync("06:04:00");
        await Hotel.StartAsync();
        Assert.Equal((WakeUpState.Snoozed, SmallHotel.Clocked("06:10:09")),
            (Hotel.Call(Booked).State, Hotel.Call(Booked).NextAttemptAt));
        await Hotel.AtAsync("06:10:09");
        Assert.Equal(2, Hotel.Pbx.Rings.Count);
    }

    [Fact]
    public async Task Sent_before_a_restart_and_without_a_trace_after_it_rings_again_at_once()
    {
        await Hotel.AtAsync("06:00:00");
        await Hotel.StopAsync();
        await Hotel.Pbx.GoneAsync(Hotel.Pbx.Rings[0]);
        await Hotel.StartAsync();
        Assert.Equal([AttemptOutcome.Unknown, null], Hotel.AttemptsOf(Booked).Select(a => a.Outcome));
        Assert.Equal(2, Hotel.Pbx.Rings.Count);
    }

    [Fact]
    public async Task Claimed_and_not_sent_before_a_restart_it_goes_out_as_the_attempt_that_it_is()
    {
        await Hotel.AtAsync("05:59:57");
        await Hotel.RestartAsync();
        await Hotel.AtAsync("06:00:02");
        var attempt = Assert.Single(Hotel.AttemptsOf(Booked));
        Assert.Equal((1, attempt.ChannelId), (attempt.Number, Assert.Single(Hotel.Pbx.Rings).ChannelId));
    }

    [Fact]
    public async Task Cancelled_while_it_rang_and_then_restarted_it_is_hung_up_by_the_next_life()
    {
        await Hotel.AtAsync("06:00:00");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.CancelAsync(Booked.Number);
        await Hotel.StopAsync();
        await Hotel.Pbx.ComesBackUnseenAsync();
        await Hotel.StartAsync();
        Assert.Equal([Hotel.Pbx.Rings[0].ChannelId], Hotel.Pbx.HungUp);
        Assert.Equal(AttemptOutcome.Cancelled, Assert.Single(Hotel.AttemptsOf(Booked)).Outcome);
    }

    [Fact]
    public async Task A_worker_that_was_down_over_the_due_time_rings_up_to_ten_minutes_late()
    {
        await Hotel.AtAsync("05:00:00");
        await Hotel.StopAsync();
        await Hotel.AtAsync("06:09:00");
        await Hotel.StartAsync();
        Assert.Single(Hotel.Pbx.Rings);
        Assert.True(Assert.Single(Hotel.AttemptsOf(Booked)).Late);
        Assert.Empty(Hotel.ListedOf("1101"));
    }

    [Fact]
    public async Task A_worker_that_was_down_for_longer_rings_nobody_and_somebody_is_to_knock()
    {
        await Hotel.AtAsync("05:00:00");
        await Hotel.StopAsync();
        await Hotel.AtAsync("06:11:00");
        await Hotel.StartAsync();
        await Hotel.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(Hotel.Pbx.Rings);
        Assert.Equal(WakeUpState.Missed, Hotel.Call(Booked).State);
        Assert.Equal("more than 00:10:00 late", Assert.Single(Hotel.ListedOf("1101")).Reason);
    }
}
