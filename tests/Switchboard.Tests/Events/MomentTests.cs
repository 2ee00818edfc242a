using NodaTime;
using NodaTime.Text;
using Switchboard.Features.Events;
using Switchboard.Web;

namespace Switchboard.Tests.Events;

public class MomentTests
{
    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Bcl["Asia/Shanghai"];
    private static readonly Instant Now = Instant.FromUtc(2026, 12, 24, 4, 0);

    [Theory]
    [InlineData("90s", "2026-12-24T03:58:30Z")]
    [InlineData("30m", "2026-12-24T03:30:00Z")]
    [InlineData("1h", "2026-12-24T03:00:00Z")]
    [InlineData("2d", "2026-12-22T04:00:00Z")]
    [InlineData("2026-12-24", "2026-12-23T16:00:00Z")]
    [InlineData("2026-12-24T06:30", "2026-12-23T22:30:00Z")]
    [InlineData("2026-12-24 06:30:15", "2026-12-23T22:30:15Z")]
    [InlineData("2026-12-24T06:30:15.250", "2026-12-23T22:30:15.25Z")]
    [InlineData("2026-12-24T06:30:15Z", "2026-12-24T06:30:15Z")]
    [InlineData("2026-12-24T06:30:15+08:00", "2026-12-23T22:30:15Z")]
    public void A_moment_may_be_so_long_ago_a_date_or_a_time(string text, string instant) =>
        Assert.Equal(InstantPattern.ExtendedIso.Parse(instant).Value, Moments.Parse("since", text, Zone, Now));

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("-1h")]
    [InlineData("1w")]
    [InlineData("1 h")]
    [InlineData("9999999d")]
    [InlineData("２h")]
    [InlineData("yesterday")]
    [InlineData("2026-02-30")]
    [InlineData("24.12.2026")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("-9998-01-01")]
    public void What_is_none_names_the_field_the_value_and_what_is_allowed(string text)
    {
        var refused = Assert.Throws<InvalidInputException>(() => Moments.Parse("since", text, Zone, Now));
        Assert.Equal(("since", text), (refused.Field, refused.Value));
        Assert.Contains("30m, 1h, 2d", refused.Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_room_a_call_or_a_time_the_last_hour_is_meant()
    {
        Assert.Equal(Now - Duration.FromHours(1), new EventAsk(null, null, null, null, null, null).Resolve(Zone, Now).Since);
        Assert.Null(new EventAsk("1203", null, null, null, null, null).Resolve(Zone, Now).Since);
        Assert.Null(new EventAsk(null, "1.1", null, null, null, null).Resolve(Zone, Now).Since);
        Assert.Equal(200, new EventAsk(null, null, null, null, null, null).Resolve(Zone, Now).Limit);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10001")]
    [InlineData("-5")]
    [InlineData("")]
    [InlineData("99999999999")]
    public void A_limit_beyond_its_range_is_refused(string limit) =>
        Assert.Equal("limit", Assert.Throws<InvalidInputException>(() => new EventAsk(null, null, null, null, null, limit).Resolve(Zone, Now)).Field);

    [Fact]
    public void A_time_that_ends_before_it_begins_is_refused() =>
        Assert.Equal("since", Assert.Throws<InvalidInputException>(() => new EventAsk(null, null, null, "1h", "2h", null).Resolve(Zone, Now)).Field);
}
