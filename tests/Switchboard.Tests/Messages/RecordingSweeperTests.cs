using NodaTime;
using Switchboard.Features.Messages;
using Switchboard.Pbx;

namespace Switchboard.Tests.Messages;

/// <summary>When it is certain that no recording is on its way to its row.</summary>
public class RecordingSweeperTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 26, 4, 0);

    private static PbxLink Link(bool connected = true) => new(connected, "Connected", Now - Duration.FromMinutes(20), null, "", 0, 3);

    [Fact]
    public void AstDB_was_read_on_the_present_link_and_lately()
    {
        Assert.True(RecordingSweeper.IsReadLately(Link(), Now - Duration.FromMinutes(10), Now));
        // Never; while the PBX is away; before it came back.
        Assert.False(RecordingSweeper.IsReadLately(Link(), null, Now));
        Assert.False(RecordingSweeper.IsReadLately(Link(connected: false), Now - Duration.FromMinutes(10), Now));
        Assert.False(RecordingSweeper.IsReadLately(Link(), Now - Duration.FromMinutes(21), Now));
        // Whatever keeps it from being read again may keep something back.
        Assert.False(RecordingSweeper.IsReadLately(Link() with { Since = Now - Duration.FromDays(3) }, Now - Duration.FromHours(1), Now));
    }
}
