using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>Nobody answers: the caller is told, and leaves a message or gets the operators. Never the end of the call, and never a loop.</summary>
public class UnansweredTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Theory]
    [InlineData("6101", "room", "busy")]
    [InlineData("7101", "room", "unreachable")]
    [InlineData("6201", "room", "busy")] // who rejects the call
    [InlineData("6102", "house", "busy")]
    [InlineData("7199", "house", "unreachable")] // in the directory, and without a phone here
    public async Task A_caller_inside_is_told_why_and_key_0_rings_the_operators_who_see_where_the_call_comes_back_from(string to, string kind, string why)
    {
        await lab.RoomAsync("2101", langs: "en");
        if (kind == "room") await lab.RoomAsync(to);
        if (to == "7199") await lab.PutAsync("switchboard_person", to, "sales:");
        var before = (Heard: lab.Heard("2101").Length, Operator: lab.Phones.Calls(DialplanLab.Operator));
        await lab.Phones.CallAsync("2101", to, "--keys", "w2200,0", "--for", "1500");
        Assert.Equal([$"{why} en", "locked-menu en", "one-moment en"], lab.Heard("2101")[before.Heard..]);
        Assert.Equal(before.Operator + 1, lab.Phones.Calls(DialplanLab.Operator));
        var told = await lab.EventAsync("SwitchboardUnanswered", ("Dest", to), ("Kind", kind), ("Why", why), ("Choice", "0"));
        Assert.Equal(told["Linkedid"], told["Call"]);
        await lab.EventAsync("SwitchboardReturned", ("Dest", to), ("Kind", kind), ("Why", why), ("By", ""), ("Call", told["Call"]!));
        await lab.EventAsync("SwitchboardOffered", ("Kind", "returned"), ("Room", "2101"), ("Call", told["Call"]!));
        await lab.CelAsync("SWITCHBOARD_UNANSWERED", $"{to}:{kind}:{why}:0:");
        await lab.CelAsync("SWITCHBOARD_RETURNED", $"{to}:{kind}:{why}::");
        Assert.Single(lab.Events("SwitchboardUnanswered", ("Call", told["Call"]!)));
    }

    [Fact]
    public async Task After_thirty_seconds_everybody_is_told_that_nobody_answers_and_who_says_nothing_gets_the_operators()
    {
        await lab.RoomAsync("2102", langs: "en");
        await lab.RoomAsync("5101");
        await lab.RoomAsync("2103");
        await lab.PutAsync("switchboard_forward", "2103", "on:1764137000123:guest:5103");
        var operators = lab.Phones.Calls(DialplanLab.SecondOperator);
        // A guest, somebody of the house, an operator himself, and a guest whose call is forwarded.
        await using var guest = await lab.Phones.BeginCallAsync("2102", "5101", "--for", "14000");
        await using var house = await lab.Phones.BeginCallAsync("2104", "5102", "--for", "3000");
        await using var himself = await lab.Phones.BeginCallAsync(DialplanLab.Operator, "5101", "--for", "3000");
        await using var forwarded = await lab.Phones.BeginCallAsync("2105", "2103", "--for", "3000");
        foreach (var phone in (string[])["5101", "5102", "5103"]) await lab.Phones.WaitForAsync(phone, "CANCEL", seconds: 50);
        Assert.InRange(Rang("5101"), 29, 32);
        foreach (var (phone, dest, kind) in ((string, string, string)[])[("2104", "5102", "house"), (DialplanLab.Operator, "5101", "room"), ("2105", "2103", "room")])
        {
            var ended = await lab.EventAsync("SwitchboardUnanswered", ("Dest", dest), ("Kind", kind), ("Why", "noanswer"), ("Choice", "hangup"));
            Assert.StartsWith($"PJSIP/{phone}-", ended["Channel"], StringComparison.Ordinal);
            Assert.Equal(["noanswer zh", "locked-menu zh", "noanswer en", "locked-menu en"], lab.Heard(phone)[..4]);
        }

        Assert.Equal(0, await guest.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        await lab.EventAsync("SwitchboardUnanswered", ("Dest", "5101"), ("Choice", "none"));
        Assert.Equal(["noanswer en", "locked-menu en", "noanswer en", "locked-menu en", "one-moment en"], lab.Heard("2102"));
        Assert.Equal(operators + 1, lab.Phones.Calls(DialplanLab.SecondOperator));
    }

    [Fact]
    public async Task A_room_that_calls_itself_does_not_ring_its_own_phone()
    {
        await lab.RoomAsync("2106", langs: "en");
        await lab.Phones.CallAsync("2106", "2106", "--for", "1000");
        Assert.Equal(0, lab.Phones.Calls("2106"));
        await lab.EventAsync("SwitchboardUnanswered", ("Dest", "2106"), ("Why", "busy"), ("Choice", "hangup"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("00.00-23.59/mon&tue&wed&thu&fri&sat&sun", true)]
    [InlineData("NOW", true)]
    [InlineData("PAST", false)]
    [InlineData("UNTIL", false)]
    [InlineData("PAST+NOW", true)]
    [InlineData("OTHERDAY", false)]
    public async Task A_manager_is_rung_in_his_office_hours_and_else_a_message_is_offered(string rules, bool rings)
    {
        await lab.HotelAsync("zone", "Asia/Shanghai");
        var there = TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(8));
        string At(int minutes) => there.AddMinutes(minutes).ToString("HH.mm", System.Globalization.CultureInfo.InvariantCulture);
        string Day(int days) => there.AddDays(days).ToString("ddd", System.Globalization.CultureInfo.InvariantCulture).ToLowerInvariant();
        rules = string.Join('+', rules.Split('+').Select(rule => rule switch
        {
            "NOW" => $"{At(-2)}-{At(5)}/{Day(1)}&{Day(0)}",
            "PAST" => $"{At(-5)}-{At(-2)}/{Day(0)}",
            "UNTIL" => $"{At(-5)}-{At(0)}/{Day(0)}",
            "OTHERDAY" => $"{At(-2)}-{At(5)}/{Day(2)}",
            _ => rule,
        }));
        await lab.PutAsync("switchboard_person", "2107", $"general-manager:{rules}");
        var (before, heard) = (lab.Phones.Calls("2107"), lab.Heard("2108").Length);
        await lab.Phones.CallAsync("2108", "2107", "--for", "2500");
        Assert.Equal(rings ? 1 : 0, lab.Phones.Calls("2107") - before);
        Assert.Equal(rings ? [] : ["closed zh", "locked-menu zh", "closed en", "locked-menu en"], lab.Heard("2108")[heard..]);
        // An operator who dials him knows what he does.
        await lab.Phones.CallAsync(DialplanLab.Operator, "2107", "--for", "500");
        Assert.Equal(rings ? 2 : 1, lab.Phones.Calls("2107") - before);
    }

    // How long this phone rang, in seconds.
    private double Rang(string phone)
    {
        var facts = lab.Phones.Facts().Where(f => f.Number == phone).ToArray();
        return facts.First(f => f.Fact == "CANCEL").At - facts.First(f => f.Fact == "RINGING").At;
    }
}
