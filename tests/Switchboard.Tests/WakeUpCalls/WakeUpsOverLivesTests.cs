using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>
/// A worker that is stopped and started anew takes over what it left: by its rows, the PBX's live calls and their proofs.
/// </summary>
[Collection(QuietCollection.Name)]
public sealed class WakeUpsOverLivesTests : IAsyncLifetime
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
    public async Task A_phone_that_rings_over_a_restart_is_followed_and_not_rung_a_second_time()
    {
        await _hotel.AtAsync("06:00:00");
        await _hotel.RestartAsync();
        await _hotel.Pbx.PressesAsync(Assert.Single(_hotel.Pbx.Rings), "1");
        Assert.Equal((WakeUpState.Confirmed, 1), (_hotel.Call(_booked).State, _hotel.Call(_booked).AttemptsMade));
        Assert.Contains(_hotel.Log, line => line is { Id: 5009 });
    }

    [Fact]
    public async Task A_key_that_was_pressed_between_two_lives_counts_from_when_it_was_pressed()
    {
        await _hotel.AtAsync("06:00:00");
        await _hotel.StopAsync();
        await _hotel.AtAsync("06:00:09");
        await _hotel.Pbx.PressesAsync(_hotel.Pbx.Rings[0], "2");
        await _hotel.AtAsync("06:04:00");
        await _hotel.StartAsync();
        Assert.Equal((WakeUpState.Snoozed, SmallHotel.Clocked("06:10:09")),
            (_hotel.Call(_booked).State, _hotel.Call(_booked).NextAttemptAt));
        await _hotel.AtAsync("06:10:09");
        Assert.Equal(2, _hotel.Pbx.Rings.Count);
    }

    [Fact]
    public async Task Sent_before_a_restart_and_without_a_trace_after_it_rings_again_at_once()
    {
        await _hotel.AtAsync("06:00:00");
        await _hotel.StopAsync();
        await _hotel.Pbx.GoneAsync(_hotel.Pbx.Rings[0]);
        await _hotel.StartAsync();
        Assert.Equal([AttemptOutcome.Unknown, null], _hotel.AttemptsOf(_booked).Select(a => a.Outcome));
        Assert.Equal(2, _hotel.Pbx.Rings.Count);
    }

    [Fact]
    public async Task Claimed_and_not_sent_before_a_restart_it_goes_out_as_the_attempt_that_it_is()
    {
        await _hotel.AtAsync("05:59:57");
        await _hotel.RestartAsync();
        await _hotel.AtAsync("06:00:02");
        var attempt = Assert.Single(_hotel.AttemptsOf(_booked));
        Assert.Equal((1, attempt.ChannelId), (attempt.Number, Assert.Single(_hotel.Pbx.Rings).ChannelId));
    }

    [Fact]
    public async Task Cancelled_while_it_rang_and_then_restarted_it_is_hung_up_by_the_next_life()
    {
        await _hotel.AtAsync("06:00:00");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.CancelAsync(_booked.Number);
        await _hotel.StopAsync();
        await _hotel.Pbx.ComesBackUnseenAsync();
        await _hotel.StartAsync();
        Assert.Equal([_hotel.Pbx.Rings[0].ChannelId], _hotel.Pbx.HungUp);
        Assert.Equal(AttemptOutcome.Cancelled, Assert.Single(_hotel.AttemptsOf(_booked)).Outcome);
    }

    [Fact]
    public async Task A_worker_that_was_down_over_the_due_time_rings_up_to_ten_minutes_late()
    {
        await _hotel.AtAsync("05:00:00");
        await _hotel.StopAsync();
        await _hotel.AtAsync("06:09:00");
        await _hotel.StartAsync();
        Assert.Single(_hotel.Pbx.Rings);
        Assert.True(Assert.Single(_hotel.AttemptsOf(_booked)).Late);
        Assert.Empty(_hotel.ListedOf("1101"));
    }

    [Fact]
    public async Task A_worker_that_was_down_for_longer_rings_nobody_and_somebody_is_to_knock()
    {
        await _hotel.AtAsync("05:00:00");
        await _hotel.StopAsync();
        await _hotel.AtAsync("06:11:00");
        await _hotel.StartAsync();
        await _hotel.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(_hotel.Pbx.Rings);
        Assert.Equal(WakeUpState.Missed, _hotel.Call(_booked).State);
        Assert.Equal("more than 00:10:00 late", Assert.Single(_hotel.ListedOf("1101")).Reason);
    }
}
