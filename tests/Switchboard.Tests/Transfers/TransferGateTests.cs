using NodaTime;
using NodaTime.Testing;
using Switchboard.Features.Transfers;
using Switchboard.Web;

namespace Switchboard.Tests.Transfers;

public class TransferGateTests
{
    private readonly FakeClock _clock = new(Instant.FromUtc(2026, 12, 24, 0, 0));

    [Fact]
    public void Of_two_operators_the_second_is_told_who_was_first_and_where_to()
    {
        var gate = new TransferGate(_clock);
        using var first = gate.Enter("17.1", "room 1203", "desk/1007");
        Assert.Contains("being put through to room 1203 by desk/1007", Assert.Throws<ConflictException>(() => gate.Enter("17.1", "room 1204", "desk/1008")).Message, StringComparison.Ordinal);
        using var other = gate.Enter("18.1", "room 1204", "desk/1008");
    }

    [Fact]
    public void What_was_done_is_in_the_way_for_a_moment_and_what_failed_is_not()
    {
        var gate = new TransferGate(_clock);
        gate.Enter("17.1", "room 1203", "desk/1007").Dispose();
        using (var again = gate.Enter("17.1", "room 1203", "desk/1007")) again.Done();
        _clock.AdvanceSeconds(2);
        Assert.Contains("was put through to room 1203 by desk/1007 2 s ago", Assert.Throws<ConflictException>(() => gate.Enter("17.1", "room 1204", "desk/1008")).Message, StringComparison.Ordinal);
        _clock.AdvanceSeconds(3);
        gate.Enter("17.1", "room 1204", "desk/1008").Dispose();
    }
}
