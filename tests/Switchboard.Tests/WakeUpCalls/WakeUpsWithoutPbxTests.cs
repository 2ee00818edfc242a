using Switchboard.Features.Housekeeping;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>
/// The PBX is away when a wake-up is due, or goes while it rings: nobody is rung twice without need, and nobody sleeps on.
/// </summary>
[Collection(QuietCollection.Name)]
public sealed class WakeUpsWithoutPbxTests : OneBooking
{
    [Fact]
    public async Task With_the_PBX_away_at_the_due_time_somebody_is_to_knock_at_once_and_no_attempt_is_used_up()
    {
        await Hotel.AtAsync("05:50:00");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.AtAsync("05:59:59");
        Assert.Empty(Hotel.ListedOf("1101"));
        await Hotel.AtAsync("06:00:00");
        await Hotel.AtAsync("06:00:01");

        Assert.Equal("PBX link down", Assert.Single(Hotel.ListedOf("1101")).Reason);
        Assert.Equal((WakeUpState.Booked, 0), (Hotel.Call(Booked).State, Hotel.Call(Booked).AttemptsMade));
        Assert.Contains(Hotel.Log, line => line is { Id: 5012 });
        await Hotel.AtAsync("06:05:00");
        Assert.Single(Hotel.All<KnockEntry>());
    }

    [Fact]
    public async Task Back_within_ten_minutes_it_rings_and_is_marked_late()
    {
        await Hotel.AtAsync("05:50:00");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.AtAsync("06:00:01");
        await Hotel.AtAsync("06:08:00");
        await Hotel.Pbx.ReturnAsync();

        Assert.Single(Hotel.Pbx.Rings);
        Assert.Equal((1, true), (Assert.Single(Hotel.AttemptsOf(Booked)).Number, Assert.Single(Hotel.AttemptsOf(Booked)).Late));
        Assert.True(Hotel.Call(Booked).Late);
        Assert.Single(Hotel.ListedOf("1101"));
        Assert.Contains(Hotel.Log, line => line is { Id: 5004 });
    }

    [Fact]
    public async Task Back_after_more_than_ten_minutes_it_never_rings_and_the_list_says_missed()
    {
        await Hotel.AtAsync("05:50:00");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.AtAsync("06:00:01");
        await Hotel.AtAsync("06:10:01");
        await Hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(WakeUpState.Missed, Hotel.Call(Booked).State);
        await Hotel.Pbx.ReturnAsync();
        await Hotel.PassAsync(TimeSpan.FromMinutes(5));

        Assert.Empty(Hotel.Pbx.Rings);
        var entry = Assert.Single(Hotel.ListedOf("1101"));
        Assert.StartsWith("missed 06:10", Hotel.One<KnockNote>(n => n.KnockEntryId == entry.Id).Text, StringComparison.Ordinal);
        Assert.Contains(Hotel.Log, line =>
            line is { Id: 5006 } && line.Text.Contains("Missed, more than 00:10:00 late", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_link_that_is_back_within_moments_sends_nobody_to_knock()
    {
        await Hotel.AtAsync("05:59:59");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.AtAsync("06:00:01");
        await Hotel.Pbx.ReturnAsync(within: TimeSpan.FromSeconds(1));
        Assert.Single(Hotel.Pbx.Rings);
        Assert.Empty(Hotel.ListedOf("1101"));
    }

    [Fact]
    public async Task Claimed_when_the_link_goes_it_rings_as_the_same_attempt_when_it_is_back()
    {
        await Hotel.AtAsync("05:59:57");
        var claimed = Assert.Single(Hotel.AttemptsOf(Booked));
        await Hotel.Pbx.LeaveAsync();
        await Hotel.AtAsync("06:00:05");
        Assert.Single(Hotel.ListedOf("1101"));
        await Hotel.AtAsync("06:03:00");
        await Hotel.Pbx.ReturnAsync();
        Assert.Equal(claimed.ChannelId, Assert.Single(Hotel.Pbx.Rings).ChannelId);
        Assert.Equal(claimed.Id, Assert.Single(Hotel.AttemptsOf(Booked)).Id);
    }

    [Fact]
    public async Task Claimed_and_then_too_late_it_was_never_sent_and_is_missed()
    {
        await Hotel.AtAsync("05:59:57");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.AtAsync("06:00:05");
        await Hotel.AtAsync("06:10:01");
        await Hotel.PassAsync(TimeSpan.FromSeconds(1));
        await Hotel.Pbx.ReturnAsync();

        Assert.Empty(Hotel.Pbx.Rings);
        Assert.Equal(WakeUpState.Missed, Hotel.Call(Booked).State);
        Assert.Equal("never sent: the PBX link was down", Assert.Single(Hotel.AttemptsOf(Booked)).Detail);
        Assert.Single(Hotel.ListedOf("1101"));
    }

    [Fact]
    public async Task A_phone_that_rings_on_while_the_link_is_away_is_not_rung_a_second_time()
    {
        await Hotel.AtAsync("06:00:00");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.Pbx.ReturnAsync();
        await Hotel.Pbx.PressesAsync(Assert.Single(Hotel.Pbx.Rings), "1");
        Assert.Equal(WakeUpState.Confirmed, Hotel.Call(Booked).State);
        Assert.Single(Hotel.AttemptsOf(Booked));
    }

    [Fact]
    public async Task A_key_that_was_pressed_while_the_link_was_away_is_read_from_its_proof()
    {
        await Hotel.AtAsync("06:00:00");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.AtAsync("06:00:12");
        await Hotel.Pbx.PressesAsync(Hotel.Pbx.Rings[0], "7");
        Assert.Equal(WakeUpState.Attempting, Hotel.Call(Booked).State);
        await Hotel.Pbx.ReturnAsync();

        Assert.Equal(WakeUpState.Confirmed, Hotel.Call(Booked).State);
        Assert.Equal(("7", SmallHotel.Clocked("06:00:12")),
            (Assert.Single(Hotel.AttemptsOf(Booked)).Key, Assert.Single(Hotel.AttemptsOf(Booked)).ConfirmedAt));
        await Hotel.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Single(Hotel.Pbx.Rings);
    }

    [Fact]
    public async Task What_was_sent_and_left_no_trace_is_unknown_and_rings_again_at_once()
    {
        Hotel.Pbx.DiesAtNextRing = DiesAt.BeforeTheCallWasPlaced;
        await Hotel.AtAsync("06:00:00");
        await Hotel.Pbx.ReturnAsync();
        Assert.Equal([AttemptOutcome.Unknown, null], Hotel.AttemptsOf(Booked).Select(a => a.Outcome));
        Assert.Equal(2, Hotel.Pbx.Rings.Count);
        Assert.NotEqual(Hotel.Pbx.Rings[0].ChannelId, Hotel.Pbx.Rings[1].ChannelId);
        Assert.NotNull(Hotel.AttemptsOf(Booked)[0].SentAt);
    }

    [Fact]
    public async Task What_the_PBX_placed_and_could_not_say_is_followed_and_not_rung_again()
    {
        Hotel.Pbx.DiesAtNextRing = DiesAt.AfterTheCallWasPlaced;
        await Hotel.AtAsync("06:00:00");
        await Hotel.Pbx.ReturnAsync();
        await Hotel.Pbx.PressesAsync(Assert.Single(Hotel.Pbx.Rings), "1");
        Assert.Equal((WakeUpState.Confirmed, 1), (Hotel.Call(Booked).State, Hotel.Call(Booked).AttemptsMade));
    }

    [Fact]
    public async Task Of_a_phone_that_rang_when_the_link_went_nobody_knows_after_its_ring_time_and_somebody_is_to_knock()
    {
        await Hotel.AtAsync("06:00:00");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.AtAsync("06:00:29");
        Assert.Empty(Hotel.ListedOf("1101"));
        await Hotel.AtAsync("06:00:31");
        Assert.Equal("PBX link down", Assert.Single(Hotel.ListedOf("1101")).Reason);
    }

    [Fact]
    public async Task Cancelled_while_the_PBX_is_away_it_does_not_ring_when_that_is_back()
    {
        await Hotel.AtAsync("05:59:57");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.AtAsync("06:00:01");
        await Hotel.CancelAsync(Booked.Number);
        await Hotel.Pbx.ReturnAsync();
        await Hotel.PassAsync(TimeSpan.FromMinutes(3));
        Assert.Empty(Hotel.Pbx.Rings);
        Assert.Equal(WakeUpState.Cancelled, Hotel.Call(Booked).State);
    }
}
