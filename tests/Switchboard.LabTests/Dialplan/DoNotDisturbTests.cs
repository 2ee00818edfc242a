using Switchboard.Asterisk.Ami;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>A room that takes no calls: set at its phone, heard by callers, passed by those who may.</summary>
public class DoNotDisturbTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Fact]
    public async Task A_rooms_phone_locks_and_releases_its_own_room_and_the_lamp_follows()
    {
        await lab.RoomAsync("2101", langs: "en");
        await lab.RoomAsync("2102", langs: "en");
        Assert.Equal("bye", await lab.Phones.CallAsync("2101", "*78", "--for", "8000"));
        Assert.Matches(@"^on:\d{13}:guest:$", await lab.ReadAsync("switchboard_dnd", "2101"));
        Assert.Equal(["dnd-on en"], lab.Heard("2101"));
        var told = await lab.EventAsync("SwitchboardDnd", ("Room", "2101"), ("State", "on"), ("How", "guest"), ("Phone", "PJSIP/2101"));
        Assert.Equal((await lab.ReadAsync("switchboard_dnd", "2101"))!.Split(':')[1], told["At"]);
        await lab.EventAsync("DeviceStateChange", ("Device", "Custom:DND2101"), ("State", "INUSE"));
        Assert.Equal("1", (await lab.Ami.SendAsync(new AmiAction("ExtensionState").With("Exten", "dnd2101").With("Context", "switchboard-operator")))["Status"]);

        await lab.Phones.CallAsync("2102", "2101", "--for", "1500");
        Assert.Equal(0, lab.Phones.Calls("2101"));
        Assert.Equal("bye", await lab.Phones.CallAsync("2101", "*79", "--for", "8000"));
        Assert.Matches(@"^off:\d{13}:guest:$", await lab.ReadAsync("switchboard_dnd", "2101"));
        Assert.Equal(["dnd-on en", "dnd-off en"], lab.Heard("2101"));
        await lab.EventAsync("SwitchboardDnd", ("Room", "2101"), ("State", "off"));
        await lab.EventAsync("DeviceStateChange", ("Device", "Custom:DND2101"), ("State", "NOT_INUSE"));
        Assert.Equal("0", (await lab.Ami.SendAsync(new AmiAction("ExtensionState").With("Exten", "dnd2101").With("Context", "switchboard-operator")))["Status"]);
        await lab.Phones.CallAsync("2102", "2101", "--for", "300");
        Assert.Equal(1, lab.Phones.Calls("2101"));
    }

    [Fact]
    public async Task A_lamp_on_an_operators_phone_is_lit_while_the_room_is_locked()
    {
        await lab.RoomAsync("2121");
        await using var lamp = await lab.Phones.BeginWatchAsync(DialplanLab.Operator, "dnd2121");
        Assert.True(await Eventually.TrueAsync(() => lab.Phones.Lamp(DialplanLab.Operator).Length == 1, TimeSpan.FromSeconds(10)));
        foreach (var code in (string[])["*78", "*79"]) await lab.Phones.CallAsync("2121", code, "--for", "8000");
        Assert.True(await Eventually.TrueAsync(() => lab.Phones.Lamp(DialplanLab.Operator).Length == 3, TimeSpan.FromSeconds(10)));
        Assert.Equal(["terminated", "confirmed", "terminated"], lab.Phones.Lamp(DialplanLab.Operator));
    }

    [Fact]
    public async Task A_vacant_room_and_a_phone_of_no_room_lock_nothing_and_are_told()
    {
        await lab.RoomAsync("2103", occupied: false);
        foreach (var phone in (string[])["2103", "2104"])
        {
            Assert.Equal("bye", await lab.Phones.CallAsync(phone, "*78", "--for", "8000"));
            Assert.Equal(["refused zh", "refused en"], lab.Heard(phone));
            Assert.Null(await lab.ReadAsync("switchboard_dnd", phone));
        }

        Assert.Equal("bye", await lab.Phones.CallAsync("2104", "*79", "--for", "8000"));
        Assert.Null(await lab.ReadAsync("switchboard_dnd", "2104"));
        Assert.Empty(lab.Events("SwitchboardDnd", ("Room", "2103")));
    }

    [Fact]
    public async Task A_caller_from_another_room_hears_it_in_his_rooms_languages_and_leaves_a_message_by_1()
    {
        await lab.RoomAsync("2105", langs: "en-zh");
        await lab.RoomAsync("2106", langs: "en");
        await lab.LockAsync("2105");
        await lab.Phones.CallAsync("2106", "2105", "--keys", "w1500,1", "--for", "1200");
        Assert.Equal(["locked en", "locked-menu en", "message-begin en", "tone en"], lab.Heard("2106"));
        Assert.Equal(0, lab.Phones.Calls("2105"));
        var told = await lab.EventAsync("SwitchboardLocked", ("Room", "2105"));
        Assert.Equal("1", told["Choice"]);
        Assert.Equal(told["Linkedid"], told["Call"]);
        Assert.Single(lab.Events("SwitchboardLocked", ("Room", "2105")));
        await lab.CelAsync("SWITCHBOARD_LOCKED", "2105:1:");
    }

    [Fact]
    public async Task Key_0_rings_the_operators()
    {
        await lab.RoomAsync("2107");
        await lab.RoomAsync("2108");
        await lab.LockAsync("2107");
        var before = lab.Phones.Calls(DialplanLab.Operator);
        await lab.Phones.CallAsync("2108", "2107", "--keys", "w2600,0", "--for", "1500");
        Assert.Equal(["locked zh", "locked-menu zh", "locked en", "locked-menu en", "one-moment zh", "one-moment en"], lab.Heard("2108"));
        Assert.Equal(before + 1, lab.Phones.Calls(DialplanLab.Operator));
        await lab.EventAsync("SwitchboardLocked", ("Room", "2107"), ("Choice", "0"));
        await lab.EventAsync("SwitchboardReturned", ("Dest", "2107"), ("Kind", "room"), ("Why", "locked"));
    }

    [Fact]
    public async Task Who_presses_nothing_hears_it_twice_and_gets_the_operator_and_key_9_is_nothing_to_a_guest()
    {
        await lab.RoomAsync("2109");
        await lab.RoomAsync("2110", langs: "en");
        await lab.LockAsync("2109");
        var before = lab.Phones.Calls(DialplanLab.Operator);
        await lab.Phones.CallAsync("2110", "2109", "--keys", "w1500,9", "--for", "9000");
        Assert.Equal(["locked en", "locked-menu en", "locked en", "locked-menu en", "one-moment en"], lab.Heard("2110"));
        Assert.Equal(before + 1, lab.Phones.Calls(DialplanLab.Operator));
        await lab.EventAsync("SwitchboardLocked", ("Room", "2109"), ("Choice", "none"));
        Assert.Equal(0, lab.Phones.Calls("2109"));
    }

    [Fact]
    public async Task A_caller_who_hangs_up_is_noticed()
    {
        await lab.RoomAsync("2111");
        await lab.RoomAsync("2112");
        await lab.LockAsync("2111");
        await lab.Phones.CallAsync("2112", "2111", "--for", "1500");
        await lab.EventAsync("SwitchboardLocked", ("Room", "2111"), ("Choice", "hangup"));
        await lab.CelAsync("SWITCHBOARD_LOCKED", "2111:hangup:");
    }

    [Fact]
    public async Task A_lock_ends_at_its_time_by_itself()
    {
        await lab.RoomAsync("2113");
        await lab.RoomAsync("2114");
        var now = TimeProvider.System.GetUtcNow();
        await lab.LockAsync("2113", now.AddMinutes(5).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
        await lab.Phones.CallAsync("2114", "2113", "--for", "800");
        Assert.Equal(0, lab.Phones.Calls("2113"));
        await lab.LockAsync("2113", now.AddSeconds(-1).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
        await lab.Phones.CallAsync("2114", "2113", "--for", "800");
        Assert.Equal(1, lab.Phones.Calls("2113"));
    }

    [Fact]
    public async Task A_language_without_recordings_is_not_silence()
    {
        await lab.RoomAsync("2115");
        await lab.RoomAsync("2116", langs: "ja");
        await lab.LockAsync("2115");
        await lab.Phones.CallAsync("2116", "2115", "--keys", "w1500,0", "--for", "1200");
        // Asterisk takes the English recording and tells the language it was asked for.
        Assert.Equal(["locked ja", "locked-menu ja", "one-moment ja"], lab.Heard("2116"));
    }

    [Fact]
    public async Task A_wake_up_rings_through_a_lock_and_says_so_and_one_without_a_lock_does_not()
    {
        await lab.RoomAsync("2117");
        await lab.RoomAsync("2118");
        await lab.LockAsync("2117");
        foreach (var room in (string[])["2117", "2118"])
        {
            await (await lab.Ami.OriginateAsync(new AmiAction("Originate").With("Channel", "Local/ring@switchboard-wakeup-dial/n").With("ChannelId", $"wake-{room}").With("Context", "switchboard-wakeup-greet")
                .With("Exten", "s").With("Priority", "1").With("Timeout", "20000").WithVariable("SB_CALL", $"wake-{room}").WithVariable("SB_ROOM", room).WithVariable("SB_DIAL", $"PJSIP/{room}")
                .WithVariable("SB_RING", "10").WithVariable("SB_LANGS", "en").WithVariable("SB_GREETINGS", "1").WithVariable("SB_PAUSE", "1").WithVariable("SB_SNOOZE", "0"))).Outcome;
            await lab.EventAsync("SwitchboardEnded", ("Call", $"wake-{room}"));
        }

        Assert.Equal((1, 1), (lab.Phones.Calls("2117"), lab.Phones.Calls("2118")));
        await lab.EventAsync("SwitchboardThrough", ("Room", "2117"), ("Kind", "wake-up"), ("By", ""), ("Call", "wake-2117"));
        await lab.CelAsync("SWITCHBOARD_THROUGH", "2117:wake-up::");
        Assert.Empty(lab.Events("SwitchboardThrough", ("Room", "2118")));
    }

    [Fact]
    public async Task An_emergency_rings_through_a_lock_past_forwarding_and_says_so()
    {
        await lab.RoomAsync("2119");
        await lab.LockAsync("2119");
        await lab.PutAsync("switchboard_forward", "2119", "on:1764137000123:guest:0003");
        var call = await lab.Ami.OriginateAsync(new AmiAction("Originate").With("Channel", "Local/2119@switchboard-call-room/n").With("Application", "Wait").With("Data", "1").With("Timeout", "10000").WithVariable("SB_THROUGH", "emergency"));
        Assert.Equal(AmiOriginateKind.Answered, (await call.Outcome).Kind);
        Assert.Equal(1, lab.Phones.Calls("2119"));
        await lab.EventAsync("SwitchboardThrough", ("Room", "2119"), ("Kind", "emergency"));
    }

    [Fact]
    public async Task All_phones_of_a_room_ring_and_forwarding_set_on_a_phone_is_ignored()
    {
        await lab.RoomAsync("2122");
        await lab.RoomAsync("9101");
        await lab.PutAsync("switchboard_room", "8101", "1:2:zh:PJSIP/8101&PJSIP/8101b");
        Assert.Equal("hung-up", await lab.Phones.CallAsync("2122", "8101", "--for", "300"));
        Assert.Equal((1, 1), (lab.Phones.Calls("8101"), lab.Phones.Calls("8101b")));
        // (A room whose number begins with the 9 is a room all the same.)
        await lab.Phones.CallAsync("2122", "9101", "--for", "800");
        Assert.Equal((1, 0), (lab.Phones.Calls("9101"), lab.Phones.Calls("1101")));
        Assert.Empty(lab.Outside.Facts());
    }
}
