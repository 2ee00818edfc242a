using System.Globalization;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>Who may call where: the level of the room against the kind of the number.</summary>
public class LevelTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    private const string Local = "25551234", National = "01012345678", Mobile = "13900001111", International = "0044123456", Unknown = "11888";

    [Theory]
    [InlineData("2101", 0, 0)]
    [InlineData("2102", 1, 1)]
    [InlineData("2103", 2, 2)]
    [InlineData("2104", 3, 3)]
    public async Task A_room_calls_as_far_as_its_level_reaches(string room, int level, int reach)
    {
        await lab.RoomAsync(room, level: level, langs: "en");
        foreach (var (number, needs) in ((string, int)[])[(Local, 1), (National, 2), (Mobile, 2), (International, 3), (Unknown, 3)])
        {
            var before = lab.Outside.Calls(number);
            var ended = await lab.Phones.CallAsync(room, "9" + number, "--for", "200");
            Assert.Equal((number, needs <= reach ? "hung-up" : "403"), (number, ended));
            Assert.Equal(before + (needs <= reach ? 1 : 0), lab.Outside.Calls(number));
            if (needs <= reach) continue;
            await lab.EventAsync("SwitchboardBarred", ("Room", room), ("Number", number), ("Needs", needs.ToString(CultureInfo.InvariantCulture)), ("Level", level.ToString(CultureInfo.InvariantCulture)), ("Why", "level"));
            Assert.Equal("barred en", lab.Heard(room)[^1]);
            await lab.CelAsync("SWITCHBOARD_BARRED", $"{room}:{number}:{needs}:{level}:level:");
        }
    }

    [Fact]
    public async Task A_vacant_room_and_a_phone_of_no_room_call_nobody_outside_and_an_operator_everybody()
    {
        await lab.RoomAsync("2105", occupied: false, level: 3);
        Assert.Equal("403", await lab.Phones.CallAsync("2105", "9" + Local));
        await lab.EventAsync("SwitchboardBarred", ("Room", "2105"), ("Why", "vacant"), ("Level", "0"));
        Assert.Equal("403", await lab.Phones.CallAsync("2106", "9" + Local));
        await lab.EventAsync("SwitchboardBarred", ("Room", ""), ("Why", "level"));
        Assert.Equal("hung-up", await lab.Phones.CallAsync(DialplanLab.Operator, "9" + International, "--for", "200"));
    }

    [Fact]
    public async Task A_phone_named_as_its_room_is_known_without_an_entry_of_its_own_where_the_room_has_it()
    {
        await lab.PutAsync("switchboard_room", "2120", "1:1:en:PJSIP/2120b&PJSIP/2120");
        Assert.Equal("hung-up", await lab.Phones.CallAsync("2120", "9" + Local, "--for", "200"));
        await lab.PutAsync("switchboard_room", "2121", "1:1:en:PJSIP/21210");
        Assert.Equal("403", await lab.Phones.CallAsync("2121", "9" + Local));
        await lab.EventAsync("SwitchboardBarred", ("Room", ""), ("Why", "level"));
        Assert.Empty(lab.Events("SwitchboardBarred", ("Room", "2121")));
    }

    [Fact]
    public async Task At_night_the_hotels_bar_counts_in_its_own_zone()
    {
        await lab.RoomAsync("2107", level: 3);
        var there = TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(8));
        string Hours(int from, int to) => $"{there.AddHours(from).ToString("HH:mm", CultureInfo.InvariantCulture)}-{there.AddHours(to).ToString("HH:mm", CultureInfo.InvariantCulture)}";
        await lab.HotelAsync("zone", "Asia/Shanghai");
        await lab.HotelAsync("night_level", "1");
        try
        {
            await lab.HotelAsync("night", Hours(-1, 1));
            Assert.Equal("403", await lab.Phones.CallAsync("2107", "9" + National));
            await lab.EventAsync("SwitchboardBarred", ("Room", "2107"), ("Why", "night"), ("Level", "3"), ("Needs", "2"));
            Assert.Equal("hung-up", await lab.Phones.CallAsync("2107", "9" + Local, "--for", "200"));
            foreach (var over in (string[])[Hours(2, 4), Hours(-1, 0)])
            {
                await lab.HotelAsync("night", over);
                Assert.Equal("hung-up", await lab.Phones.CallAsync("2107", "9" + National, "--for", "200"));
            }
        }
        finally
        {
            await lab.NoHotelAsync("night");
        }
    }

    [Fact]
    public async Task A_room_has_no_more_outside_calls_at_once_than_the_hotel_allows()
    {
        await lab.RoomAsync("2108");
        await lab.RoomAsync("2109");
        await lab.HotelAsync("max_calls", "1");
        try
        {
            await using var first = await lab.Phones.BeginCallAsync("2108", "925550001", "--for", "6000");
            await lab.Outside.WaitForAsync("25550001", "ANSWER");
            Assert.Equal("403", await lab.Phones.CallAsync("2108", "925550002"));
            await lab.EventAsync("SwitchboardBarred", ("Room", "2108"), ("Why", "calls"), ("Number", "25550002"));
            Assert.Equal("hung-up", await lab.Phones.CallAsync("2109", "925550002", "--for", "200"));
            Assert.Equal(0, await first.WaitForExitAsync(TimeSpan.FromSeconds(20)));
            Assert.Equal("hung-up", await lab.Phones.CallAsync("2108", "925550003", "--for", "200"));
        }
        finally
        {
            await lab.NoHotelAsync("max_calls");
        }
    }

    [Fact]
    public async Task Two_lines_that_a_room_has_joined_are_still_its_own_two_calls()
    {
        await lab.RoomAsync("2114");
        await lab.HotelAsync("max_calls", "2");
        try
        {
            await lab.Phones.CallAsync("2114", "925550011", "--for", "700", "--attended", "925550012");
            await lab.EventAsync("AttendedTransfer", ("Result", "Success"));
            // The room's phone is in no call.
            Assert.True(await Eventually.TrueAsync(async () => !(await lab.Pbx.CommandAsync("core show channels concise")).Contains("PJSIP/2114-", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));
            Assert.Equal("403", await lab.Phones.CallAsync("2114", "925550013"));
            await lab.EventAsync("SwitchboardBarred", ("Room", "2114"), ("Why", "calls"), ("Number", "25550013"));
            await lab.Pbx.CommandAsync("channel request hangup all");
            Assert.True(await Eventually.TrueAsync(async () => !(await lab.Pbx.CommandAsync("core show channels concise")).Contains("PJSIP/", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));
            Assert.Equal("hung-up", await lab.Phones.CallAsync("2114", "925550013", "--for", "200"));
        }
        finally
        {
            await lab.NoHotelAsync("max_calls");
        }
    }

    [Fact]
    public async Task Whom_a_room_puts_through_to_the_outside_is_barred_when_he_is_no_room_himself()
    {
        await lab.RoomAsync("2113", level: 3);
        await lab.Phones.CallAsync("2113", "925554321", "--for", "300", "--blind", "900449999");
        await lab.EventAsync("SwitchboardBarred", ("Room", ""), ("Number", "00449999"), ("Level", "0"));
        Assert.Equal(0, lab.Outside.Calls("00449999"));
    }

    [Fact]
    public async Task Outside_learns_neither_the_rooms_number_nor_the_guests_name()
    {
        await lab.RoomAsync("2110");
        await lab.Phones.CallAsync("2110", "925559876", "--for", "200");
        var from = Assert.Single(lab.Outside.Facts(), f => f.Number == "25559876" && f.Fact.StartsWith("FROM", StringComparison.Ordinal)).Fact;
        Assert.DoesNotContain("2110", from, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lines_refusals_reach_the_phone_and_a_missing_line_is_said()
    {
        await lab.RoomAsync("2111", langs: "en");
        Assert.Equal("486", await lab.Phones.CallAsync("2111", "961001234"));
        await lab.HotelAsync("trunk", "PJSIP/nothere");
        try
        {
            Assert.Equal("503", await lab.Phones.CallAsync("2111", "9" + Local));
            Assert.Equal("no-line en", lab.Heard("2111")[^1]);
        }
        finally
        {
            await lab.NoHotelAsync("trunk");
        }
    }

    [Fact]
    public async Task A_number_that_does_not_exist_is_said_and_0_gets_the_operator()
    {
        await lab.RoomAsync("2112", langs: "en");
        var before = lab.Phones.Calls(DialplanLab.Operator);
        await lab.Phones.CallAsync("2112", "3999", "--keys", "w1000,0", "--for", "1000");
        Assert.Equal("no-such-number en", lab.Heard("2112")[0]);
        Assert.Equal(before + 1, lab.Phones.Calls(DialplanLab.Operator));
        Assert.Equal("bye", await lab.Phones.CallAsync("2112", "4999", "--for", "12000"));
    }
}
