using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

/// <summary>A SIP phone may send anything as the number: nothing of it may be taken for more than a number.</summary>
public class InjectionTests(DialplanLab lab) : IClassFixture<DialplanLab>
{
    [Theory]
    [InlineData("2102%26PJSIP%2F2103")] // &PJSIP/2103
    [InlineData("2102%2C30%2Cg")]
    [InlineData("925551234%26PJSIP%2F2103")]
    [InlineData("925551234%40nothere")]
    [InlineData("925551234%2F%2F")]
    [InlineData("9%22%22")]
    [InlineData("9110%26PJSIP%2F2103")]
    [InlineData("2102%2F..%2F..%2Fswitchboard_hotel")]
    [InlineData("2102)%7D")]
    [InlineData("2102%24%7BSHELL(id)%7D")]
    [InlineData("*782102%2Con%26x")]
    [InlineData("*72%24%7BDB(x)%7D")]
    [InlineData("9.*")]
    [InlineData("1%7C2")]
    public async Task A_number_with_more_than_digits_in_it_reaches_nobody(string number)
    {
        await lab.RoomAsync("2101", level: 3);
        await lab.RoomAsync("2102");
        await lab.RoomAsync("2103");
        foreach (var phone in (string[])["2101", DialplanLab.Operator])
        {
            var ended = await lab.Phones.CallAsync(phone, number, "--for", "1200");
            Assert.Contains(ended, (string[])["hung-up", "bye", "404"]);
            if (ended != "404") Assert.Contains(lab.Heard(phone)[^1].Split(' ')[0], (string[])["no-such-number", "refused"]);
        }

        Assert.Empty(lab.Phones.Facts());
        Assert.Empty(lab.Outside.Facts());
        Assert.Null(await lab.ReadAsync("switchboard_forward", "2101"));
    }
}
