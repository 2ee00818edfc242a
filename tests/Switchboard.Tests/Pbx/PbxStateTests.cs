using Microsoft.Extensions.Time.Testing;
using NodaTime;
using Switchboard.Pbx;

namespace Switchboard.Tests.Pbx;

/// <summary>What is still to be written to AstDB, while it is written, read and changed at once.</summary>
public class PbxStateTests
{
    private readonly PbxState _state = new();

    private static StateEntry Dnd(string room, string? value) => new("switchboard_dnd", room, value);

    [Fact]
    public void What_was_set_waits_until_it_is_written_and_a_later_value_waits_on()
    {
        _state.Set("switchboard_dnd", "1203", "on:1:desk:");
        var due = _state.Due(10);
        _state.Set("switchboard_dnd", "1203", null);
        Assert.Empty(_state.Written(due));
        Assert.True(_state.IsPending("switchboard_dnd", "1203"));
        Assert.Equal([Dnd("1203", null)], _state.Written(_state.Due(10)));
        Assert.False(_state.IsPending("switchboard_dnd", "1203"));
    }

    [Fact]
    public void Of_two_changes_that_come_in_another_order_than_they_were_made_in_the_newer_one_stays()
    {
        var now = Instant.FromUnixTimeSeconds(1764137000);
        _state.Set("switchboard_dnd", "1203", null, now + Duration.FromSeconds(1));
        _state.Set("switchboard_dnd", "1203", "on:1:desk:", now);
        Assert.Equal([Dnd("1203", null)], _state.Due(10));
    }

    [Fact]
    public void A_reading_corrects_what_nobody_changed_meanwhile()
    {
        _state.BeginReading();
        _state.Set("switchboard_dnd", "1203", "on:2:desk:");
        var hold = _state.EndReading([Dnd("1203", null), Dnd("1204", "on:1:desk:")], [Dnd("1205", "on:1:desk:")]);
        Assert.Equal([Dnd("1205", "on:1:desk:")], hold);
        Assert.Equal([Dnd("1203", "on:2:desk:"), Dnd("1204", "on:1:desk:")], _state.Due(10).OrderBy(d => d.Key));
    }

    [Fact]
    public void What_waited_while_the_link_was_away_and_is_right_already_waits_no_longer()
    {
        _state.Set("switchboard_dnd", "1203", "on:1:desk:");
        _state.BeginReading();
        Assert.Equal([Dnd("1203", "on:1:desk:")], _state.EndReading([], [Dnd("1203", "on:1:desk:")]));
        Assert.Equal(0, _state.Pending);
    }

    [Fact]
    public async Task Whoever_waits_for_the_PBX_is_told_when_it_holds_it_and_when_it_took_too_long()
    {
        var time = new FakeTimeProvider();
        Assert.True(await _state.IsHeldWithinAsync("switchboard_dnd", "1203", TimeSpan.FromSeconds(1), time, CancellationToken.None));
        _state.Set("switchboard_dnd", "1203", "on:1:desk:");
        var waits = _state.IsHeldWithinAsync("switchboard_dnd", "1203", TimeSpan.FromSeconds(1), time, CancellationToken.None);
        Assert.False(waits.IsCompleted);
        _state.Written(_state.Due(10));
        Assert.True(await waits);
        _state.Set("switchboard_dnd", "1203", null);
        waits = _state.IsHeldWithinAsync("switchboard_dnd", "1203", TimeSpan.FromSeconds(1), time, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await waits);
    }

    [Fact]
    public void Entries_travel_many_in_a_header_none_longer_than_the_PBX_reads()
    {
        var entries = Enumerable.Range(1000, 2000).Select(r => new StateEntry("switchboard_room", $"{r}", $"1:2:zh-en:PJSIP/{r}")).Append(Dnd("1203", null)).ToList();
        var lists = PbxStateWriter.Lists(entries);
        Assert.All(lists, l => Assert.True(l.Length + "Variable: __SB_OPS24=".Length <= 1022, $"{l.Length}"));
        var read = lists.SelectMany(l => l.Split('~')).ToList();
        Assert.Equal(entries.Select(e => $"{e.Family}/{e.Key}={e.Value}"), read);
        Assert.True(lists.Count < 120, $"{lists.Count} headers");
    }
}
