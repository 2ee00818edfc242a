namespace Switchboard.LabTests.Dialplan;

/// <summary>A phone may register as anything: nothing of it may be taken for more than where that phone is.</summary>
public class ContactTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Fact]
    public async Task A_contact_that_names_another_phone_is_not_dialled()
    {
        await lab.RoomAsync("2104");
        await lab.RoomAsync("2105");
        await lab.Phones.RegisterAsAsync("2104", "2104&PJSIP/2105/sip:2105");
        Assert.Contains("PJSIP/2105/sip", await lab.Pbx.CommandAsync("pjsip show contacts"), StringComparison.Ordinal);
        await lab.Phones.CallAsync("2101", "2104", "--for", "1500");
        // Its own, which is a plain one, still rings.
        Assert.Equal((1, 0), (lab.Phones.Calls("2104"), lab.Phones.Calls("2105")));
    }
}
