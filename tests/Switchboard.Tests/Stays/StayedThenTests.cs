using NodaTime;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;

namespace Switchboard.Tests.Stays;

/// <summary>Whose something was that happened in a room some time ago, by the stays' history.</summary>
public class StayedThenTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 11, 26, 4, 0);
    private readonly List<Stay> _stays = [];
    private readonly List<StayEvent> _events = [];

    [Fact]
    public void It_is_of_the_guest_who_is_there_still_and_of_nobody_who_came_later()
    {
        var wang = CheckIn("1203", 0);
        CheckIn("1203", 20);
        AssertThen("1203", 10, [wang], "1203", left: false);
        AssertThen("1203", 30, [wang, _stays[1]], "1203", left: false);
    }

    [Fact]
    public void It_goes_where_its_guest_is_now()
    {
        var wang = CheckIn("1203", 0);
        Move(wang, "1204", 20);
        Move(wang, "1205", 30);
        CheckIn("1203", 40);
        AssertThen("1203", 10, [wang], "1205", left: false);
        AssertThen("1203", 20, [], "1203", left: true);
    }

    [Fact]
    public void It_is_not_of_who_was_in_another_room_then_and_has_moved_in_since()
    {
        var (ma, chen) = (CheckIn("1203", 0), CheckIn("1204", 0));
        CheckOut(ma, 20);
        Move(chen, "1203", 30);
        AssertThen("1203", 10, [ma], "1203", left: true);
        AssertThen("1203", 25, [], "1203", left: true);
    }

    [Fact]
    public void Of_several_it_stays_with_those_who_are_there_and_else_goes_with_the_last_who_left()
    {
        var (wang, li) = (CheckIn("1203", 0), CheckIn("1203", 0));
        Move(wang, "1204", 20);
        AssertThen("1203", 10, [wang, li], "1203", left: false);
        Move(li, "1205", 30);
        AssertThen("1203", 10, [li], "1205", left: false);
        CheckOut(li, 40);
        AssertThen("1203", 10, [wang, li], "1203", left: true);
    }

    [Fact]
    public void Who_came_back_to_the_room_has_it_there()
    {
        var wang = CheckIn("1203", 0);
        Move(wang, "1204", 20);
        Move(wang, "1203", 30);
        AssertThen("1203", 10, [wang], "1203", left: false);
    }

    [Fact]
    public void In_a_room_where_nobody_was_it_is_nobodys_of_those_who_came_since()
    {
        AssertThen("1203", 10, [], "1203", left: false);
        Assert.True(StayedThen.Of("1203", Start, [], [], isComplete: true).Left);
        CheckIn("1203", 20);
        AssertThen("1203", 10, [], "1203", left: true);
    }

    [Fact]
    public void By_what_is_known_without_the_database_a_guest_who_has_left_still_has_left()
    {
        // Only open stays and the steps of the last days are there.
        var (gone, moved, old) = (CheckIn("1203", 0), CheckIn("1204", 0), CheckIn("1205", 0));
        CheckOut(gone, 20);
        Move(moved, "1203", 30);
        _events.RemoveAll(e => e.Step == StayStep.CheckedIn);
        _stays.Remove(gone);
        AssertThen("1203", 10, [], "1203", left: true);
        AssertThen("1204", 10, [moved], "1203", left: false);
        AssertThen("1205", 10, [old], "1205", left: false);
    }

    private void AssertThen(string room, int at, Stay[] stays, string now, bool left)
    {
        var then = StayedThen.Of(room, Start + Duration.FromMinutes(at), _events, _stays, isComplete: false);
        Assert.Equal((now, left), (then.Room, then.Left));
        Assert.Equal(stays.Select(s => s.Id).Order(), then.Stays.Select(s => s.Id).Order());
    }

    private Stay CheckIn(string room, int at)
    {
        var stay = Stay.CheckIn(new("G", null, null, false, null), new Room(new RoomLine(room, null, null, "main", [$"PJSIP/{room}"], false), Start), "desk", Start + Duration.FromMinutes(at));
        _stays.Add(stay);
        _events.Add(new(stay.Id, stay.CheckedInAt, StayStep.CheckedIn, room, null, "desk", null));
        return stay;
    }

    private void Move(Stay stay, string to, int at)
    {
        _events.Add(new(stay.Id, Start + Duration.FromMinutes(at), StayStep.Moved, stay.Room, to, "desk", null));
        stay.MoveTo(to);
    }

    private void CheckOut(Stay stay, int at)
    {
        stay.CheckOut("desk", Start + Duration.FromMinutes(at));
        _events.Add(new(stay.Id, Start + Duration.FromMinutes(at), StayStep.CheckedOut, stay.Room, null, "desk", null));
    }
}
