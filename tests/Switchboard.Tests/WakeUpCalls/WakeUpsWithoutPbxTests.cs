using Switchboard.Features.Housekeeping;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>
/// The PBX is away when a wake-up is due, or goes while it rings: nobody is rung twice without need, and nobody sleeps on.
/// </summary>
[Collection(QuietCollection.Name)]
public sealed class WakeUpsWithoutPbxTests : IAsyncLifetime
{
    private SmallHotel _hotel = null!;
    private WakeUpView _booked = null!;

    public async ValueTask InitializeAsync()
    {
        _hotel = await SmallHotel.OpenAsync();
        _booked = await _hotel.BookAsync("1101", "06:00");
    }

    public ValueTask DisposeAsync() => _hotel.DisposeAsync();

    [Fact]
    public async Task With_the_PBX_away_at_the_due_time_somebody_is_to_knock_at_once_and_no_attempt_is_used_up()
    {
        await _hotel.AtAsync("05:50:00");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.AtAsync("05:59:59");
        Assert.Empty(_hotel.ListedOf("1101"));
        await _hotel.AtAsync("06:00:00");
        await _hotel.AtAsync("06:00:01");

        Assert.Equal("PBX link down", Assert.Single(_hotel.ListedOf("1101")).Reason);
        Assert.Equal((WakeUpState.Booked, 0), (_hotel.Call(_booked).State, _hotel.Call(_booked).AttemptsMade));
        Assert.Contains(_hotel.Log, line => line is { Id: 5012 });
        await _hotel.AtAsync("06:05:00");
        Assert.Single(_hotel.All<KnockEntry>());
    }

    [Fact]
    public async Task Back_within_ten_minutes_it_rings_and_is_marked_late()
    {
        await _hotel.AtAsync("05:50:00");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.AtAsync("06:00:01");
        await _hotel.AtAsync("06:08:00");
        await _hotel.Pbx.ReturnAsync();

        Assert.Single(_hotel.Pbx.Rings);
        Assert.Equal((1, true), (Assert.Single(_hotel.AttemptsOf(_booked)).Number, Assert.Single(_hotel.AttemptsOf(_booked)).Late));
        Assert.True(_hotel.Call(_booked).Late);
        Assert.Single(_hotel.ListedOf("1101"));
        Assert.Contains(_hotel.Log, line => line is { Id: 5004 });
    }

    [Fact]
    public async Task Back_after_more_than_ten_minutes_it_never_rings_and_the_list_says_missed()
    {
        await _hotel.AtAsync("05:50:00");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.AtAsync("06:00:01");
        await _hotel.AtAsync("06:10:01");
        await _hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(WakeUpState.Missed, _hotel.Call(_booked).State);
        await _hotel.Pbx.ReturnAsync();
        await _hotel.PassAsync(TimeSpan.FromMinutes(5));

        Assert.Empty(_hotel.Pbx.Rings);
        var entry = Assert.Single(_hotel.ListedOf("1101"));
        Assert.StartsWith("missed 06:10", _hotel.One<KnockNote>(n => n.KnockEntryId == entry.Id).Text, StringComparison.Ordinal);
        Assert.Contains(_hotel.Log, line =>
            line is { Id: 5006 } && line.Text.Contains("Missed, more than 00:10:00 late", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_link_that_is_back_within_moments_sends_nobody_to_knock()
    {
        await _hotel.AtAsync("05:59:59");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.AtAsync("06:00:01");
        await _hotel.Pbx.ReturnAsync(within: TimeSpan.FromSeconds(1));
        Assert.Single(_hotel.Pbx.Rings);
        Assert.Empty(_hotel.ListedOf("1101"));
    }

    [Fact]
    public async Task Claimed_when_the_link_goes_it_rings_as_the_same_attempt_when_it_is_back()
    {
        await _hotel.AtAsync("05:59:57");
        var claimed = Assert.Single(_hotel.AttemptsOf(_booked));
        await _hotel.Pbx.LeaveAsync();
        await _hotel.AtAsync("06:00:05");
        Assert.Single(_hotel.ListedOf("1101"));
        await _hotel.AtAsync("06:03:00");
        await _hotel.Pbx.ReturnAsync();
        Assert.Equal(claimed.ChannelId, Assert.Single(_hotel.Pbx.Rings).ChannelId);
        Assert.Equal(claimed.Id, Assert.Single(_hotel.AttemptsOf(_booked)).Id);
    }

    [Fact]
    public async Task Claimed_and_then_too_late_it_was_never_sent_and_is_missed()
    {
        await _hotel.AtAsync("05:59:57");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.AtAsync("06:00:05");
        await _hotel.AtAsync("06:10:01");
        await _hotel.PassAsync(TimeSpan.FromSeconds(1));
        await _hotel.Pbx.ReturnAsync();

        Assert.Empty(_hotel.Pbx.Rings);
        Assert.Equal(WakeUpState.Missed, _hotel.Call(_booked).State);
        Assert.Equal("never sent: the PBX link was down", Assert.Single(_hotel.AttemptsOf(_booked)).Detail);
        Assert.Single(_hotel.ListedOf("1101"));
    }

    [Fact]
    public async Task A_phone_that_rings_on_while_the_link_is_away_is_not_rung_a_second_time()
    {
        await _hotel.AtAsync("06:00:00");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.Pbx.ReturnAsync();
        await _hotel.Pbx.PressesAsync(Assert.Single(_hotel.Pbx.Rings), "1");
        Assert.Equal(WakeUpState.Confirmed, _hotel.Call(_booked).State);
        Assert.Single(_hotel.AttemptsOf(_booked));
    }

    [Fact]
    public async Task A_key_that_was_pressed_while_the_link_was_away_is_read_from_its_proof()
    {
        await _hotel.AtAsync("06:00:00");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.AtAsync("06:00:12");
        await _hotel.Pbx.PressesAsync(_hotel.Pbx.Rings[0], "7");
        Assert.Equal(WakeUpState.Attempting, _hotel.Call(_booked).State);
        await _hotel.Pbx.ReturnAsync();

        Assert.Equal(WakeUpState.Confirmed, _hotel.Call(_booked).State);
        Assert.Equal(("7", SmallHotel.Clocked("06:00:12")),
            (Assert.Single(_hotel.AttemptsOf(_booked)).Key, Assert.Single(_hotel.AttemptsOf(_booked)).ConfirmedAt));
        await _hotel.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Single(_hotel.Pbx.Rings);
    }

    [Fact]
    public async Task What_was_sent_and_left_no_trace_is_unknown_and_rings_again_at_once()
    {
        _hotel.Pbx.DiesAtNextRing = DiesAt.BeforeTheCallWasPlaced;
        await _hotel.AtAsync("06:00:00");
        await _hotel.Pbx.ReturnAsync();
        Assert.Equal([AttemptOutcome.Unknown, null], _hotel.AttemptsOf(_booked).Select(a => a.Outcome));
        Assert.Equal(2, _hotel.Pbx.Rings.Count);
        Assert.NotEqual(_hotel.Pbx.Rings[0].ChannelId, _hotel.Pbx.Rings[1].ChannelId);
        Assert.NotNull(_hotel.AttemptsOf(_booked)[0].SentAt);
    }

    [Fact]
    public async Task What_the_PBX_placed_and_could_not_say_is_followed_and_not_rung_again()
    {
        _hotel.Pbx.DiesAtNextRing = DiesAt.AfterTheCallWasPlaced;
        await _hotel.AtAsync("06:00:00");
        await _hotel.Pbx.ReturnAsync();
        await _hotel.Pbx.PressesAsync(Assert.Single(_hotel.Pbx.Rings), "1");
        Assert.Equal((WakeUpState.Confirmed, 1), (_hotel.Call(_booked).State, _hotel.Call(_booked).AttemptsMade));
    }

    [Fact]
    public async Task Of_a_phone_that_rang_when_the_link_went_nobody_knows_after_its_ring_time_and_somebody_is_to_knock()
    {
        await _hotel.AtAsync("06:00:00");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.AtAsync("06:00:29");
        Assert.Empty(_hotel.ListedOf("1101"));
        await _hotel.AtAsync("06:00:31");
        Assert.Equal("PBX link down", Assert.Single(_hotel.ListedOf("1101")).Reason);
    }

    [Fact]
    public async Task Cancelled_while_the_PBX_is_away_it_does_not_ring_when_that_is_back()
    {
        await _hotel.AtAsync("05:59:57");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.AtAsync("06:00:01");
        await _hotel.CancelAsync(_booked.Number);
        await _hotel.Pbx.ReturnAsync();
        await _hotel.PassAsync(TimeSpan.FromMinutes(3));
        Assert.Empty(_hotel.Pbx.Rings);
        Assert.Equal(WakeUpState.Cancelled, _hotel.Call(_booked).State);
    }
}
