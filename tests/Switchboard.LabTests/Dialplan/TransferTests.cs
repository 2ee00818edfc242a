using Switchboard.Asterisk.Ami;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>Operators put calls through: by REFER, blind and attended, and by feature codes.</summary>
public class TransferTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Fact]
    public async Task A_blind_transfer_is_told_before_anything_else_with_the_phone_that_did_it()
    {
        foreach (var room in (string[])["2101", "2102"]) await lab.RoomAsync(room);
        await lab.Phones.CallAsync(DialplanLab.Operator, "2101", "--for", "700", "--blind", "2102");
        var told = await lab.EventAsync("SwitchboardTransferred", ("To", "2102"), ("Kind", "room"), ("By", "PJSIP/0001"), ("Staff", ""), ("Request", ""));
        Assert.StartsWith("PJSIP/2101-", told["Channel"], StringComparison.Ordinal);
        await lab.Phones.WaitForAsync("2102", "ANSWER");
        await lab.CelAsync("SWITCHBOARD_TRANSFERRED", $"2102:room:PJSIP/0001:::{told["At"]}:{told["Call"]}");
        await EndAsync();
    }

    [Fact]
    public async Task An_attended_transfer_joins_the_two()
    {
        foreach (var room in (string[])["2103", "2104"]) await lab.RoomAsync(room);
        await lab.Phones.CallAsync(DialplanLab.Operator, "2103", "--for", "700", "--attended", "2104");
        await lab.EventAsync("AttendedTransfer", ("Result", "Success"));
        Assert.True(await Eventually.TrueAsync(async () => (await lab.Pbx.CommandAsync("core show channels concise")).Split('\n').Count(l => l.StartsWith("PJSIP/2103-", StringComparison.Ordinal) || l.StartsWith("PJSIP/2104-", StringComparison.Ordinal)) == 2
            && !(await lab.Pbx.CommandAsync("core show channels concise")).Contains("PJSIP/0001", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));
        Assert.Empty(lab.Events("SwitchboardTransferred", ("To", "2104")));
        await EndAsync();
    }

    [Fact]
    public async Task Star_1_puts_the_call_through_at_once()
    {
        foreach (var room in (string[])["2105", "2106"]) await lab.RoomAsync(room);
        await lab.Phones.CallAsync(DialplanLab.Operator, "2105", "--keys", "w1500,*,1,w900,2,1,0,6", "--for", "8000");
        await lab.EventAsync("SwitchboardTransferred", ("To", "2106"), ("Kind", "room"), ("By", "PJSIP/0001"));
        await lab.Phones.WaitForAsync("2106", "ANSWER");
        await EndAsync();
    }

    [Fact]
    public async Task Star_2_speaks_to_the_third_first_and_star_2_again_joins_the_two()
    {
        foreach (var room in (string[])["2107", "2108"]) await lab.RoomAsync(room);
        await lab.Phones.CallAsync(DialplanLab.Operator, "2107", "--keys", "w1500,*,2,w900,2,1,0,8,w6000,*,2", "--for", "4000");
        await lab.EventAsync("SwitchboardTransferred", ("To", "2108"), ("By", "PJSIP/0001"));
        await lab.EventAsync("AttendedTransfer", ("Result", "Success"));
        Assert.Contains("PJSIP/2107-", await lab.Pbx.CommandAsync("core show channels concise"), StringComparison.Ordinal);
        await EndAsync();
    }

    [Fact]
    public async Task Star_3_takes_the_caller_back_and_the_third_is_out_of_it()
    {
        foreach (var room in (string[])["2117", "2118"]) await lab.RoomAsync(room);
        await using var call = await lab.Phones.BeginCallAsync(DialplanLab.Operator, "2117", "--keys", "w1500,*,2,w900,2,1,1,8,w4000,*,3", "--for", "4000");
        await lab.Phones.WaitForAsync("2118", "ANSWER");
        await lab.Phones.WaitForAsync("2118", "BYE-RECEIVED");
        // The two of before speak, and nobody else is there.
        var channels = await lab.Pbx.CommandAsync("core show channels concise");
        Assert.Contains("PJSIP/2117-", channels, StringComparison.Ordinal);
        Assert.Contains("PJSIP/0001-", channels, StringComparison.Ordinal);
        Assert.DoesNotContain("PJSIP/2118-", channels, StringComparison.Ordinal);
        Assert.Equal(0, await call.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        await EndAsync();
    }

    [Fact]
    public async Task An_operator_who_asks_at_a_number_that_does_not_exist_keeps_his_caller_and_no_colleague_rings()
    {
        await lab.RoomAsync("2119");
        var others = lab.Phones.Calls(DialplanLab.SecondOperator);
        await using var call = await lab.Phones.BeginCallAsync(DialplanLab.Operator, "2119", "--keys", "w1500,*,2,w900,3,9,9,8", "--for", "6000");
        await lab.EventAsync("SwitchboardTransferred", ("To", "3998"), ("Kind", "unknown"));
        Assert.Equal(0, await call.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(others, lab.Phones.Calls(DialplanLab.SecondOperator));
        Assert.Empty(lab.Events("SwitchboardReturned", ("Dest", "3998")));
        await EndAsync();
    }

    [Fact]
    public async Task Whom_an_operator_puts_through_who_was_dialled_by_his_own_number_gets_none_of_his_rights()
    {
        await lab.RoomAsync("2120", level: 0);
        await lab.Phones.CallAsync("2120", DialplanLab.PuttingThrough, "--for", "3000");
        await lab.EventAsync("SwitchboardTransferred", ("To", "0"), ("By", "PJSIP/0004"));
        await EndAsync();
    }

    [Fact]
    public async Task A_message_is_for_whom_it_was_spoken_also_when_its_caller_is_put_through_amid_it()
    {
        foreach (var room in (string[])["2121", "2122", "6121"]) await lab.RoomAsync(room, langs: "en");
        await using var call = await lab.Phones.BeginCallAsync("2121", "6121", "--keys", "w1500,1,w700,speak,w6000,5", "--speak", "6", "--for", "3000");
        Assert.True(await Eventually.TrueAsync(() => lab.Heard("2121").Contains("tone en"), TimeSpan.FromSeconds(10)));
        // What has been spoken by then is on the disk in a moment.
        Assert.True(await Eventually.TrueAsync(() => Directory.EnumerateFiles(lab.Messages, "*.wav").Any(f => new FileInfo(f).Length > 32_000 && File.GetLastWriteTimeUtc(f) > TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(-5)), TimeSpan.FromSeconds(10)));
        var channel = (await lab.Pbx.CommandAsync("core show channels concise")).Split('\n').First(l => l.StartsWith("PJSIP/2121-", StringComparison.Ordinal)).Split('!')[0];
        await lab.Ami.SendAsync(new AmiAction("Redirect").With("Channel", channel).With("Context", "switchboard-transfer").With("Exten", "2122").With("Priority", "1"));
        var told = await lab.EventAsync("SwitchboardMessage", ("State", "done"), ("Dest", "6121"));
        await lab.Phones.WaitForAsync("2122", "ANSWER");
        await EndAsync();
        Assert.Single(lab.Events("SwitchboardMessage", ("Id", told["Id"]!)));
        Assert.Null(await lab.ReadAsync("switchboard_lamp", "2122"));
        Assert.Equal("1", await lab.ReadAsync("switchboard_lamp", "6121"));
    }

    [Fact]
    public async Task A_guest_has_no_such_codes()
    {
        foreach (var room in (string[])["2109", "2110", "2111"]) await lab.RoomAsync(room);
        await lab.Phones.CallAsync("2109", "2110", "--keys", "w1500,*,1,w900,2,1,1,1", "--for", "4000");
        Assert.Equal(0, lab.Phones.Calls("2111"));
        // Nobody was asked whereto.
        Assert.DoesNotContain(File.ReadLines(Path.Combine(lab.Pbx.Folder, "log", "prompts")), l => l.Contains("transfer-to", StringComparison.Ordinal) && (l.Contains("PJSIP/2109-", StringComparison.Ordinal) || l.Contains("PJSIP/2110-", StringComparison.Ordinal)));
        Assert.Empty(lab.Events("SwitchboardTransferred", ("To", "2111")));
    }

    [Theory]
    [InlineData("3999")]
    [InlineData("900441234567")]
    [InlineData("*78")]
    public async Task A_destination_that_does_not_exist_gives_the_caller_the_operators_back(string to)
    {
        await lab.RoomAsync("2112", langs: "en");
        var operators = lab.Phones.Calls(DialplanLab.SecondOperator);
        var heard = lab.Heard("2112").Length;
        await lab.Phones.CallAsync(DialplanLab.Operator, "2112", "--for", "700", "--blind", to);
        var told = await lab.EventAsync("SwitchboardTransferred", ("To", to), ("Kind", "unknown"), ("By", "PJSIP/0001"));
        await lab.EventAsync("SwitchboardReturned", ("Kind", "unknown"), ("Why", "unknown"), ("By", "PJSIP/0001"), ("Call", told["Call"]!));
        await lab.EventAsync("SwitchboardTaken", ("Call", told["Call"]!));
        Assert.Equal(["transfer-unknown en", "one-moment en"], lab.Heard("2112")[heard..]);
        Assert.Equal(operators + 1, lab.Phones.Calls(DialplanLab.SecondOperator));
        Assert.Empty(lab.Outside.Facts());
        await EndAsync();
    }

    [Fact]
    public async Task Whom_the_worker_moves_is_told_with_staff_number_and_request()
    {
        foreach (var room in (string[])["2113", "2114"]) await lab.RoomAsync(room);
        await using var call = await lab.Phones.BeginCallAsync("2113", "0", "--for", "9000");
        await lab.EventAsync("SwitchboardTaken", ("Call", (await lab.EventAsync("SwitchboardOffered", ("Room", "2113")))["Call"]!));
        var channel = (await lab.Pbx.CommandAsync("core show channels concise")).Split('\n').First(l => l.StartsWith("PJSIP/2113-", StringComparison.Ordinal)).Split('!')[0];
        foreach (var (name, value) in ((string, string)[])[("SB_STAFF_BY", "1007,x:"), ("SB_REQUEST", "0197-ab")])
            await lab.Ami.SendAsync(new AmiAction("Setvar").With("Channel", channel).With("Variable", name).With("Value", value));
        await lab.Ami.SendAsync(new AmiAction("Redirect").With("Channel", channel).With("Context", "switchboard-transfer").With("Exten", "2114").With("Priority", "1"));
        await lab.EventAsync("SwitchboardTransferred", ("To", "2114"), ("Kind", "room"), ("By", ""), ("Staff", "1007x"), ("Request", "0197-ab"));
        await lab.Phones.WaitForAsync("2114", "ANSWER");
        await EndAsync();
    }

    [Fact]
    public async Task Whom_an_operator_puts_through_to_a_manager_out_of_his_hours_is_offered_a_message()
    {
        await lab.RoomAsync("2115");
        await lab.PutAsync("switchboard_person", "2116", "sales:00.00-00.00/mon");
        await lab.Phones.CallAsync(DialplanLab.Operator, "2115", "--for", "700", "--blind", "2116");
        await lab.EventAsync("SwitchboardTransferred", ("To", "2116"), ("Kind", "house"));
        Assert.True(await Eventually.TrueAsync(() => lab.Heard("2115").Contains("closed zh"), TimeSpan.FromSeconds(5)));
        Assert.Equal(0, lab.Phones.Calls("2116"));
        await EndAsync();
    }

    // Two rooms that were put through to each other talk for ever.
    private async Task EndAsync()
    {
        await lab.Pbx.CommandAsync("channel request hangup all");
        Assert.True(await Eventually.TrueAsync(async () => (await lab.Pbx.CommandAsync("core show channels concise")).Length == 0, TimeSpan.FromSeconds(10)));
    }
}
