using System.Globalization;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>Messages that callers leave: recorded, repeated back, kept, and told to the room's lamp, with nobody but the PBX at work.</summary>
public class MessageTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Fact]
    public async Task A_message_is_recorded_repeated_back_and_kept_and_the_rooms_lamp_is_lit_within_a_second()
    {
        await lab.RoomAsync("2101", langs: "en");
        await lab.RoomAsync("6101");
        await using var call = await lab.Phones.BeginCallAsync("2101", "6101", "--keys", "w1500,1,w700,speak,w3300,#,w4200,1", "--speak", "3", "--for", "5000");
        await lab.EventAsync("SwitchboardUnanswered", ("Dest", "6101"), ("Choice", "1"));
        // Before there is anything to keep it is known that something is being recorded.
        Assert.True(await Eventually.TrueAsync(async () => (await lab.Pbx.CommandAsync("database show switchboard_message")).Contains(":room:6101:0::", StringComparison.Ordinal), TimeSpan.FromSeconds(5)));
        Assert.Equal(0, await call.WaitForExitAsync(TimeSpan.FromSeconds(30)));

        var told = await lab.EventAsync("SwitchboardMessage", ("Dest", "6101"));
        Assert.Equal(("done", "room", "3", ""), (told["State"], told["Kind"], told["Seconds"], told["Caller"]));
        Assert.Equal($"done:{told["At"]}:room:6101:3::{told["Call"]}", await lab.ReadAsync("switchboard_message", told["Id"]!));
        Assert.Equal($"{told["At"]}-{told["Uniqueid"]!.Replace('.', '-')}", told["Id"]);
        Assert.InRange(new FileInfo(Path.Combine(lab.Messages, told["Id"] + ".wav")).Length, 40000, 60000);
        Assert.Equal(["busy en", "locked-menu en", "message-begin en", "tone en", "message-menu en", "message-thanks en"], lab.Heard("2101"));
        await lab.CelAsync("SWITCHBOARD_MESSAGE", $"{told["Id"]}:done:{told["At"]}:room:6101:3::{told["Call"]}");
        await lab.Phones.WaitForLampAsync("6101", "yes 1/0", seconds: 1);
        Assert.Equal("1", await lab.ReadAsync("switchboard_lamp", "6101"));

        // A second one counts on; what was collected puts it out.
        await LeaveAsync("2101", "6101");
        await lab.Phones.WaitForLampAsync("6101", "yes 2/0", seconds: 1);
        await lab.WriteAsync("switchboard_lamp/6101=");
        await lab.Phones.WaitForLampAsync("6101", "no 0/0", seconds: 1);
    }

    [Fact]
    public async Task A_message_for_a_manager_is_the_houses_with_the_number_of_who_called_and_no_lamp()
    {
        await lab.PutAsync("switchboard_person", "6102", "sales:");
        await LeaveAsync("2102", "6102");
        var told = await lab.EventAsync("SwitchboardMessage", ("Dest", "6102"));
        Assert.Equal(("done", "house", "2102"), (told["State"], told["Kind"], told["Caller"]));
        Assert.Null(await lab.ReadAsync("switchboard_lamp", "6102"));
    }

    [Fact]
    public async Task A_locked_rooms_caller_leaves_one_too()
    {
        await lab.RoomAsync("2103", langs: "en");
        await lab.RoomAsync("2104");
        await lab.LockAsync("2104");
        await LeaveAsync("2103", "2104");
        await lab.EventAsync("SwitchboardLocked", ("Room", "2104"), ("Choice", "1"));
        Assert.Equal("done", (await lab.EventAsync("SwitchboardMessage", ("Dest", "2104")))["State"]);
        await lab.Phones.WaitForLampAsync("2104", "yes 1/0", seconds: 1);
        Assert.Equal(0, lab.Phones.Calls(DialplanLab.Desk));
    }

    [Fact]
    public async Task Key_2_records_it_again_in_its_place()
    {
        await lab.RoomAsync("2105", langs: "en");
        await lab.RoomAsync("6105");
        await lab.Phones.CallAsync("2105", "6105", "--keys", "w1500,1,w700,speak,w3300,#,w600,2,w2500,#,w2700,1", "--speak", "6", "--for", "5000");
        var told = await lab.EventAsync("SwitchboardMessage", ("Dest", "6105"), ("State", "done"));
        Assert.Equal("2", told["Seconds"]);
        // The one before is the worker's to remove.
        var before = await lab.EventAsync("SwitchboardMessage", ("Dest", "6105"), ("State", "replaced"));
        Assert.StartsWith($"replaced:{before["At"]}:room:6105:3:", await lab.ReadAsync("switchboard_message", before["Id"]!), StringComparison.Ordinal);
        Assert.NotEqual(before["Id"], told["Id"]);
        Assert.Equal(2, lab.Events("SwitchboardMessage", ("Dest", "6105")).Count());
        Assert.Equal("1", await lab.ReadAsync("switchboard_lamp", "6105"));
        Assert.Equal(2, lab.Heard("2105").Count(p => p == "message-begin en"));
    }

    [Theory]
    [InlineData("6106", "w1500,1", "700", "empty")] // before a word was said
    [InlineData("6107", "w1500,1,w700,speak", "3000", "done")] // in the middle of it
    [InlineData("6108", "w1500,1,w700,speak,w3300,#", "1200", "done")] // while it is repeated back
    [InlineData("6109", "w1500,1,w700,speak,w3300,#", "4700", "done")] // in the menu
    public async Task A_hang_up_at_any_step_loses_nothing_that_was_said(string room, string keys, string until, string state)
    {
        await lab.RoomAsync("2106", langs: "en");
        await lab.RoomAsync(room);
        Assert.Equal("hung-up", await lab.Phones.CallAsync("2106", room, "--keys", keys, "--speak", "4", "--for", until));
        var told = await lab.EventAsync("SwitchboardMessage", ("Dest", room));
        Assert.Equal(state, told["State"]);
        Assert.StartsWith($"{state}:{told["At"]}:room:{room}:{told["Seconds"]}:", await lab.ReadAsync("switchboard_message", told["Id"]!), StringComparison.Ordinal);
        Assert.Equal(state == "done" ? "1" : null, await lab.ReadAsync("switchboard_lamp", room));
        Assert.Single(lab.Events("SwitchboardMessage", ("Dest", room)));
        if (state == "done") Assert.InRange(int.Parse(told["Seconds"]!, CultureInfo.InvariantCulture), 2, 4);
    }

    [Theory]
    [InlineData("6114", "", "800", "done, empty", "1")] // before there is a word of it
    [InlineData("6115", ",w2500,#,w2000,2", "800", "done, empty, replaced", "1")] // the same at the third time
    [InlineData("6116", "", "3800", "done, done", "2")] // in the middle of it: nobody knows which one he wanted
    [InlineData("6117", ",w2500,#", "1000", "done, replaced", "1")] // while the new one is repeated back
    public async Task Who_hangs_up_while_he_says_it_again_has_left_something(string room, string keys, string until, string states, string lamp)
    {
        await lab.RoomAsync("2114", langs: "en");
        await lab.RoomAsync(room);
        Assert.Equal("hung-up", await lab.Phones.CallAsync("2114", room, "--keys", $"w1500,1,w700,speak,w3300,#,w600,2{keys}", "--speak", "12", "--for", until));
        await lab.EventAsync("SwitchboardMessage", ("Dest", room), ("State", "done"));
        Assert.True(await Eventually.TrueAsync(() => Told() == states, TimeSpan.FromSeconds(5)), Told());
        foreach (var told in lab.Events("SwitchboardMessage", ("Dest", room)))
        {
            Assert.StartsWith($"{told["State"]}:{told["At"]}:room:{room}:{told["Seconds"]}:", await lab.ReadAsync("switchboard_message", told["Id"]!), StringComparison.Ordinal);
            if (told["State"] != "empty") Assert.InRange(int.Parse(told["Seconds"]!, CultureInfo.InvariantCulture), 2, 5);
            if (told["State"] == "done") Assert.True(File.Exists(Path.Combine(lab.Messages, told["Id"] + ".wav")));
        }

        Assert.Equal(lamp, await lab.ReadAsync("switchboard_lamp", room));

        string Told() => string.Join(", ", lab.Events("SwitchboardMessage", ("Dest", room)).Select(e => e["State"]).Order());
    }

    [Fact]
    public async Task Who_says_nothing_the_second_time_has_left_what_he_said_before()
    {
        await lab.RoomAsync("2115", langs: "en");
        await lab.RoomAsync("6118");
        await lab.Phones.CallAsync("2115", "6118", "--keys", "w1500,1,w700,speak,w3300,#,w600,2", "--speak", "4+20", "--for", "9000");
        Assert.Equal(["message-begin en", "tone en", "message-thanks en"], lab.Heard("2115")[^3..]);
        Assert.Equal("3", (await lab.EventAsync("SwitchboardMessage", ("Dest", "6118"), ("State", "done")))["Seconds"]);
        Assert.Equal("1", await lab.ReadAsync("switchboard_lamp", "6118"));
    }

    [Fact]
    public async Task Who_says_nothing_is_asked_once_more_and_gets_the_operators()
    {
        await lab.RoomAsync("2107", langs: "en");
        await lab.RoomAsync("6110");
        var operators = lab.Phones.Calls(DialplanLab.Operator);
        await lab.Phones.CallAsync("2107", "6110", "--keys", "w1500,1,w500,speak", "--speak", "0+20", "--for", "12500");
        Assert.Equal(["message-begin en", "tone en", "message-empty en", "message-begin en", "tone en", "message-empty en", "one-moment en"], lab.Heard("2107")[2..]);
        Assert.Equal("empty", (await lab.EventAsync("SwitchboardMessage", ("Dest", "6110")))["State"]);
        await lab.EventAsync("SwitchboardReturned", ("Dest", "6110"), ("Why", "empty"));
        Assert.Equal(operators + 1, lab.Phones.Calls(DialplanLab.Operator));
        Assert.Null(await lab.ReadAsync("switchboard_lamp", "6110"));
    }

    [Fact]
    public async Task Silence_ends_it_and_so_does_its_longest_time()
    {
        await lab.RoomAsync("2108", langs: "en");
        await lab.RoomAsync("6111");
        await lab.RoomAsync("6112");
        await lab.Phones.CallAsync("2108", "6111", "--keys", "w1500,1,w700,speak", "--speak", "3+8", "--for", "20000");
        var told = await lab.EventAsync("SwitchboardMessage", ("Dest", "6111"), ("State", "done"));
        Assert.InRange(int.Parse(told["Seconds"]!, CultureInfo.InvariantCulture), 3, 5);
        await lab.GlobalAsync("SB_MESSAGE_SECONDS", "3");
        try
        {
            await lab.Phones.CallAsync("2108", "6112", "--keys", "w1500,1,w300,speak", "--speak", "9", "--for", "5000");
            await lab.EventAsync("SwitchboardMessage", ("Dest", "6112"), ("State", "done"), ("Seconds", "3"));
        }
        finally
        {
            await lab.GlobalAsync("SB_MESSAGE_SECONDS", "");
        }
    }

    [Fact]
    public async Task A_folder_that_is_not_there_sends_the_caller_to_the_operators_and_is_told()
    {
        await lab.RoomAsync("2109", langs: "en");
        await lab.RoomAsync("6113");
        var operators = lab.Phones.Calls(DialplanLab.Operator);
        await lab.GlobalAsync("SB_MESSAGES", "/proc/nothere");
        try
        {
            await lab.Phones.CallAsync("2109", "6113", "--keys", "w1500,1,w500,speak", "--speak", "3", "--for", "2500");
            var told = await lab.EventAsync("SwitchboardMessage", ("Dest", "6113"));
            Assert.Equal(("failed", "0"), (told["State"], told["Seconds"]));
            Assert.Equal(["message-failed en", "one-moment en"], lab.Heard("2109")[^2..]);
            await lab.EventAsync("SwitchboardReturned", ("Dest", "6113"), ("Why", "failed"));
            Assert.Equal(operators + 1, lab.Phones.Calls(DialplanLab.Operator));
        }
        finally
        {
            await lab.GlobalAsync("SB_MESSAGES", "/lab/spool/switchboard-messages");
        }
    }

    [Fact]
    public async Task Star_98_without_the_worker_gets_an_operator_and_a_phone_of_no_room_has_no_messages()
    {
        await lab.RoomAsync("2110", langs: "en");
        var operators = lab.Phones.Calls(DialplanLab.Operator);
        await lab.Phones.CallAsync("2110", "*98", "--for", "1500");
        Assert.Equal(["not-now en"], lab.Heard("2110"));
        Assert.Equal(operators + 1, lab.Phones.Calls(DialplanLab.Operator));
        await lab.Phones.CallAsync("2111", "*98", "--for", "800");
        Assert.Equal("no-such-number zh", lab.Heard("2111")[0]);
    }

    [Fact]
    public async Task What_is_written_for_the_lamp_and_the_directory_has_its_own_shape()
    {
        await lab.WriteAsync("switchboard_lamp/2112=3~switchboard_lamp/2113=0~switchboard_lamp/2113=1000~switchboard_lamp/2113=1x~switchboard_person/8001=general-manager:09.00-12.00/mon&tue+13.30-18.00/mon"
            + "~switchboard_person/8002=duty:~switchboard_person/8003=x:now~switchboard_name/8001=%E6%80%BB%20A.B~switchboard_name/8002=a%0D%0AVia%3Ax~switchboard_name/8003=a b"
            + "~switchboard_message/1-1=done:1:room:2101:3:1:1.1~switchboard_message/1-2=gone:1:room:2101:3:1:1.1~switchboard_hotel/ring=leastrecent~switchboard_hotel/leader=PJSIP/8001&PJSIP/8002");
        await lab.Phones.WaitForLampAsync("2112", "yes 3/0");
        Assert.Equal("general-manager:09.00-12.00/mon&tue+13.30-18.00/mon", await lab.ReadAsync("switchboard_person", "8001"));
        Assert.Equal("duty:", await lab.ReadAsync("switchboard_person", "8002"));
        Assert.Equal("%E6%80%BB%20A.B", await lab.ReadAsync("switchboard_name", "8001"));
        Assert.Equal("done:1:room:2101:3:1:1.1", await lab.ReadAsync("switchboard_message", "1-1"));
        Assert.Equal("PJSIP/8001&PJSIP/8002", await lab.ReadAsync("switchboard_hotel", "leader"));
        foreach (var (family, key) in ((string, string)[])[("lamp", "2113"), ("person", "8003"), ("name", "8002"), ("name", "8003"), ("message", "1-2")])
            Assert.True(await lab.ReadAsync("switchboard_" + family, key) is null, $"{family} {key}");
        await lab.WriteAsync("switchboard_hotel/ring=~switchboard_hotel/leader=~switchboard_message/1-1=");
        Assert.Null(await lab.ReadAsync("switchboard_message", "1-1"));
    }

    private Task<string> LeaveAsync(string from, string to) => lab.Phones.CallAsync(from, to, "--keys", "w1500,1,w700,speak,w2800,#,w500,1", "--speak", "3", "--for", "5000");
}

/// <summary>A disk that fills up while somebody speaks: alone, for it is a disk of its own.</summary>
public class FullDiskTests : IAsyncLifetime
{
    // Seen by Asterisk in its own root too, because it is there before Asterisk is.
    private readonly string _disk = Path.Combine("/dev/shm", $"switchboard-{Guid.NewGuid():N}");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_disk);
        var (code, said) = await LabCommand.RunAsync("mount", ["-t", "tmpfs", "-o", "size=64k", "switchboard-test", _disk]);
        Assert.True(code == 0, said);
    }

    [Fact]
    public async Task The_caller_gets_the_operators_and_the_message_is_told_to_have_failed()
    {
        await using var lab = new DialplanLab();
        await lab.InitializeAsync();
        await lab.RoomAsync("2101", langs: "en");
        await lab.RoomAsync("6101");
        await lab.GlobalAsync("SB_MESSAGES", _disk);
        await lab.Phones.CallAsync("2101", "6101", "--keys", "w1500,1,w700,speak,w12500,#", "--speak", "12", "--for", "3000");
        var told = await lab.EventAsync("SwitchboardMessage", ("Dest", "6101"));
        Assert.Equal("failed", told["State"]);
        Assert.StartsWith("failed:", await lab.ReadAsync("switchboard_message", told["Id"]!), StringComparison.Ordinal);
        Assert.Equal(["message-failed en", "one-moment en"], lab.Heard("2101")[^2..]);
        await lab.EventAsync("SwitchboardReturned", ("Dest", "6101"), ("Why", "failed"));
        await lab.Phones.WaitForAsync(DialplanLab.Operator, "INVITE");
        Assert.Null(await lab.ReadAsync("switchboard_lamp", "6101"));
    }

    public async ValueTask DisposeAsync()
    {
        await LabCommand.RunAsync("umount", ["-l", _disk]);
        Directory.Delete(_disk);
        GC.SuppressFinalize(this);
    }
}
