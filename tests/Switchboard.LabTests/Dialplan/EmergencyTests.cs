using Switchboard.Asterisk.Ami.Actions;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>Emergency numbers always pass: from every phone, whatever is set, and without a line to an operator.</summary>
public class EmergencyTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Theory]
    [InlineData("110", "110")]
    [InlineData("9119", "119")]
    [InlineData("911", "911")]
    [InlineData("9911", "911")]
    public async Task An_emergency_call_passes_from_a_vacant_locked_and_barred_room_that_forwards_and_has_no_call_left(string dialled, string number)
    {
        await lab.RoomAsync("2101", occupied: false, level: 0);
        await lab.LockAsync("2101");
        await lab.PutAsync("switchboard_forward", "2101", "on:1764137000123:guest:0003");
        await lab.HotelAsync("max_calls", "0");
        var before = lab.Outside.Calls(number);
        Assert.Equal("hung-up", await lab.Phones.CallAsync("2101", dialled, "--for", "200"));
        Assert.Equal(before + 1, lab.Outside.Calls(number));
        await lab.EventAsync("SwitchboardEmergency", ("Room", "2101"), ("Phone", "PJSIP/2101"), ("Number", number));
        await lab.CelAsync("SWITCHBOARD_EMERGENCY", $"2101:PJSIP/2101:{number}:");
        Assert.Empty(lab.Heard("2101"));
    }

    [Fact]
    public async Task It_passes_from_a_phone_of_no_room_and_from_an_operators()
    {
        foreach (var phone in (string[])["2102", DialplanLab.Operator])
        {
            Assert.Equal("hung-up", await lab.Phones.CallAsync(phone, "120", "--for", "200"));
            await lab.EventAsync("SwitchboardEmergency", ("Room", ""), ("Phone", $"PJSIP/{phone}"), ("Number", "120"));
        }

        Assert.Equal(2, lab.Outside.Calls("120"));
    }

    [Fact]
    public async Task The_hotels_own_numbers_count_beside_the_PBXs_and_a_mistake_in_them_takes_nothing_away()
    {
        await lab.RoomAsync("2103", level: 0);
        await lab.HotelAsync("emergency", "25550110|12395");
        Assert.Equal("hung-up", await lab.Phones.CallAsync("2103", "912395", "--for", "200"));
        await lab.HotelAsync("emergency", "12395|[");
        Assert.Equal("hung-up", await lab.Phones.CallAsync("2103", "122", "--for", "200"));
        Assert.Equal((1, 1), (lab.Outside.Calls("12395"), lab.Outside.Calls("122")));
        await lab.NoHotelAsync("emergency");
    }

    [Theory]
    [InlineData("61110")] // busy
    [InlineData("62110")] // declined
    public async Task A_line_that_refuses_it_sends_it_to_the_operators(string number)
    {
        await lab.RoomAsync("2104", level: 0);
        await lab.HotelAsync("emergency", number);
        var before = lab.Phones.Calls(DialplanLab.Operator);
        await lab.Phones.CallAsync("2104", number, "--for", "300");
        Assert.Equal(before + 1, lab.Phones.Calls(DialplanLab.Operator));
        Assert.Empty(lab.Heard("2104"));
        await lab.NoHotelAsync("emergency");
    }

    [Fact]
    public async Task Without_a_line_the_operators_ring_at_once_and_those_an_operator_calls_are_the_others()
    {
        await lab.RoomAsync("2105", level: 0);
        var operators = lab.Phones.Calls(DialplanLab.SecondOperator);
        await lab.HotelAsync("trunk", "PJSIP/nothere");
        try
        {
            await lab.Phones.CallAsync("2105", "110", "--for", "300");
            Assert.Equal(operators + 1, lab.Phones.Calls(DialplanLab.SecondOperator));
            var first = lab.Phones.Calls(DialplanLab.Operator);
            await lab.Phones.CallAsync(DialplanLab.Operator, "110", "--for", "300");
            Assert.Equal((first, operators + 2), (lab.Phones.Calls(DialplanLab.Operator), lab.Phones.Calls(DialplanLab.SecondOperator)));
        }
        finally
        {
            await lab.NoHotelAsync("trunk");
        }
    }

    [Fact]
    public async Task Without_a_line_an_operator_who_is_talking_and_the_shift_leader_are_rung_too()
    {
        await lab.RoomAsync("2109", level: 0);
        await lab.HotelAsync("operator", "PJSIP/2110");
        await lab.HotelAsync("leader", "PJSIP/5110");
        await using var talking = await lab.Phones.BeginCallAsync("2111", "0", "--for", "6000");
        await lab.Phones.WaitForAsync("2110", "ANSWER");
        await lab.HotelAsync("trunk", "PJSIP/nothere");
        try
        {
            await lab.Phones.CallAsync("2109", "110", "--for", "300");
            Assert.Equal((2, 1), (lab.Phones.Calls("2110"), lab.Phones.Calls("5110")));
            await lab.EventAsync("SwitchboardOffered", ("Kind", "internal"), ("Room", "2109"));
        }
        finally
        {
            foreach (var key in (string[])["trunk", "leader", "operator"]) await lab.NoHotelAsync(key);
        }
    }

    [Fact]
    public async Task Who_is_put_through_to_a_room_with_an_emergency_number_reaches_the_room_and_who_dials_it_the_emergency()
    {
        await lab.PutAsync("switchboard_room", "112", "1:2:en:PJSIP/2107");
        var ambulances = lab.Outside.Calls("112");
        await lab.Ami.OriginateAsync(new AmiOriginateRequest { Channel = "Local/112@switchboard-transfer/n", Application = ("Wait", "1") });
        await lab.Phones.WaitForAsync("2107", "ANSWER");
        Assert.Equal(ambulances, lab.Outside.Calls("112"));
        Assert.Empty(lab.Events("SwitchboardEmergency", ("Number", "112")));
        await lab.Phones.CallAsync("2108", "112", "--for", "300");
        Assert.Equal(ambulances + 1, lab.Outside.Calls("112"));
        Assert.Equal(1, lab.Phones.Calls("2107"));
    }
}

/// <summary>The same with a line that is dead: alone, because it takes the line from everybody.</summary>
public class DeadLineTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Fact]
    public async Task A_dead_line_sends_an_emergency_call_to_the_operators_within_a_second()
    {
        await lab.RoomAsync("2106", level: 0);
        await lab.Outside.DisposeAsync();
        Assert.True(await Eventually.TrueAsync(async () => (await lab.Pbx.CommandAsync("pjsip show contacts")).Contains("Unavail", StringComparison.Ordinal), TimeSpan.FromSeconds(15)));
        var (call, took) = await Openings.MeasureAsync(async () =>
        {
            var began = TimeProvider.System.GetTimestamp();
            var begun = await lab.Phones.BeginCallAsync("2106", "110", "--for", "300");
            await lab.Phones.WaitForAsync(DialplanLab.Operator, "INVITE");
            return (begun, TimeProvider.System.GetElapsedTime(began));
        });
        await using var _ = call;
        Assert.True(took < TimeSpan.FromSeconds(2), $"it took {took}");
        Assert.Equal(0, await call.WaitForExitAsync(TimeSpan.FromSeconds(20)));
    }
}
