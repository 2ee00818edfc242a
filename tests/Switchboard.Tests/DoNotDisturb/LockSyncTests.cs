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
public sealed class LockSyncTests : IAsyncLifetime
{
    private SmallHotel _hotel = null!;

    private string? AtPbx => _hotel.Pbx.AstDb.GetValueOrDefault("switchboard_dnd/1101");

    public async ValueTask InitializeAsync() => _hotel = await SmallHotel.OpenAsync();

    public ValueTask DisposeAsync() => _hotel.DisposeAsync();

    [Fact]
    public async Task A_lock_is_at_the_PBX_at_once_and_its_row_says_since_when()
    {
        var now = _hotel.Clock.Now;
        var view = await _hotel.LockAsync("1101");
        Assert.Equal(($"on:{now.ToUnixTimeMilliseconds()}:desk:", false), (AtPbx, view.Pending));
        Assert.Equal((now, now), (_hotel.LockOf("1101").SetAt, _hotel.LockOf("1101").EffectiveAt));
        Assert.Equal("do not disturb is on", _hotel.One<Notice>(n => n.Kind == "dnd-set").Text);
        Assert.DoesNotContain(_hotel.All<Notice>(), n => n.Kind == "dnd-applied");
    }

    [Fact]
    public async Task A_lock_while_the_PBX_is_away_is_pending_and_the_operators_are_told_when_it_is_done()
    {
        await _hotel.Pbx.LeaveAsync();
        var view = await _hotel.LockPendingAsync("1101");
        Assert.True(view.Pending);
        Assert.Null(_hotel.LockOf("1101").EffectiveAt);
        Assert.Equal("do not disturb is on, as soon as the PBX can be reached", _hotel.One<Notice>(n => n.Kind == "dnd-set").Text);
        Assert.Contains(_hotel.Log, line => line is { Id: 4300 } && line.Text.Contains("PENDING", StringComparison.Ordinal));
        await _hotel.PassAsync(TimeSpan.FromSeconds(30));
        await _hotel.Pbx.ReturnAsync();

        Assert.StartsWith("on:", AtPbx, StringComparison.Ordinal);
        Assert.Equal(_hotel.Clock.Now, _hotel.LockOf("1101").EffectiveAt);
        Assert.StartsWith("the PBX is back: room 1101 is locked now", _hotel.One<Notice>(n => n.Kind == "dnd-applied").Text,
            StringComparison.Ordinal);
        Assert.Contains(_hotel.Log, line => line is { Id: 4302 });
    }

    [Fact]
    public async Task Locked_and_released_while_the_PBX_is_away_the_room_is_not_locked_when_it_is_back()
    {
        await _hotel.Pbx.LeaveAsync();
        await _hotel.LockPendingAsync("1101");
        await _hotel.ReleaseAsync("1101");
        await _hotel.Pbx.ReturnAsync();
        Assert.DoesNotContain(_hotel.Pbx.Written, w => w.StartsWith("switchboard_dnd/1101=on", StringComparison.Ordinal));
        Assert.Null(AtPbx);
        Assert.Equal(["set", "released"], _hotel.All<RoomLockEvent>().OrderBy(e => e.At).Select(e => e.What));
    }

    [Fact]
    public async Task A_PBX_that_does_not_take_a_lock_is_asked_again_until_it_does()
    {
        _hotel.Pbx.RefusesWrites = true;
        var view = await _hotel.LockPendingAsync("1101");
        await _hotel.PassAsync(TimeSpan.FromSeconds(5));
        Assert.True(view.Pending);
        Assert.Null(_hotel.LockOf("1101").EffectiveAt);
        Assert.Contains(_hotel.Log, line => line is { Id: 2011 });
        _hotel.Pbx.RefusesWrites = false;
        await _hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.StartsWith("on:", AtPbx, StringComparison.Ordinal);
        Assert.Equal(_hotel.Clock.Now, _hotel.LockOf("1101").EffectiveAt);
    }

    [Fact]
    public async Task What_the_guest_dials_is_in_the_rows_with_the_time_of_the_key()
    {
        var pressed = _hotel.Clock.Now;
        await DialAsync("on");
        Assert.Equal(("guest", pressed, "*78/*79"),
            (_hotel.LockOf("1101").SetHow, _hotel.LockOf("1101").SetAt, _hotel.LockOf("1101").SetBy));
        await _hotel.PassAsync(TimeSpan.FromMinutes(1));
        await DialAsync("off");
        Assert.Equal(("guest", pressed + Duration.FromMinutes(1)), (_hotel.LockOf("1101").ReleasedHow, _hotel.LockOf("1101").ReleasedAt));
        Assert.Null(AtPbx);
    }

    [Fact]
    public async Task The_guest_releases_what_the_desk_has_locked()
    {
        await _hotel.LockAsync("1101", "23:00");
        await _hotel.PassAsync(TimeSpan.FromMinutes(1));
        await DialAsync("off");
        Assert.Equal("guest", _hotel.LockOf("1101").ReleasedHow);
        Assert.Equal(["set", "released"], _hotel.All<RoomLockEvent>().OrderBy(e => e.At).Select(e => e.What));
        Assert.Contains(_hotel.Log, line => line is { Id: 4301 });
    }

    [Fact]
    public async Task An_older_word_of_the_phone_does_not_undo_a_later_one_of_the_desk()
    {
        var before = _hotel.Pbx.Now;
        await _hotel.PassAsync(TimeSpan.FromSeconds(10));
        await _hotel.LockAsync("1101");
        // A word that comes late; at the PBX the desk's came second, as here.
        await _hotel.Pbx.ReportAsync("SwitchboardDnd", ("Room", "1101"), ("State", "off"), ("At", before));
        Assert.True(_hotel.LockOf("1101").IsOpen);
        Assert.StartsWith("on:", AtPbx, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_until_a_time_that_the_guest_dials_again_has_no_end_any_more()
    {
        await _hotel.LockAsync("1101", "23:00");
        await _hotel.PassAsync(TimeSpan.FromMinutes(1));
        await DialAsync("on");
        Assert.Null(_hotel.LockOf("1101").Until);
        Assert.EndsWith(":desk:", AtPbx, StringComparison.Ordinal);
        await _hotel.AtAsync("23:00:01");
        Assert.True(_hotel.LockOf("1101").IsOpen);
    }

    [Fact]
    public async Task What_the_guest_dialled_while_nobody_listened_is_taken_over_when_the_link_is_back()
    {
        await _hotel.LockAsync("1101");
        await _hotel.Pbx.LeaveAsync();
        await _hotel.PassAsync(TimeSpan.FromMinutes(3));
        var pressed = _hotel.Clock.Now;
        _hotel.Pbx.AstDb["switchboard_dnd/1101"] = $"off:{_hotel.Pbx.Now}:guest:";
        await _hotel.PassAsync(TimeSpan.FromMinutes(3));
        await _hotel.Pbx.ReturnAsync();
        Assert.Equal((pressed, "*78/*79 while nobody listened"), (_hotel.LockOf("1101").ReleasedAt, _hotel.LockOf("1101").ReleasedBy));
        Assert.Null(AtPbx);
    }

    [Fact]
    public async Task What_the_desk_said_after_the_guest_dialled_stays_when_the_link_is_back()
    {
        await _hotel.Pbx.LeaveAsync();
        _hotel.Pbx.AstDb["switchboard_dnd/1101"] = $"off:{_hotel.Pbx.Now}:guest:";
        await _hotel.PassAsync(TimeSpan.FromMinutes(3));
        await _hotel.LockPendingAsync("1101");
        await _hotel.Pbx.ReturnAsync();
        Assert.True(_hotel.LockOf("1101").IsOpen);
        Assert.StartsWith("on:", AtPbx, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_PostgreSQL_a_lock_of_somebody_elses_in_AstDB_is_left_alone()
    {
        await _hotel.LockAsync("1102");
        _hotel.Pbx.AstDb["switchboard_dnd/1101"] = "on:1764000000000:desk:";
        await _hotel.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal("on:1764000000000:desk:", AtPbx);
        Assert.DoesNotContain(_hotel.All<RoomLock>(), l => l.Room == "1101");
    }

    [Fact]
    public async Task A_PBX_that_has_lost_its_AstDB_gets_all_locks_again()
    {
        await _hotel.LockAsync("1101");
        await _hotel.LockAsync("1102");
        await _hotel.Pbx.LeaveAsync();
        _hotel.Pbx.AstDb.Clear();
        await _hotel.Pbx.ReturnAsync();
        Assert.Equal([_hotel.LockOf("1101").AstDbValue, _hotel.LockOf("1102").AstDbValue],
            new[] { "1101", "1102" }.Select(r => _hotel.Pbx.AstDb.GetValueOrDefault($"switchboard_dnd/{r}")));
    }

    [Fact]
    public async Task A_PBX_whose_clock_is_an_hour_behind_does_not_make_what_the_guest_dials_an_older_word()
    {
        _hotel.Pbx.ClockAhead = TimeSpan.FromHours(-1);
        await _hotel.PassAsync(TimeSpan.FromMinutes(10));
        var pressed = _hotel.Clock.Now;
        await DialAsync("on");
        Assert.Equal(pressed, _hotel.LockOf("1101").SetAt);
        await _hotel.LockAsync("1102");
        await _hotel.PassAsync(TimeSpan.FromMinutes(1));
        await _hotel.Pbx.ReportAsync("SwitchboardDnd", ("Room", "1102"), ("State", "off"), ("At", _hotel.Pbx.Now));
        Assert.Equal("guest", _hotel.LockOf("1102").ReleasedHow);
    }

    [Fact]
    public async Task A_call_that_met_a_lock_is_a_row_of_that_lock_and_told_twice_it_is_one()
    {
        await _hotel.LockAsync("1101");
        for (var told = 0; told < 2; told++)
            await _hotel.Pbx.ReportAsync("SwitchboardLocked", ("Room", "1101"), ("Choice", "1"), ("At", _hotel.Pbx.Now),
                ("Call", "linked-1"));
        var met = Assert.Single(_hotel.All<LockedCall>());
        Assert.Equal((_hotel.LockOf("1101").Id, "message", "linked-1"), (met.RoomLockId, met.Outcome, met.LinkedId));
    }

    private Task DialAsync(string state)
    {
        // As the dialplan does it: first the entry, then the word.
        var at = _hotel.Pbx.Now;
        _hotel.Pbx.AstDb["switchboard_dnd/1101"] = $"{state}:{at}:guest:";
        return _hotel.Pbx.ReportAsync("SwitchboardDnd", ("Room", "1101"), ("State", state), ("At", at));
    }
}
