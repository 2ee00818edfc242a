using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>Who takes calls: the operators in their queue, then the shift leader, then the deputy.</summary>
public class QueueTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Fact]
    public async Task A_caller_from_outside_is_greeted_in_the_hotels_name_while_the_operators_ring_and_one_from_inside_hears_music()
    {
        await lab.RoomAsync("2101", langs: "en");
        await lab.Phones.CallAsync("13900003333", "1", "--outside", "--for", "2000");
        Assert.True(lab.Logged("class 'switchboard-welcome', on channel 'PJSIP/trunk-"));
        await lab.Phones.CallAsync("2101", "0", "--for", "2000");
        Assert.True(lab.Logged("class 'default', on channel 'PJSIP/2101-"));
        var (incoming, internally) = (await lab.EventAsync("SwitchboardOffered", ("Kind", "incoming"), ("Room", ""), ("CallerIDNum", "13900003333")), await lab.EventAsync("SwitchboardOffered", ("Kind", "internal"), ("Room", "2101")));
        foreach (var offered in (Asterisk.Ami.AmiMessage[])[incoming, internally])
        {
            var taken = await lab.EventAsync("SwitchboardTaken", ("Call", offered["Call"]!));
            Assert.Contains(taken["Phone"], (string[])["PJSIP/0001", "PJSIP/0002"]);
            await lab.CelAsync("SWITCHBOARD_OFFERED", $"{offered["Kind"]}:{offered["Room"]}:{offered["At"]}:{offered["Call"]}");
            await lab.CelAsync("SWITCHBOARD_TAKEN", $"{taken["Phone"]}:{taken["At"]}:{taken["Call"]}");
        }
    }

    [Fact]
    public async Task The_operators_phones_are_those_that_the_hotel_names_now()
    {
        await lab.HotelAsync("operator", "PJSIP/2102&PJSIP/2103");
        try
        {
            await lab.Phones.CallAsync("13900003334", "1", "--outside", "--for", "1500");
            Assert.Equal((1, 1), (lab.Phones.Calls("2102"), lab.Phones.Calls("2103")));
            await lab.HotelAsync("operator", "PJSIP/2103");
            var operators = lab.Phones.Calls(DialplanLab.Operator);
            await lab.Phones.CallAsync("13900003335", "1", "--outside", "--for", "1500");
            Assert.Equal((1, 2, operators), (lab.Phones.Calls("2102"), lab.Phones.Calls("2103"), lab.Phones.Calls(DialplanLab.Operator)));
        }
        finally
        {
            await lab.NoHotelAsync("operator");
        }
    }

    [Fact]
    public async Task By_the_hotels_choice_the_phone_that_has_been_idle_longest_rings_alone()
    {
        await lab.HotelAsync("operator", "PJSIP/2104&PJSIP/2105");
        await lab.HotelAsync("ring", "leastrecent");
        try
        {
            for (var call = 1; call <= 2; call++)
            {
                await lab.Phones.CallAsync("13900003336", "1", "--outside", "--for", "2500");
                Assert.Equal(call, lab.Phones.Calls("2104") + lab.Phones.Calls("2105"));
            }

            Assert.Equal((1, 1), (lab.Phones.Calls("2104"), lab.Phones.Calls("2105")));
        }
        finally
        {
            await lab.NoHotelAsync("ring");
            await lab.NoHotelAsync("operator");
        }
    }

    [Fact]
    public async Task Operators_who_are_busy_are_followed_by_the_shift_leader_and_he_by_the_deputy()
    {
        await lab.HotelAsync("operator", "PJSIP/6101");
        await lab.HotelAsync("leader", "PJSIP/6102");
        await lab.HotelAsync("deputy", "PJSIP/2106&PJSIP/5106");
        await lab.GlobalAsync("SB_OPERATOR_SECONDS", "2");
        var heard = lab.Heard("trunk").Length;
        try
        {
            await lab.Phones.CallAsync("13900003337", "1", "--outside", "--for", "6000");
            var taken = await lab.EventAsync("SwitchboardTaken", ("Phone", "PJSIP/2106"));
            Assert.Equal(["incoming", "step", "step"], lab.Events("SwitchboardOffered", ("Call", taken["Call"]!)).Select(e => e["Kind"]));
            Assert.Equal((1, 1, 1), (lab.Phones.Calls("6102"), lab.Phones.Calls("2106"), lab.Phones.Calls("5106")));
            Assert.Empty(lab.Heard("trunk")[heard..]);
        }
        finally
        {
            await lab.GlobalAsync("SB_OPERATOR_SECONDS", "");
            foreach (var key in (string[])["operator", "leader", "deputy"]) await lab.NoHotelAsync(key);
        }
    }

    [Fact]
    public async Task An_operator_who_becomes_free_gets_the_caller_who_waits()
    {
        await lab.HotelAsync("operator", "PJSIP/2107");
        try
        {
            await using var talking = await lab.Phones.BeginCallAsync("13900003338", "1", "--outside", "--for", "4000");
            await lab.Phones.WaitForAsync("2107", "ANSWER");
            await using var waiting = await lab.Phones.BeginCallAsync("13900003339", "1", "--outside", "--for", "7000");
            await lab.Phones.WaitForAsync("2107", "ANSWER", 2);
            var invites = lab.Phones.Facts().Where(f => f is { Number: "2107", Fact: "INVITE" }).ToArray();
            // While he talked his phone did not ring.
            Assert.Equal(2, invites.Length);
            Assert.True(invites[1].At > lab.Phones.Facts().First(f => f is { Number: "2107", Fact: "BYE-RECEIVED" }).At);
        }
        finally
        {
            await lab.NoHotelAsync("operator");
        }
    }

    [Fact]
    public async Task Who_waits_is_told_so_again_and_again_and_after_the_longest_wait_is_asked_to_call_later()
    {
        await lab.HotelAsync("operator", "PJSIP/6103");
        await lab.GlobalAsync("SB_OPERATOR_SECONDS", "2");
        await lab.GlobalAsync("SB_OPERATOR_MOST", "5");
        try
        {
            var heard = lab.Heard("trunk").Length;
            Assert.Equal("bye", await lab.Phones.CallAsync("13900003340", "1", "--outside", "--for", "20000"));
            Assert.Equal(["operators-busy zh", "operators-busy en"], lab.Heard("trunk")[heard..(heard + 2)]);
            Assert.Equal(["operators-sorry zh", "operators-sorry en"], lab.Heard("trunk")[^2..]);
        }
        finally
        {
            foreach (var name in (string[])["SB_OPERATOR_SECONDS", "SB_OPERATOR_MOST"]) await lab.GlobalAsync(name, "");
            await lab.NoHotelAsync("operator");
        }
    }

    [Fact]
    public async Task A_caller_whose_operators_phones_are_all_away_waits_and_is_put_to_the_first_that_comes()
    {
        await lab.HotelAsync("operator", "PJSIP/7101");
        try
        {
            await using var call = await lab.Phones.BeginCallAsync("13900003343", "1", "--outside", "--for", "16000");
            await lab.EventAsync("SwitchboardOffered", ("Kind", "incoming"), ("CallerIDNum", "13900003343"));
            await lab.HotelAsync("operator", "PJSIP/2112");
            await lab.Phones.WaitForAsync("2112", "ANSWER");
        }
        finally
        {
            await lab.NoHotelAsync("operator");
        }
    }

    [Fact]
    public async Task A_hotel_without_operators_says_so_three_times_and_rings_its_leader_where_it_has_one()
    {
        await lab.GlobalAsync("SB_OPERATOR", "");
        try
        {
            var heard = lab.Heard("trunk").Length;
            Assert.Equal("bye", await lab.Phones.CallAsync("13900003341", "1", "--outside", "--for", "15000"));
            Assert.Equal([.. Enumerable.Repeat<string[]>(["operators-busy zh", "operators-busy en"], 3).SelectMany(p => p), "operators-sorry zh", "operators-sorry en"], lab.Heard("trunk")[heard..]);
            await lab.HotelAsync("leader", "PJSIP/2108");
            await lab.Phones.CallAsync("13900003342", "1", "--outside", "--for", "1500");
            Assert.Equal(1, lab.Phones.Calls("2108"));
        }
        finally
        {
            await lab.NoHotelAsync("leader");
            await lab.GlobalAsync("SB_OPERATOR", "PJSIP/0001&PJSIP/0002");
        }
    }

    [Fact]
    public async Task A_manager_or_VIP_is_shown_by_title_and_name_on_operators_phones_and_nowhere_else()
    {
        await lab.RoomAsync("2109");
        await lab.RoomAsync("2110");
        await lab.WriteAsync("switchboard_name/2109=VIP%20%E7%8E%8B%20Wang~switchboard_name/2111=General%20Manager%20Li");
        foreach (var phone in (string[])["2109", "2111"])
        {
            await lab.Phones.CallAsync(phone, "0", "--for", "1500");
            await lab.Phones.CallAsync(phone, "2110", "--for", "500");
        }

        string[] From(string phone) => [.. lab.Phones.Facts().Where(f => f.Number == phone && f.Fact.StartsWith("FROM", StringComparison.Ordinal)).Select(f => f.Fact)];
        // Before Asterisk 21 a queue prepares no leg before it rings: there operators see the number alone.
        var shown = await lab.Pbx.ReleaseAsync() >= 21;
        Assert.Equal(shown, From(DialplanLab.Operator).Any(f => f.Contains("\"VIP 王 Wang\" <sip:2109@", StringComparison.Ordinal)));
        Assert.Equal(shown, From(DialplanLab.Operator).Any(f => f.Contains("\"General Manager Li\" <sip:2111@", StringComparison.Ordinal)));
        Assert.Contains(From(DialplanLab.Operator), f => f.Contains("<sip:2109@", StringComparison.Ordinal));
        Assert.DoesNotContain(From("2110"), f => f.Contains("Wang", StringComparison.Ordinal) || f.Contains("Li", StringComparison.Ordinal));
    }
}
