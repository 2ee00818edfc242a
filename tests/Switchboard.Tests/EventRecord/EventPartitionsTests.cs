using NodaTime;
using Switchboard.EventRecord;

namespace Switchboard.Tests.EventRecord;

public class EventPartitionsTests
{
    [Fact]
    public void A_days_table_is_named_by_its_UTC_date()
    {
        Assert.Equal("pbx_events_20260301", EventPartitions.NameOf(new LocalDate(2026, 3, 1)));
    }

    [Theory]
    [InlineData("pbx_events_20260301", true)]
    [InlineData("pbx_events_20261231", true)]
    [InlineData("pbx_events_20260230", false)]
    [InlineData("pbx_events_2026", false)]
    [InlineData("pbx_events_20260301_old", false)]
    [InlineData("pbx_events_default", false)]
    [InlineData("pbx_event_sessions", false)]
    public void Only_a_days_table_is_taken_for_one_and_can_ever_be_dropped(string name, bool isDay)
    {
        Assert.Equal(isDay, EventPartitions.DayOf(name) is not null);
    }

    [Fact]
    public void A_name_says_its_day()
    {
        Assert.Equal(new LocalDate(2026, 12, 31), EventPartitions.DayOf("pbx_events_20261231"));
    }
}
