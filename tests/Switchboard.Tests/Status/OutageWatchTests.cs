using Serilog.Events;
using Switchboard.Tests.Rig;

namespace Switchboard.Tests.Status;

/// <summary>
/// What is broken is one line when it begins, one a minute while it lasts, and one when it is over: what, since when, what for guests,
/// what to do.
/// </summary>
[Collection(QuietCollection.Name)]
public sealed class OutageWatchTests
{
    [Fact]
    public async Task A_PBX_that_goes_is_told_at_once_with_what_it_means_for_guests_and_what_to_do()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        Assert.Empty(AwayLines(hotel, "PBX main"));
        await hotel.AtAsync("22:00:00");
        await hotel.Pbx.LeaveAsync();
        var line = Assert.Single(AwayLines(hotel, "PBX main"));
        Assert.Equal(LogEventLevel.Error, line.Level);
        Assert.StartsWith("PBX main cannot be reached since 2026-11-24 22:00:00 (0 s)", line.Text, StringComparison.Ordinal);
        Assert.Contains("Guests: wake-ups that fall due do not ring and go to housekeeping's list", line.Text, StringComparison.Ordinal);
        Assert.Contains("Do: start Asterisk", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_it_lasts_it_is_told_once_a_minute()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        await hotel.AtAsync("22:00:00");
        await hotel.Pbx.LeaveAsync();
        for (var second = 0; second < 119; second++) await hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, AwayLines(hotel, "PBX main").Count);
        await hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.EndsWith("(2 min)", AwayLines(hotel, "PBX main")[^1].Text.Split(": ")[0], StringComparison.Ordinal);
        Assert.Equal(3, AwayLines(hotel, "PBX main").Count);
    }

    [Fact]
    public async Task Its_end_is_told_once_with_how_long_it_lasted_and_what_was_found()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        await hotel.AtAsync("22:00:00");
        await hotel.Pbx.LeaveAsync();
        await hotel.AtAsync("22:00:30");
        await hotel.Pbx.ReturnAsync();
        await hotel.PassAsync(TimeSpan.FromMinutes(3));
        var line = Assert.Single(hotel.Log, line => line.Id == 7001);
        Assert.Matches(@"^Over after 3[0-9] s \(since 2026-11-24 22:00:00\): PBX main cannot be reached\. Now: Asterisk 22\.0\.0",
            line.Text);
        Assert.Equal(LogEventLevel.Information, line.Level);
        Assert.Single(AwayLines(hotel, "PBX main"));
    }

    [Fact]
    public async Task A_PBX_that_is_not_there_at_the_start_is_given_a_moment()
    {
        await using var hotel = await SmallHotel.OpenAsync(new Yesterday { PbxIsThere = false });
        await hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Empty(AwayLines(hotel, "PBX main"));
        await hotel.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Single(AwayLines(hotel, "PBX main"));
    }

    [Fact]
    public async Task A_PBX_that_answers_and_cannot_be_read_is_told_as_that()
    {
        await using var hotel = await SmallHotel.OpenAsync(new Yesterday { PbxIsReadable = false });
        for (var second = 0; second < 7; second++) await hotel.PassAsync(TimeSpan.FromSeconds(1));
        var line = Assert.Single(hotel.Log, line =>
            line.Id == 7000 && line.Text.StartsWith("PBX main answers, but its calls cannot be read", StringComparison.Ordinal));
        Assert.Contains("Permission denied", line.Text, StringComparison.Ordinal);
        Assert.Contains("Do: check the AMI user's rights", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostgreSQL_that_is_away_is_told_with_what_goes_on_without_it()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        await hotel.PassAsync(TimeSpan.FromSeconds(1));
        var line = Assert.Single(AwayLines(hotel, "PostgreSQL cannot be reached"));
        Assert.Equal(LogEventLevel.Error, line.Level);
        Assert.Contains("Guests: the wake-ups of the next 24 hours ring from this machine's copy", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostgreSQL_that_is_away_where_there_is_no_copy_is_told_as_what_it_is_for_guests()
    {
        await using var hotel = await SmallHotel.OpenAsync(new Yesterday { HasCopy = false });
        await hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Contains("Guests: no wake-up rings and none can be booked until it is back",
            Assert.Single(AwayLines(hotel, "PostgreSQL cannot be reached")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_power_cut_that_took_PostgreSQL_and_PBX_it_is_not_told_that_there_is_no_copy()
    {
        await using var hotel = await SmallHotel.OpenAsync(new Yesterday { PbxIsThere = false });
        await hotel.PassAsync(TimeSpan.FromSeconds(1));
        var line = Assert.Single(AwayLines(hotel, "PostgreSQL cannot be reached"));
        Assert.Contains("Guests: the wake-ups of the next 24 hours ring from this machine's copy", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clocks_that_do_not_agree_are_a_warning_until_they_do()
    {
        await using var hotel = await SmallHotel.OpenAsync();
        hotel.Pbx.ClockAhead = TimeSpan.FromSeconds(1.9);
        await hotel.PassAsync(TimeSpan.FromSeconds(30));
        await hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Empty(AwayLines(hotel, "The clocks"));
        hotel.Pbx.ClockAhead = TimeSpan.FromSeconds(5);
        await hotel.PassAsync(TimeSpan.FromSeconds(30));
        await hotel.PassAsync(TimeSpan.FromSeconds(1));
        var line = Assert.Single(AwayLines(hotel, "The clocks"));
        Assert.Equal(LogEventLevel.Warning, line.Level);
        Assert.Contains("PBX +5.0 s from this machine's", line.Text, StringComparison.Ordinal);
        hotel.Pbx.ClockAhead = TimeSpan.Zero;
        await hotel.PassAsync(TimeSpan.FromSeconds(30));
        await hotel.PassAsync(TimeSpan.FromSeconds(1));
        Assert.EndsWith("Now: they agree", Assert.Single(hotel.Log, line => line.Id == 7001).Text, StringComparison.Ordinal);
    }

    private static IReadOnlyList<LogLine> AwayLines(SmallHotel hotel, string what) =>
        [.. hotel.Log.Where(line => line.Id == 7000 && line.Text.StartsWith(what, StringComparison.Ordinal))];
}
