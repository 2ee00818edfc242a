using NodaTime;
using NodaTime.Text;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Features.Hotel;
using Switchboard.Web;

namespace Switchboard.Tests.DoNotDisturb;

/// <summary>What operators write for the end of a lock.</summary>
public class LockTimesTests
{
    private static readonly DateTimeZone Shanghai = SystemZones.Get("Asia/Shanghai");
    private static readonly DateTimeZone Berlin = SystemZones.Get("Europe/Berlin");
    private static readonly Instant Now = InstantPattern.General.Parse("2026-11-26T04:00:00Z").Value; // 12:00 in Shanghai

    [Theory]
    [InlineData("14:30", "2026-11-26T06:30:00Z")]
    [InlineData("11:59", "2026-11-27T03:59:00Z")]
    [InlineData("12:00", "2026-11-27T04:00:00Z")]
    [InlineData("12:00:01", "2026-11-26T04:00:01Z")]
    [InlineData("2026-11-28T08:00", "2026-11-28T00:00:00Z")]
    [InlineData("2026-11-28 08:00:30", "2026-11-28T00:00:30Z")]
    [InlineData("90m", "2026-11-26T05:30:00Z")]
    [InlineData("2h", "2026-11-26T06:00:00Z")]
    public void An_end_is_a_time_on_the_hotels_clocks_or_so_long_from_now(string text, string expected) =>
        Assert.Equal(InstantPattern.General.Parse(expected).Value, LockTimes.Until(text, Shanghai, Now, TimeSpan.FromDays(30)));

    [Theory]
    [InlineData("2026-11-26T11:59", "is past: it is 2026-11-26 12:00 in Asia/Shanghai")]
    [InlineData("0m", "is past")]
    [InlineData("2027-11-28T08:00", "must be by 2026-12-26 12:00")]
    [InlineData("721h", "must be by")]
    [InlineData("noon", "must be a time on the hotel's clocks")]
    [InlineData("25:00", "must be a time on the hotel's clocks")]
    [InlineData("", "must be a time on the hotel's clocks")]
    [InlineData("1d", "must be a time on the hotel's clocks")]
    [InlineData("14:30\n", "must be a time on the hotel's clocks")]
    [InlineData("99999999999999999999m", "must be a time on the hotel's clocks")]
    public void What_is_none_names_the_value_and_what_is_allowed(string text, string says)
    {
        var refused = Assert.Throws<InvalidInputException>(() => LockTimes.Until(text, Shanghai, Now, TimeSpan.FromDays(30)));
        Assert.Equal(("until", text), (refused.Field, refused.Value));
        Assert.StartsWith(says, refused.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_the_clocks_skip_is_the_first_after_the_gap_and_one_that_they_show_twice_the_first_still_ahead()
    {
        var before = InstantPattern.General.Parse("2026-03-28T22:00:00Z").Value;
        Assert.Equal("2026-03-29T01:00:00Z", LockTimes.Until("02:30", Berlin, before, TimeSpan.FromDays(30)).ToString());
        // 02:30 comes at 00:30Z and again at 01:30Z.
        var between = InstantPattern.General.Parse("2026-10-25T00:45:00Z").Value;
        Assert.Equal("2026-10-25T01:30:00Z", LockTimes.Until("02:30", Berlin, between, TimeSpan.FromDays(30)).ToString());
    }

    [Fact]
    public void None_given_is_until_somebody_releases_it() => Assert.Null(LockTimes.Until(null, Shanghai, Now, TimeSpan.FromDays(30)));
}
