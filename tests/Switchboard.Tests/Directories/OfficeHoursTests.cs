using NodaTime;
using Switchboard.Features.Directories;

namespace Switchboard.Tests.Directories;

public class OfficeHoursTests
{
    // 2026-11-23 is a Monday.
    private static bool IsOpen(string hours, string day, string time) => OfficeHours.Parse(hours).IsOpen(
        new LocalDate(2026, 11, 23).PlusDays(Array.IndexOf(["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"], day)) + NodaTime.Text.LocalTimePattern.GeneralIso.Parse(time + ":00").Value);

    [Theory]
    [InlineData("Mo-Fr 09:00-18:00", "Mo", "09:00", true)]
    [InlineData("Mo-Fr 09:00-18:00", "Mo", "08:59", false)]
    [InlineData("Mo-Fr 09:00-18:00", "Fr", "17:59", true)]
    [InlineData("Mo-Fr 09:00-18:00", "Fr", "18:00", false)]
    [InlineData("Mo-Fr 09:00-18:00", "Sa", "12:00", false)]
    [InlineData("Mo-Fr 09:00-12:00,13:30-18:00; Sa 09:00-12:00", "We", "12:30", false)]
    [InlineData("Mo-Fr 09:00-12:00,13:30-18:00; Sa 09:00-12:00", "We", "13:30", true)]
    [InlineData("Mo-Fr 09:00-12:00,13:30-18:00; Sa 09:00-12:00", "Sa", "11:59", true)]
    [InlineData("Sa-Mo,We 10:00-11:00", "Su", "10:30", true)]
    [InlineData("Sa-Mo,We 10:00-11:00", "We", "10:30", true)]
    [InlineData("Sa-Mo,We 10:00-11:00", "Tu", "10:30", false)]
    [InlineData("07:00-23:00", "Su", "22:59", true)]
    [InlineData("00:00-24:00", "Su", "23:59", true)]
    // Over midnight: the night of Friday ends on Saturday, that of Sunday on Monday.
    [InlineData("Fr 22:00-06:00", "Sa", "05:59", true)]
    [InlineData("Fr 22:00-06:00", "Sa", "06:00", false)]
    [InlineData("Fr 22:00-06:00", "Fr", "05:00", false)]
    [InlineData("Su 22:00-06:00", "Mo", "03:00", true)]
    public void Somebody_is_there_by_days_and_times(string hours, string day, string time, bool open) => Assert.Equal(open, IsOpen(hours, day, time));

    [Theory]
    [InlineData("Mo-Fr 09:00-12:00,13:30-18:00; Sa 09:00-12:00", "09.00-12.00/mon&tue&wed&thu&fri+13.30-18.00/mon&tue&wed&thu&fri+09.00-12.00/sat")]
    [InlineData("00:00-24:00", "00.00-23.59/mon&tue&wed&thu&fri&sat&sun")]
    [InlineData("Fr 18:00-24:00", "18.00-23.59/fri")]
    // Over midnight it is two, the second on the next day.
    [InlineData("Fr,Su 22:00-06:00", "22.00-23.59/fri&sun+00.00-06.00/mon&sat")]
    public void The_dialplan_reads_the_same_hours(string hours, string rules) => Assert.Equal(rules, OfficeHours.Parse(hours).ForDialplan());

    [Theory]
    [InlineData("")]
    [InlineData("Mo-Fr")]
    [InlineData("Mo-Fr 9:00-18:00")]
    [InlineData("Mo-Fr 09:00")]
    [InlineData("Mo-Fr 09:00-25:00")]
    [InlineData("Mo-Fr 09:00-09:00")]
    [InlineData("24:00-09:00")]
    [InlineData("Mo-We-Fr 09:00-18:00")]
    [InlineData("Mon 09:00-18:00")]
    [InlineData("mo 09:00-18:00")]
    [InlineData("Mo 09:00-18:00;")]
    [InlineData("Mo 09:00-12:00, 13:00-18:00")]
    [InlineData("星期一 09:00-18:00")]
    public void Anything_else_is_refused(string hours) => Assert.Throws<FormatException>(() => OfficeHours.Parse(hours));

    [Fact]
    public void The_hotels_clock_decides()
    {
        var entry = new DirectoryEntry(new DirectoryLine(2, "gm", "王", null, "8001", "Mo-Fr 09:00-18:00", null, null, null, []), Instant.MinValue);
        var shanghai = DateTimeZoneProviders.Bcl["Asia/Shanghai"];
        Assert.True(entry.IsInOffice(Instant.FromUtc(2026, 11, 23, 1, 0), shanghai)); // Monday, 09:00
        Assert.False(entry.IsInOffice(Instant.FromUtc(2026, 11, 23, 10, 0), shanghai));
        Assert.False(entry.IsInOffice(Instant.FromUtc(2026, 11, 23, 1, 0), DateTimeZone.Utc));
    }
}
