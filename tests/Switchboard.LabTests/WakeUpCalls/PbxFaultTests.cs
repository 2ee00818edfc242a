using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.WakeUpCalls;

public class PbxFaultTests(PostgresServer server)
{
    [Fact]
    public async Task Asterisk_not_there_at_start_puts_the_room_on_the_list_at_once_and_rings_when_it_comes()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1121"]);
        // The configuration is prepared by a first start; then the PBX is gone.
        await hotel.Pbx.StartAsync();
        await hotel.Pbx.StopAsync();
        await hotel.Worker.StartAsync(waitUntilReady: false);
        await hotel.Worker.WaitForLogAsync("holds the lock");
        hotel.Worker.UseToken(await File.ReadAllTextAsync(hotel.Worker.AdminTokenFile));
        Assert.False(await hotel.Worker.AnswersAsync("/health/ready"));
        await hotel.ImportRoomsAsync();
        var number = await hotel.BookAsync("1121");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.KnockEntryAsync("1121") is not null, TimeSpan.FromSeconds(10)));
        // A quick Asterisk would be back within the two seconds that do not count as late.
        var due = (await hotel.Worker.GetAsync($"/api/wakeups/{number}")).GetProperty("call").GetProperty("dueAt").GetDateTimeOffset();
        Assert.True(await Eventually.TrueAsync(() => Task.FromResult(LabHotel.HotelTime() > due.AddSeconds(2)), TimeSpan.FromSeconds(10)));

        await hotel.Pbx.StartAsync();
        await hotel.Phones.StartAsync();
        var detail = await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.True(detail.GetProperty("call").GetProperty("late").GetBoolean());
        var entry = (await hotel.KnockEntryAsync("1121"))!.Value;
        Assert.Contains(entry.GetProperty("notes").EnumerateArray(), n => n.GetProperty("text").GetString()!.StartsWith("confirmed ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Asterisk_killed_while_phones_ring_costs_one_attempt_and_no_guest()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["2221"], new Dictionary<string, string> { ["WakeUpCalls:RingTime"] = "00:00:15" });
        var number = await hotel.BookAsync("2221");
        await hotel.Phones.WaitForAsync("2221", "RINGING");
        await hotel.Pbx.KillAsync();
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached since");
        await hotel.Pbx.StartAsync();
        var detail = await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.Equal("Unknown, Confirmed", LabHotel.ResultsOf(detail));
        Assert.Equal(2, hotel.Phones.Calls("2221"));
    }

    [Fact]
    public async Task Asterisk_restarted_while_phones_ring_rings_again_and_confirms()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["2222"], new Dictionary<string, string> { ["WakeUpCalls:RingTime"] = "00:00:15" });
        var number = await hotel.BookAsync("2222");
        await hotel.Phones.WaitForAsync("2222", "RINGING");
        await hotel.Pbx.StopAsync();
        await hotel.Pbx.StartAsync();
        await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.Equal(2, hotel.Phones.Calls("2222"));
    }

    [Fact]
    public async Task Cancelled_while_it_rings_the_phone_stops_and_a_change_is_refused()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["5121", "5122", "5123"]);
        var number = await hotel.BookAsync("5121");
        var atTheDoor = await hotel.BookAsync("5122");
        var queued = await hotel.BookAsync("5123", 4);
        await hotel.Phones.WaitForAsync("5121", "RINGING");
        using (var refused = await hotel.Worker.TrySendAsync(HttpMethod.Put, $"/api/wakeups/{number}", new { time = "12:00" }))
            Assert.Equal(System.Net.HttpStatusCode.Conflict, refused.StatusCode);
        await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/wakeups/{number}/cancel", new { by = "1007" });
        // Claimed, not yet dialled.
        await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/wakeups/{queued}/cancel", new { });
        await hotel.Phones.WaitForAsync("5121", "CANCEL", seconds: 3);
        var detail = await hotel.WaitForStateAsync(number, "Cancelled");
        Assert.True(await Eventually.TrueAsync(async () => LabHotel.ResultsOf(await hotel.Worker.GetAsync($"/api/wakeups/{number}")) == "Cancelled", TimeSpan.FromSeconds(5)));
        Assert.Null(await hotel.KnockEntryAsync("5121"));
        Assert.Equal("Cancelled", LabHotel.ResultsOf(await hotel.WaitForStateAsync(queued, "Cancelled")));

        await hotel.WaitForStateAsync(atTheDoor, "Unanswered");
        Assert.Equal(1, hotel.Phones.Calls("5121"));
        Assert.Equal(0, hotel.Phones.Calls("5123"));
    }

    [Fact]
    public async Task A_guest_found_awake_at_the_door_is_not_rung_again_and_the_entry_is_closed_by_name_once()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["7121"], new Dictionary<string, string> { ["WakeUpCalls:Pause"] = "00:00:20" });
        var number = await hotel.BookAsync("7121");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.KnockEntryAsync("7121") is not null, TimeSpan.FromSeconds(10)));
        var entry = (await hotel.KnockEntryAsync("7121"))!.Value.GetProperty("number").GetInt64();
        using (var nameless = await hotel.Worker.TrySendAsync(HttpMethod.Post, $"/api/housekeeping/{entry}/close", new { finding = "awake" }))
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, nameless.StatusCode);
        await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/housekeeping/{entry}/close", new { name = "Chen", finding = "was in the shower", awake = true });
        var detail = await hotel.WaitForStateAsync(number, "Unanswered");
        Assert.Equal("Unreachable", LabHotel.ResultsOf(detail));
        using var twice = await hotel.Worker.TrySendAsync(HttpMethod.Post, $"/api/housekeeping/{entry}/close", new { name = "Li", finding = "again" });
        Assert.Equal(System.Net.HttpStatusCode.Conflict, twice.StatusCode);
        Assert.DoesNotContain("shower", hotel.Worker.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Chen", hotel.Worker.Log, StringComparison.Ordinal);
    }
}
