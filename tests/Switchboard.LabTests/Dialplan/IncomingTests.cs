using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>Calls from outside: to the operators, and to rooms only through them.</summary>
public class IncomingTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Theory]
    [InlineData("2101")]
    [InlineData("9110")]
    [InlineData("925551234")]
    [InlineData("*78")]
    [InlineData("+862155501234")]
    public async Task Whatever_is_dialled_from_outside_rings_the_operators_and_nothing_else(string dialled)
    {
        await lab.RoomAsync("2101");
        var before = lab.Phones.Calls(DialplanLab.Operator);
        Assert.Equal("hung-up", await lab.Phones.CallAsync("13900001111", dialled, "--outside", "--for", "1500"));
        Assert.Equal(before + 1, lab.Phones.Calls(DialplanLab.Operator));
        Assert.Equal(0, lab.Phones.Calls("2101"));
        Assert.Empty(lab.Outside.Facts());
    }
}

/// <summary>An operator who puts the caller through blindly (REFER), each time to somebody else.</summary>
public class PutThroughTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Fact]
    public async Task A_caller_from_outside_who_is_put_through_hears_a_lock_in_the_hotels_languages_and_reaches_the_operator_by_0()
    {
        await lab.RoomAsync("2101", langs: "ja");
        await lab.LockAsync("2101");
        var heard = lab.Heard("trunk").Length;
        await PutThroughAsync("2101", "--keys", "w4500,0", "--for", "2000");
        Assert.Equal(["locked zh", "locked-menu zh", "locked en", "locked-menu en", "one-moment zh", "one-moment en"], lab.Heard("trunk")[heard..(heard + 6)]);
        Assert.Equal(0, lab.Phones.Calls("2101"));
        Assert.Equal(2, lab.Phones.Calls(DialplanLab.PuttingThrough));
        await lab.EventAsync("SwitchboardLocked", ("Room", "2101"), ("Choice", "0"));
    }

    [Fact]
    public async Task He_reaches_an_unlocked_room_and_nothing_outside()
    {
        await lab.RoomAsync("2102");
        await PutThroughAsync("2102", "--for", "2500", "--trace");
        Assert.Equal(1, lab.Phones.Calls("2102"));
        await lab.EventAsync("SwitchboardTransferred", ("To", "2102"), ("Kind", "room"), ("By", $"PJSIP/{DialplanLab.PuttingThrough}"));
        // He is connected, and told nothing of where to.
        var told = await File.ReadAllTextAsync(Path.Combine(lab.Pbx.Folder, "call-13900002222.sip"));
        Assert.Contains("200 OK", told, StringComparison.Ordinal);
        Assert.DoesNotContain("2102", told, StringComparison.Ordinal);
        await PutThroughAsync("900441234567", "--for", "3000");
        Assert.Contains("transfer-unknown zh", lab.Heard("trunk"));
        Assert.Empty(lab.Outside.Facts());
    }

    [Fact]
    public async Task A_room_that_is_busy_is_said_in_both_languages_and_gives_him_the_operator_back_by_0()
    {
        await lab.RoomAsync("6103");
        var heard = lab.Heard("trunk").Length;
        await PutThroughAsync("6103", "--keys", "w4500,0", "--for", "600");
        Assert.Equal(["busy zh", "locked-menu zh", "busy en", "locked-menu en", "one-moment zh", "one-moment en"], lab.Heard("trunk")[heard..(heard + 6)]);
        Assert.Equal(2, lab.Phones.Calls(DialplanLab.PuttingThrough));
        await lab.EventAsync("SwitchboardReturned", ("Dest", "6103"), ("Kind", "room"), ("Why", "busy"), ("By", $"PJSIP/{DialplanLab.PuttingThrough}"));
    }

    [Fact]
    public async Task He_leaves_a_message_for_the_room_with_his_number()
    {
        await lab.RoomAsync("6104");
        await PutThroughAsync("6104", "--keys", "w4500,1,w1000,speak,w3300,#,w1000,1", "--speak", "3", "--for", "4000");
        var told = await lab.EventAsync("SwitchboardMessage", ("Dest", "6104"));
        Assert.Equal(("done", "room", "13900002222"), (told["State"], told["Kind"], told["Caller"]));
        await lab.Phones.WaitForLampAsync("6104", "yes 1/0", seconds: 1);
    }

    // The phones begin their log anew: afterwards they have done what this call made them do.
    private async Task PutThroughAsync(string to, params string[] how)
    {
        await lab.HotelAsync("operator", $"PJSIP/{DialplanLab.PuttingThrough}");
        await lab.Phones.DisposeAsync();
        await lab.Phones.StartAsync(register: false, third: to);
        await lab.Phones.CallAsync("13900002222", "1", ["--outside", .. how]);
    }
}
