using NodaTime;
using Serilog.Events;
using Switchboard.Features.Deliveries;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Features.Notices;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.DoNotDisturb;

/// <summary>Locks end at their end, and somebody looks after a guest whose room is locked for a day.</summary>
[Collection(QuietCollection.Name)]
public sealed class LockKeeperTests : OneHotel
{
    [Fact]
    public async Task A_lock_with_an_end_releases_itself_then_and_not_before()
    {
        await Hotel.LockAsync("1101", "22:30");
        await Hotel.AtAsync("22:29:59");
        Assert.True(Hotel.LockOf("1101").IsOpen);
        await Hotel.AtAsync("22:30:00");
        await Hotel.PassAsync(TimeSpan.FromMilliseconds(1));

        var locked = Hotel.LockOf("1101");
        Assert.Equal((SmallHotel.Clocked("22:30:00"), "expired", "switchboard"),
            (locked.ReleasedAt, locked.ReleasedHow, locked.ReleasedBy));
        Assert.DoesNotContain("switchboard_dnd/1101", Hotel.Pbx.AstDb.Keys);
        Assert.Equal("do not disturb is off (expired)", Hotel.One<Notice>(n => n.Kind == "dnd-released").Text);
        Assert.Contains(Hotel.Log, line =>
            line is { Id: 4301 } && line.Text.Contains("room 1101 released by switchboard (expired)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lock_that_was_given_another_end_does_not_end_at_the_first_one()
    {
        await Hotel.LockAsync("1101", "22:30");
        await Hotel.LockAsync("1101", "23:30");
        await Hotel.AtAsync("22:30:01");
        Assert.True(Hotel.LockOf("1101").IsOpen);
        await Hotel.AtAsync("23:30:01");
        Assert.Equal(SmallHotel.Clocked("23:30:00"), Hotel.LockOf("1101").ReleasedAt);
        Assert.Equal(["set", "until 2026-11-24 23:30", "released"], Hotel.All<RoomLockEvent>().OrderBy(e => e.At).Select(e => e.What));
    }

    [Fact]
    public async Task A_lock_that_ended_while_no_worker_was_there_is_released_as_of_its_end()
    {
        await Hotel.LockAsync("1101", "22:30");
        await Hotel.StopAsync();
        await Hotel.AtAsync("23:45:00");
        await Hotel.StartAsync();
        Assert.Equal((SmallHotel.Clocked("22:30:00"), "expired"), (Hotel.LockOf("1101").ReleasedAt, Hotel.LockOf("1101").ReleasedHow));
        Assert.DoesNotContain("switchboard_dnd/1101", Hotel.Pbx.AstDb.Keys);
    }

    [Fact]
    public async Task A_lock_that_ends_while_the_PBX_is_away_is_gone_there_when_it_is_back()
    {
        await Hotel.LockAsync("1101", "22:30");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.AtAsync("22:31:00");
        Assert.False(Hotel.LockOf("1101").IsOpen);
        await Hotel.Pbx.ReturnAsync();
        Assert.DoesNotContain("switchboard_dnd/1101", Hotel.Pbx.AstDb.Keys);
        // The dialplan knew the end as well: nobody waited for it.
        Assert.DoesNotContain(Hotel.All<Notice>(), n => n.Kind == "dnd-applied");
    }

    [Fact]
    public async Task After_a_day_a_welfare_check_is_due_and_the_duty_manager_is_rung()
    {
        await Hotel.LockAsync("1101");
        await Hotel.PassAsync(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Empty(Hotel.All<WelfareCheck>());
        await Hotel.PassAsync(TimeSpan.FromSeconds(1.1));

        var check = Assert.Single(Hotel.All<WelfareCheck>());
        Assert.Equal(("1101", Hotel.LockOf("1101").Id), (check.Room, check.RoomLockId));
        Assert.Contains("a welfare check is due, duty-manager is being told", Hotel.One<Notice>(n => n.Kind == "welfare-check").Text,
            StringComparison.Ordinal);
        Assert.Contains(Hotel.Log, line => line is { Id: 4303, Level: LogEventLevel.Warning });
        Assert.Equal("8001", Assert.Single(Hotel.Pbx.Rings).To);
    }

    [Fact]
    public async Task As_long_again_it_is_due_once_more_and_one_call_goes_on_not_two()
    {
        await Hotel.DisposeAsync();
        Hotel = await SmallHotel.OpenAsync(("DoNotDisturb:WelfareCheckAfter", "00:10:00"));
        await Hotel.LockAsync("1101");
        for (var check = 0; check < 2; check++) await Hotel.PassAsync(TimeSpan.FromMinutes(10) + TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, Hotel.All<WelfareCheck>().Count);
        Assert.Equal([DeliveryState.Stopped, DeliveryState.Attempting],
            Hotel.All<Delivery>().OrderBy(d => d.RequestedAt).Select(d => d.State));
        Assert.Equal([Hotel.Pbx.Rings[0].ChannelId], Hotel.Pbx.HungUp);
        Assert.Contains(Hotel.All<Notice>(),
            n => n.Text.Contains("is being told again: nobody has acknowledged the last one", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_room_that_was_released_before_needs_no_welfare_check()
    {
        await Hotel.LockAsync("1101");
        await Hotel.PassAsync(TimeSpan.FromHours(23));
        await Hotel.ReleaseAsync("1101");
        await Hotel.PassAsync(TimeSpan.FromHours(2));
        Assert.Empty(Hotel.All<WelfareCheck>());
    }
}
