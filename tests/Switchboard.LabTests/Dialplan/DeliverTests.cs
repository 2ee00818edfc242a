using Switchboard.Asterisk.Ami.Actions;
using Switchboard.LabTests.Lab;
using Switchboard.Pbx;

namespace Switchboard.LabTests.Dialplan;

/// <summary>A delivery's call as the worker sends it, and nobody there to talk.</summary>
public class DeliverTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Fact]
    public async Task Whoever_answers_while_the_worker_is_gone_hears_that_there_is_something()
    {
        await CallAsync("delivery-1-1", "2111", outside: false);
        await lab.EventAsync("SwitchboardGreeting", ("Call", "delivery-1-1"));
        await lab.EventAsync("SwitchboardEnded", ("Call", "delivery-1-1"), ("Key", ""));
        var prompts = await File.ReadAllTextAsync(Path.Combine(lab.Pbx.Folder, "log", "prompts"), TestContext.Current.CancellationToken);
        foreach (var language in (string[])["zh", "en"]) Assert.Contains($"Playing 'switchboard/deliver-call-us.slin' (language '{language}')", prompts.Replace(".wav'", ".slin'", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("999999", false)]
    [InlineData("2112&PJSIP/2113", false)]
    [InlineData("110", true)]
    [InlineData("9110", true)]
    [InlineData("1380000&PJSIP/2113", true)]
    public async Task No_extension_no_number_and_an_emergency_number_are_never_dialled(string to, bool outside)
    {
        var (call, before) = ($"delivery-2-{to.Length}{(outside ? "o" : "h")}", lab.Outside.Facts().Count);
        await CallAsync(call, to, outside);
        await lab.EventAsync("SwitchboardDialed", ("Call", call), ("Status", "CHANUNAVAIL"), ("Rang", "0"));
        Assert.Equal(before, lab.Outside.Facts().Count);
        Assert.Equal(0, lab.Phones.Calls("2112") + lab.Phones.Calls("2113"));
    }

    [Fact]
    public async Task A_busy_phone_is_told_as_busy_and_an_outside_line_that_rings_as_ringing()
    {
        await CallAsync("delivery-3-1", "6111", outside: false);
        await lab.EventAsync("SwitchboardDialed", ("Call", "delivery-3-1"), ("Status", "BUSY"));
        await CallAsync("delivery-3-2", "510000002", outside: true);
        await lab.EventAsync("SwitchboardDialed", ("Call", "delivery-3-2"), ("Status", "NOANSWER"), ("Rang", "1"));
    }

    private async Task CallAsync(string call, string to, bool outside) =>
        await lab.Ami.OriginateAsync(new PersonCallRequest(call, to, outside, TimeSpan.FromSeconds(2), "zh-en", "Hotel operator <0>").ToOriginate());
}
