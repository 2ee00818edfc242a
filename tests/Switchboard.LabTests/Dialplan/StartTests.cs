using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Dialplan;

public class StartTests
{
    [Fact]
    public async Task Asterisk_starts_with_this_dialplan_and_a_line_without_a_warning_and_without_any_worker()
    {
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"), line: FreePorts.Udp());
        await pbx.StartAsync();
        Assert.True(pbx.Warnings().Length == 0, pbx.Warnings());
        Assert.Contains("switchboard-call-room", await pbx.CommandAsync("dialplan show switchboard-call-room"), StringComparison.Ordinal);
    }
}
