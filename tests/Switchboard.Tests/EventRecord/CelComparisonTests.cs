using NodaTime;
using Switchboard.EventRecord;

namespace Switchboard.Tests.EventRecord;

public class CelComparisonTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 11, 25, 12, 0, 0);

    [Fact]
    public void A_line_that_the_record_has_is_not_missing_and_one_that_it_lacks_is()
    {
        CelLine[] lines = [Line("CHAN_START", 0.1), Line("ANSWER", 3.2)];
        Assert.Equal([lines[1]], new CelComparison().Missing(lines, Rows(lines[0])));
    }

    [Fact]
    public void Of_three_alike_in_the_same_second_as_many_are_missing_as_the_record_has_fewer()
    {
        CelLine[] lines = [Line("APP_START", 0.1), Line("APP_START", 0.5), Line("APP_START", 0.9)];
        Assert.Equal([lines[2]], new CelComparison().Missing(lines, Rows(lines[0], lines[1])));
    }

    [Fact]
    public void One_row_never_stands_for_two_lines_also_where_they_are_compared_in_two_rounds()
    {
        var comparison = new CelComparison();
        CelLine[] lines = [Line("APP_START", 0.1), Line("APP_START", 0.9)];
        var rows = Rows(lines[0]);
        Assert.Empty(comparison.Missing([lines[0]], rows));
        Assert.Equal([lines[1]], comparison.Missing([lines[1]], rows));
        // Stored since: the next comparison of a third one finds two rows, both of them taken.
        var third = Line("APP_START", 0.95);
        Assert.Equal([third], comparison.Missing([third], Rows(lines)));
    }

    [Theory]
    [InlineData("2026-11-25 12:00:07", "2026-11-25T12:00:07.9Z")] // the PBX's zone is UTC
    [InlineData("2026-11-25 20:00:07", "2026-11-25T12:00:08.001Z")] // Shanghai, and told in the second after
    [InlineData("2026-11-25 17:45:07", "2026-11-25T12:00:07.2Z")] // Kathmandu
    [InlineData("2026-11-25 02:30:07", "2026-11-25T12:00:37Z")] // Marquesas, half a minute late
    [InlineData("1795608007.999999", "2026-11-25T12:00:08Z")] // our own, from the file
    public void The_second_that_AMI_tells_in_the_zone_of_the_PBX_is_found(string eventTime, string at) =>
        Assert.Equal(Noon.ToUnixTimeSeconds() + 7, CelKey.SecondOf(eventTime, NodaTime.Text.InstantPattern.ExtendedIso.Parse(at).Value));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    public void Without_a_time_that_can_be_read_the_row_itself_tells_it(string? eventTime) =>
        Assert.Equal(Noon.ToUnixTimeSeconds(), CelKey.SecondOf(eventTime, Noon));

    private static Dictionary<CelKey, int> Rows(params CelLine[] lines) => lines.GroupBy(CelKey.Of).ToDictionary(g => g.Key, g => g.Count());

    private static CelLine Line(string type, double seconds) =>
        new(type, Noon + Duration.FromSeconds(seconds), "c.1", "c.1", "PJSIP/1101-00000001", "1102", "rooms", "Dial", "PJSIP/1102,30", "1101", "", "", "");
}
