using NodaTime;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Web;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>Local time: what a person says against the zone's rules.</summary>
public class WakeUpTimesTests
{
    // Berlin: clocks go forward on 2026-03-29 at 02:00 and back on 2026-10-25 at 03:00.
    private static readonly DateTimeZone Berlin = DateTimeZoneProviders.Bcl["Europe/Berlin"];

    private static WakeUpTime Resolve(string? time, string? date, Instant now, DateTimeZone? zone = null) => WakeUpTimes.Resolve(time, date, zone ?? A.Shanghai, now, 366);

    [Theory]
    [InlineData("06:00", "2026-11-25 06:00:00")] // tomorrow's: 06:00 today is past
    [InlineData("23:30", "2026-11-24 23:30:00")]
    [InlineData("20:00:01", "2026-11-24 20:00:01")]
    [InlineData("20:00", "2026-11-25 20:00:00")] // this very minute has begun
    public void Without_a_date_the_next_occurrence_is_meant(string time, string expected)
    {
        var eightInTheEvening = Instant.FromUtc(2026, 11, 24, 12, 0);
        var when = Resolve(time, null, eightInTheEvening);
        Assert.Equal(expected, $"{when.Date:uuuu-MM-dd} {when.Time:HH:mm:ss}");
        Assert.Equal(when.Date + when.Time, when.DueAt.InZone(A.Shanghai).LocalDateTime);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("6:00")]
    [InlineData("24:00")]
    [InlineData("06:60")]
    [InlineData("06.00")]
    [InlineData("06:00\n")]
    [InlineData("06:00:00.5")]
    [InlineData("٠٦:٠٠")]
    [InlineData("soon")]
    public void A_malformed_time_names_the_field_and_what_is_allowed(string? time)
    {
        var refused = Assert.Throws<InvalidInputException>(() => Resolve(time, null, A.SixOClock));
        Assert.Equal("time", refused.Field);
        Assert.Contains("HH:MM", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("25.11.2026")]
    [InlineData("2026-02-30")]
    [InlineData("2026-11-25\n")]
    [InlineData("tomorrow")]
    public void A_malformed_date_names_the_field(string date) =>
        Assert.Equal("date", Assert.Throws<InvalidInputException>(() => Resolve("06:00", date, A.SixOClock)).Field);

    [Fact]
    public void A_past_date_and_a_past_time_today_are_refused_with_the_hotels_clock()
    {
        var noon = Instant.FromUtc(2026, 11, 24, 4, 0);
        Assert.Equal("date", Assert.Throws<InvalidInputException>(() => Resolve("06:00", "2026-11-23", noon)).Field);
        var past = Assert.Throws<InvalidInputException>(() => Resolve("06:00", "2026-11-24", noon));
        Assert.Equal("time", past.Field);
        Assert.Contains("it is 2026-11-24 12:00 in Asia/Shanghai", past.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_year_and_a_day_ahead_is_the_last_that_can_be_booked()
    {
        var noon = Instant.FromUtc(2026, 11, 24, 4, 0);
        Assert.Equal(new LocalDate(2027, 11, 25), Resolve("06:00", "2027-11-25", noon).Date);
        Assert.Contains("within 366 days, by 2027-11-25", Assert.Throws<InvalidInputException>(() => Resolve("06:00", "2027-11-26", noon)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-03-29")]
    [InlineData(null)]
    public void A_time_that_the_clock_change_skips_is_refused_with_the_next_valid_one(string? date)
    {
        var midnight = Instant.FromUtc(2026, 3, 28, 23, 30);
        var refused = Assert.Throws<InvalidInputException>(() => Resolve("02:30", date, midnight, Berlin));
        Assert.Equal("time", refused.Field);
        Assert.Contains("the next valid time is 2026-03-29 03:00", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_repeated_time_means_its_first_occurrence_still_ahead()
    {
        Assert.Equal(Instant.FromUtc(2026, 10, 25, 0, 30), Resolve("02:30", "2026-10-25", Instant.FromUtc(2026, 10, 24, 20, 0), Berlin).DueAt);
        // Between the two: the second one.
        Assert.Equal(Instant.FromUtc(2026, 10, 25, 1, 30), Resolve("02:30", "2026-10-25", Instant.FromUtc(2026, 10, 25, 0, 45), Berlin).DueAt);
        Assert.Equal(Instant.FromUtc(2026, 10, 25, 1, 30), Resolve("02:30", null, Instant.FromUtc(2026, 10, 25, 0, 45), Berlin).DueAt);
    }

    [Fact]
    public void Six_in_the_morning_is_six_in_the_morning_on_both_sides_of_a_clock_change()
    {
        var before = Resolve("06:00", "2026-10-24", Instant.FromUtc(2026, 10, 20, 0, 0), Berlin).DueAt;
        var after = Resolve("06:00", "2026-10-25", Instant.FromUtc(2026, 10, 20, 0, 0), Berlin).DueAt;
        Assert.Equal(Duration.FromHours(25), after - before);
    }

    [Fact]
    public void A_gap_that_new_zone_data_bring_shifts_a_booking_to_the_first_instant_after_it() =>
        Assert.Equal(Instant.FromUtc(2026, 3, 29, 1, 0), WakeUpTimes.Rederive(new LocalDate(2026, 3, 29), new LocalTime(2, 30), Berlin).DueAt);
}
