using NodaTime;
using Switchboard.Features.Calls;

namespace Switchboard.Tests.Calls;

public class AnswerReportTests
{
    private static readonly LocalDate Day = new(2026, 12, 24);
    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["Asia/Shanghai"];
    private static readonly AnswerReport Report = new(Duration.FromSeconds(5), 3);
    private static readonly Instant Midnight = Zone.AtStartOfDay(Day).ToInstant();

    private static (string, OperatorCall) Call(string time, double? answeredAfter, string phone = "PJSIP/0001", OperatorCallOutcome outcome = OperatorCallOutcome.Taken)
    {
        var at = Midnight + Duration.FromTimeSpan(TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture));
        var end = answeredAfter is { } seconds ? at + Duration.FromSeconds(seconds) : (Instant?)null;
        return ("1.1", new(at, "incoming", null, outcome) { AnsweredAt = outcome == OperatorCallOutcome.Taken ? end : null, AnsweredBy = outcome == OperatorCallOutcome.Taken ? phone : null, EndedAt = end });
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4.9, 1)]
    [InlineData(5, 2)]
    [InlineData(14.9, 3)]
    [InlineData(15, 4)]
    public void The_first_ring_begins_at_once(double waited, int rings) => Assert.Equal(rings, Report.Rings(Duration.FromSeconds(waited)));

    [Fact]
    public void A_day_has_its_share_within_three_rings_its_median_its_worst_hour_and_who_gave_up()
    {
        var report = Report.Of(Day, Zone,
        [
            Call("08:00", 2), Call("08:30", 14.9), Call("09:00", 15), Call("09:10", 40, "PJSIP/0002"), Call("09:20", 60, outcome: OperatorCallOutcome.GivenUp),
            Call("10:00", 3, outcome: OperatorCallOutcome.PutThrough), Call("10:30", null, outcome: OperatorCallOutcome.Waiting),
            // The days before and after.
            Call("-00:00:01", 2), Call("1.00:00", 2),
        ]);
        Assert.Equal((7, 4, 1, 2, 2), (report.Calls, report.Answered, report.GivenUp, report.Others, report.WithinGoal));
        Assert.Equal(0.4, report.Share); // of the four that were answered and the one that was given up
        Assert.Equal((15.0, 3, 40.0), (report.MedianSeconds, report.MedianRings, report.LongestSeconds));
        Assert.Equal(new AnswerHour(9, 3, 2, 0, 1, 0), report.WorstHour);
        Assert.Equal([8, 9, 10], report.Hours.Select(h => h.Hour));
        Assert.Equal([("PJSIP/0001", 3, 2), ("PJSIP/0002", 1, 0)], report.Phones.Select(p => (p.Phone, p.Answered, p.WithinGoal)));
        Assert.Equal([1, 3, 4, 9, 13, 1, 0], report.Rows.Select(r => r.Rings));
    }

    [Fact]
    public void A_day_without_calls_has_no_share()
    {
        var report = Report.Of(Day, Zone, []);
        Assert.Equal((0, null, null, null), (report.Calls, report.Share, report.MedianSeconds, report.WorstHour));
    }
}
