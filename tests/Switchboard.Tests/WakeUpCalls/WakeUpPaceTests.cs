using Switchboard.Tests.Rig;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>Many wake-ups of one minute: in due order, and no more at once than the house can carry.</summary>
[Collection(QuietCollection.Name)]
public sealed class WakeUpPaceTests
{
    [Fact]
    public async Task Wake_ups_of_one_minute_ring_in_the_order_of_their_booking_and_so_many_a_second()
    {
        await using var hotel = await SmallHotel.OpenAsync(("WakeUpCalls:CallsPerSecond", "1"));
        foreach (var room in new[] { "1103", "1101", "1102" }) await hotel.BookAsync(room, "06:00");
        await hotel.AtAsync("05:59:56");
        foreach (var second in new[] { "06:00:00", "06:00:01", "06:00:02" }) await hotel.AtAsync(second);
        Assert.Equal(["1103", "1101", "1102"], hotel.Pbx.Rings.Select(r => r.To));
        Assert.Equal(3, hotel.Pbx.Rings.Select(r => r.At).Distinct().Count());
    }

    [Fact]
    public async Task Behind_a_gateway_with_one_line_the_second_room_rings_when_the_first_has_ended()
    {
        await using var hotel = await SmallHotel.OpenAsync(("WakeUpCalls:Gateways:0:DialPrefix", "PJSIP/"),
            ("WakeUpCalls:Gateways:0:MaxCalls", "1"));
        foreach (var room in new[] { "1101", "1102" }) await hotel.BookAsync(room, "06:00");
        await hotel.AtAsync("06:00:00");
        await hotel.AtAsync("06:00:10");
        Assert.Equal("1101", Assert.Single(hotel.Pbx.Rings).To);
        await hotel.Pbx.EndsAsync(hotel.Pbx.Rings[0]);
        Assert.Equal(["1101", "1102"], hotel.Pbx.Rings.Select(r => r.To));
    }
}
