using NodaTime;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Features.Notices;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.DoNotDisturb;

/// <summary>
/// A room is locked at both ends: what the desk says reaches the PBX, what the guest dials reaches the rows, and of two words the later
/// one counts.
/// </summary>
[Collection(QuietCollection.Name)]
public sealed class LockSyncTests : OneHotel
{
    private string? AtPbx => Hotel.Pbx.AstDb.GetValueOrDefault("switchboard_dnd/1101");

    [Fact]
    public async Task A_lock_is_at_the_PBX_at_once_and_its_row_says_since_when()
    {
        var now = Hotel.Clock.Now;
        var view = await Hotel.LockAsync("1101");
        Assert.Equal(($"on:{now.ToUnixTimeMilliseconds()}:desk:", false), (AtPbx, view.Pending));
        Assert.Equal((now, now), (Hotel.LockOf("1101").SetAt, Hotel.LockOf("1101").EffectiveAt));
        Assert.Equal("do not disturb is on", Hotel.One<Notice>(n => n.Kind == "dnd-set").Text);
        Assert.DoesNotContain(Hotel.All<Notice>(), n => n.Kind == "dnd-applied");
    }

    [Fact]
    public async Task A_lock_while_the_PBX_is_away_is_pending_and_the_operators_are_told_when_it_is_done()
    {
        await Hotel.Pbx.LeaveAsync();
        var view = await Hotel.LockPendingAsync("1101");
        Assert.True(view.Pending);
        Assert.Null(Hotel.LockOf("1101").EffectiveAt);
        Assert.Equal("do not disturb is on, as soon as the PBX can be reached", Hotel.One<Notice>(n => n.Kind == "dnd-set").Text);
        Assert.Contains(Hotel.Log, line => line is { Id: 4300 } && line.Text.Contains("PENDING", StringComparison.Ordinal));
        await Hotel.PassAsync(TimeSpan.FromSeconds(30));
        await Hotel.Pbx.ReturnAsync();

        Assert.StartsWith("on:", AtPbx, StringComparison.Ordinal);
        Assert.Equal(Hotel.Clock.Now, Hotel.LockOf("1101").EffectiveAt);
        Assert.StartsWith("the PBX is back: room 1101 is locked now", Hotel.One<Notice>(n => n.Kind == "dnd-applied").Text,
            StringComparison.Ordinal);
        Assert.Contains(Hotel.Log, line => line is { Id: 4302 });
    }

    [Fact]
    public async Task Locked_and_released_while_the_PBX_is_away_the_room_is_not_locked_when_it_is_back()
    {
        await Hotel.Pbx.LeaveAsync();
        await Hotel.LockPendingAsync("1101");
        await Hotel.ReleaseAsync("1101");
        await Hotel.Pbx.ReturnAsync();
        Assert.DoesNotContain(Hotel.Pbx.Written, w => w.StartsWith("switchboard_dnd/1101=on", StringComparison.Ordinal));
        Assert.Null(AtPbx);
        Assert.Equal(["set", "released"], Hotel.All<RoomLockEvent>().OrderBy(e => e.At).Select(e => e.What));
    }

    [Fact]
    public async Task A_PBX_that_does_not_take_a_lock_is_asked_again_until_it_does()
    {
        Hotel.Pbx.RefusesWrites = true;
        var view = await Hotel.LockPendingAsync("1101");
        await Hotel.PassAsync(TimeSpan.FromSeconds(5));
        Assert.True(view.Pending);
        Assert.Null(Hotel.LockOf("1101").EffectiveAt);
        Assert.Contains(Hotel.Log, line => line is { Id: 2011 });
        Hotel.Pbx.RefusesWrites = false;
        await Hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.StartsWith("on:", AtPbx, StringComparison.Ordinal);
        Assert.Equal(Hotel.Clock.Now, Hotel.LockOf("1101").EffectiveAt);
    }

    [Fact]
    public async Task What_the_guest_dials_is_in_the_rows_with_the_time_of_the_key()
    {
        var pressed = Hotel.Clock.Now;
        await DialAsync("on");
        Assert.Equal(("guest", pressed, "*78/*79"),
            (Hotel.LockOf("1101").SetHow, Hotel.LockOf("1101").SetAt, Hotel.LockOf("1101").SetBy));
        await Hotel.PassAsync(TimeSpan.FromMinutes(1));
        await DialAsync("off");
        Assert.Equal(("guest", pressed + Duration.FromMinutes(1)), (Hotel.LockOf("1101").ReleasedHow, Hotel.LockOf("1101").ReleasedAt));
        Assert.Null(AtPbx);
    }

    [Fact]
    public async Task The_guest_releases_what_the_desk_has_locked()
    {
        await Hotel.LockAsync("1101", "23:00");
        await Hotel.PassAsync(TimeSpan.FromMinutes(1));
        await DialAsync("off");
        Assert.Equal("guest", Hotel.LockOf("1101").ReleasedHow);
        Assert.Equal(["set", "released"], Hotel.All<RoomLockEvent>().OrderBy(e => e.At).Select(e => e.What));
        Assert.Contains(Hotel.Log, line => line is { Id: 4301 });
    }

    [Fact]
    public async Task An_older_word_of_the_phone_does_not_undo_a_later_one_of_the_desk()
    {
        var before = Hotel.Pbx.Now;
        await Hotel.PassAsync(TimeSpan.FromSeconds(10));
        await Hotel.LockAsync("1101");
        // A word that comes late; at the PBX the desk's came second, as here.
        await Hotel.Pbx.ReportAsync("SwitchboardDnd", ("Room", "1101"), ("State", "off"), ("At", before));
        Assert.True(Hotel.LockOf("1101").IsOpen);
        Assert.StartsWith("on:", AtPbx, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_until_a_time_that_the_guest_dials_again_has_no_end_any_more()
    {
        await Hotel.LockAsync("1101", "23:00");
        await Hotel.PassAsync(TimeSpan.FromMinutes(1));
        await DialAsync("on");
        Assert.Null(Hotel.LockOf("1101").Until);
        Assert.EndsWith(":desk:", AtPbx, StringComparison.Ordinal);
        await Hotel.AtAsync("23:00:01");
        Assert.True(Hotel.LockOf("1101").IsOpen);
    }

    [Fact]
    public async Task What_the_guest_dialled_while_nobody_listened_is_taken_over_when_the_link_is_back()
    {
        await Hotel.LockAsync("1101");
        await Hotel.Pbx.LeaveAsync();
        await Hotel.PassAsync(TimeSpan.FromMinutes(3));
        var pressed = Hotel.Clock.Now;
        Hotel.Pbx.AstDb["switchboard_dnd/1101"] = $"off:{Hotel.Pbx.Now}:guest:";
        await Hotel.PassAsync(TimeSpan.FromMinutes(3));
        await Hotel.Pbx.ReturnAsync();
        Assert.Equal((pressed, "*78/*79 while nobody listened"), (Hotel.LockOf("1101").ReleasedAt, Hotel.LockOf("1101").ReleasedBy));
        Assert.Null(AtPbx);
    }

    [Fact]
    public async Task What_the_desk_said_after_the_guest_dialled_stays_when_the_link_is_back()
    {
        await Hotel.Pbx.LeaveAsync();
        Hotel.Pbx.AstDb["switchboard_dnd/1101"] = $"off:{Hotel.Pbx.Now}:guest:";
        await Hotel.PassAsync(TimeSpan.FromMinutes(3));
        await Hotel.LockPendingAsync("1101");
        await Hotel.Pbx.ReturnAsync();
        Assert.True(Hotel.LockOf("1101").IsOpen);
        Assert.StartsWith("on:", AtPbx, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_PostgreSQL_a_lock_of_somebody_elses_in_AstDB_is_left_alone()
    {
        await Hotel.LockAsync("1102");
        Hotel.Pbx.AstDb["switchboard_dnd/1101"] = "on:1764000000000:desk:";
        await Hotel.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal("on:1764000000000:desk:", AtPbx);
        Assert.DoesNotContain(Hotel.All<RoomLock>(), l => l.Room == "1101");
    }

    [Fact]
    public async Task A_PBX_that_has_lost_its_AstDB_gets_all_locks_again()
    {
        await Hotel.LockAsync("1101");
        await Hotel.LockAsync("1102");
        await Hotel.Pbx.LeaveAsync();
        Hotel.Pbx.AstDb.Clear();
        await Hotel.Pbx.ReturnAsync();
        Assert.Equal([Hotel.LockOf("1101").AstDbValue, Hotel.LockOf("1102").AstDbValue],
            new[] { "1101", "1102" }.Select(r => Hotel.Pbx.AstDb.GetValueOrDefault($"switchboard_dnd/{r}")));
    }

    [Fact]
    public async Task A_PBX_whose_clock_is_an_hour_behind_does_not_make_what_the_guest_dials_an_older_word()
    {
        Hotel.Pbx.ClockAhead = TimeSpan.FromHours(-1);
        await Hotel.PassAsync(TimeSpan.FromMinutes(10));
        var pressed = Hotel.Clock.Now;
        await DialAsync("on");
        Assert.Equal(pressed, Hotel.LockOf("1101").SetAt);
        await Hotel.LockAsync("1102");
        await Hotel.PassAsync(TimeSpan.FromMinutes(1));
        await Hotel.Pbx.ReportAsync("SwitchboardDnd", ("Room", "1102"), ("State", "off"), ("At", Hotel.Pbx.Now));
        Assert.Equal("guest", Hotel.LockOf("1102").ReleasedHow);
    }

    [Fact]
    public async Task A_call_that_met_a_lock_is_a_row_of_that_lock_and_told_twice_it_is_one()
    {
        await Hotel.LockAsync("1101");
        for (var told = 0; told < 2; told++)
            await Hotel.Pbx.ReportAsync("SwitchboardLocked", ("Room", "1101"), ("Choice", "1"), ("At", Hotel.Pbx.Now),
                ("Call", "linked-1"));
        var met = Assert.Single(Hotel.All<LockedCall>());
        Assert.Equal((Hotel.LockOf("1101").Id, "message", "linked-1"), (met.RoomLockId, met.Outcome, met.LinkedId));
    }

    private Task DialAsync(string state)
    {
        // As the dialplan does it: first the entry, then the word.
        var at = Hotel.Pbx.Now;
        Hotel.Pbx.AstDb["switchboard_dnd/1101"] = $"{state}:{at}:guest:";
        return Hotel.Pbx.ReportAsync("SwitchboardDnd", ("Room", "1101"), ("State", state), ("At", at));
    }
}
