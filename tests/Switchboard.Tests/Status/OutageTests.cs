using NodaTime;
using Switchboard.Features.Status;
using Switchboard.Tests.Clocks;

namespace Switchboard.Tests.Status;

/// <summary>A fault is told once when it begins, once a minute while it lasts, and once when it is over.</summary>
public class OutageTests
{
    private readonly SettableClock _time = new(new DateTimeOffset(2026, 11, 24, 5, 30, 0, TimeSpan.Zero));
    private readonly Outage _outage;

    public OutageTests() => _outage = new(_time);

    private Instant Now => Instant.FromDateTimeOffset(_time.GetUtcNow());

    private Fault Away(string reason = "refused", int graceSeconds = 0, Instant? since = null) =>
        new("PBX main cannot be reached", since ?? Now, reason, "nobody rings", "start it", Duration.FromSeconds(graceSeconds));

    [Fact]
    public void The_first_look_tells_the_next_minute_is_silent_and_then_it_is_told_again_with_todays_reason()
    {
        var began = Now;
        Assert.False(_outage.Look(Now, Away())!.IsOver);
        for (var i = 0; i < 59; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Null(_outage.Look(Now, Away("still refused")));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        var again = _outage.Look(Now, Away("no route"))!;
        Assert.Equal(("no route", began, Duration.FromMinutes(1)), (again.Fault.Reason, again.Fault.Since, again.Lasted));
    }

    [Fact]
    public void Its_end_is_told_once_with_how_long_it_lasted_and_the_next_one_is_a_new_one()
    {
        _outage.Look(Now, Away());
        Assert.NotNull(_outage.Known);
        _time.Advance(TimeSpan.FromSeconds(90));
        var over = _outage.Look(Now, null)!;
        Assert.Equal((true, Duration.FromSeconds(90)), (over.IsOver, over.Lasted));
        Assert.Null(_outage.Known);
        Assert.Null(_outage.Look(Now, null));
        Assert.Equal(Duration.Zero, _outage.Look(Now, Away())!.Lasted);
    }

    [Fact]
    public void What_is_over_within_its_grace_is_never_told()
    {
        Assert.Null(_outage.Look(Now, Away(graceSeconds: 3)));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(_outage.Look(Now, Away(graceSeconds: 3)));
        Assert.Null(_outage.Look(Now, null));
        _outage.Look(Now, Away(graceSeconds: 3));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(Duration.FromSeconds(3), _outage.Look(Now, Away(graceSeconds: 3))!.Lasted);
    }

    [Fact]
    public void A_clock_that_is_set_meanwhile_changes_neither_the_pace_nor_the_duration()
    {
        _outage.Look(Now, Away());
        _time.Set(TimeSpan.FromHours(-3));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(Duration.FromSeconds(60), _outage.Look(Now, Away())!.Lasted);
    }

    [Fact]
    public void One_that_began_before_the_first_look_has_lasted_since_then() =>
        Assert.Equal(Duration.FromSeconds(20), _outage.Look(Now, Away(since: Now - Duration.FromSeconds(20)))!.Lasted);
}
