using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>A guest who is in another room takes his calls there: within the house only.</summary>
public class ForwardingTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Fact]
    public async Task A_rooms_phone_forwards_its_calls_to_another_room_and_takes_them_back()
    {
        foreach (var room in (string[])["2101", "2102", "2103"]) await lab.RoomAsync(room, langs: "en");
        Assert.Equal("bye", await lab.Phones.CallAsync("2101", "*722102", "--for", "8000"));
        Assert.Matches(@"^on:\d{13}:guest:2102$", await lab.ReadAsync("switchboard_forward", "2101"));
        await lab.EventAsync("SwitchboardForward", ("Room", "2101"), ("State", "on"), ("How", "guest"), ("To", "2102"));
        await lab.Phones.CallAsync("2103", "2101", "--for", "300");
        Assert.Equal((0, 1), (lab.Phones.Calls("2101"), lab.Phones.Calls("2102")));

        Assert.Equal("bye", await lab.Phones.CallAsync("2101", "*73", "--for", "8000"));
        Assert.Matches(@"^off:\d{13}:guest:$", await lab.ReadAsync("switchboard_forward", "2101"));
        await lab.EventAsync("SwitchboardForward", ("Room", "2101"), ("State", "off"));
        await lab.Phones.CallAsync("2103", "2101", "--for", "300");
        Assert.Equal((1, 1), (lab.Phones.Calls("2101"), lab.Phones.Calls("2102")));
        Assert.Equal(["forward-on en", "forward-off en"], lab.Heard("2101"));
    }

    [Theory]
    [InlineData("*722104", "itself")]
    [InlineData("*7225551234", "nobody")]
    [InlineData("*72925551234", "outside")]
    [InlineData("*72110", "an emergency number")]
    [InlineData("*729110", "an emergency number")]
    [InlineData("*72", "nothing")]
    [InlineData("*722105%26PJSIP%2F2106", "two at once")]
    [InlineData("*722105%2Cx", "an argument")]
    public async Task Forwarding_is_refused(string code, string to)
    {
        await lab.RoomAsync("2104");
        await lab.RoomAsync("2105");
        Assert.Equal("bye", await lab.Phones.CallAsync("2104", code, "--for", "8000"));
        Assert.True(await lab.ReadAsync("switchboard_forward", "2104") is null, to);
        Assert.Equal("refused en", lab.Heard("2104")[^1]);
    }

    [Fact]
    public async Task Two_rooms_that_forward_to_each_other_make_no_loop()
    {
        foreach (var room in (string[])["2107", "2108", "2109"]) await lab.RoomAsync(room);
        await lab.Phones.CallAsync("2107", "*722108", "--for", "8000");
        await lab.Phones.CallAsync("2108", "*722107", "--for", "8000");
        await lab.Phones.CallAsync("2109", "2107", "--for", "300");
        Assert.Equal((0, 1), (lab.Phones.Calls("2107"), lab.Phones.Calls("2108")));
        // The one forwarded to calls the room itself: his own phone does not ring.
        await lab.Phones.CallAsync("2108", "2107", "--for", "300");
        Assert.Equal((1, 1), (lab.Phones.Calls("2107"), lab.Phones.Calls("2108")));
    }

    [Fact]
    public async Task Forwarding_leads_to_the_house_and_a_locked_room_at_its_end_is_locked()
    {
        foreach (var room in (string[])["2110", "2111", "2112"]) await lab.RoomAsync(room);
        await lab.Phones.CallAsync("2110", "*72" + DialplanLab.Desk, "--for", "8000");
        await lab.Phones.CallAsync("2112", "2110", "--for", "300");
        Assert.Equal(1, lab.Phones.Calls(DialplanLab.Desk));

        await lab.Phones.CallAsync("2110", "*722111", "--for", "8000");
        await lab.LockAsync("2111");
        await lab.Phones.CallAsync("2112", "2110", "--for", "1500");
        Assert.Equal((0, 0), (lab.Phones.Calls("2110"), lab.Phones.Calls("2111")));
        await lab.EventAsync("SwitchboardLocked", ("Room", "2111"), ("Choice", "hangup"));
    }

    [Fact]
    public async Task A_forwarding_that_the_database_should_never_have_held_leads_nowhere_but_to_the_room()
    {
        foreach (var room in (string[])["2113", "2114"]) await lab.RoomAsync(room);
        var calls = 0;
        foreach (var to in (string[])["925551234", "25551234", "2113", "", "2114&PJSIP/2115@trunk"])
        {
            await lab.PutAsync("switchboard_forward", "2113", $"on:1764137000123:desk:{to}");
            await lab.Phones.CallAsync("2114", "2113", "--for", "300");
            Assert.Equal(++calls, lab.Phones.Calls("2113"));
        }

        Assert.Empty(lab.Outside.Facts());
    }
}
