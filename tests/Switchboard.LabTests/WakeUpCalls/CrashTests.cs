using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.WakeUpCalls;

/// <summary>kill -9 of the worker at the moments that matter. Goal: nobody left out, nobody rung after a confirmation, nobody rung twice too often.</summary>
public class CrashTests(PostgresServer server)
{
    [Fact]
    public async Task Killed_between_claim_and_dial_the_attempt_still_goes_out_once()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1111"], ownProcess: true);
        var number = await hotel.BookAsync("1111", 4);
        await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from wake_up_attempts") == 1, TimeSpan.FromSeconds(5));
        await hotel.Worker.KillAsync(nextBeside: true);
        Assert.Equal(0, hotel.Phones.Calls("1111"));

        await hotel.Worker.StartAsync();
        var detail = await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.Equal("Confirmed", LabHotel.ResultsOf(detail));
        Assert.Equal(1, hotel.Phones.Calls("1111"));
    }

    [Fact]
    public async Task Killed_while_the_phone_rings_the_live_call_is_adopted()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["2211"], new Dictionary<string, string> { ["WakeUpCalls:RingTime"] = "00:00:20" }, ownProcess: true);
        var number = await hotel.BookAsync("2211");
        await hotel.Phones.WaitForAsync("2211", "RINGING");
        await hotel.Worker.KillAsync(nextBeside: true);
        await hotel.Worker.StartAsync(); // the phone rings for 8 s in all
        var detail = await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.Equal("Confirmed", LabHotel.ResultsOf(detail));
        Assert.Equal(1, hotel.Phones.Calls("2211"));
        Assert.Contains("is followed again", hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_right_after_key_1_the_guest_is_not_called_again()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1112"], ownProcess: true);
        var number = await hotel.BookAsync("1112");
        await hotel.Phones.WaitForAsync("1112", "KEY 1");
        await hotel.Worker.KillAsync(nextBeside: true);
        await hotel.Worker.StartAsync();
        await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.Equal(1, hotel.Phones.Calls("1112"));
        Assert.Null(await hotel.KnockEntryAsync("1112"));
    }

    [Fact]
    public async Task A_key_pressed_while_the_worker_is_dead_is_read_from_the_proof()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1113", "5113"], ownProcess: true);
        var number = await hotel.BookAsync("1113");
        var never = await hotel.BookAsync("5113");
        await hotel.Phones.WaitForAsync("1113", "RINGING");
        await hotel.Phones.WaitForAsync("5113", "RINGING");
        await hotel.Worker.KillAsync(nextBeside: true);
        await hotel.Phones.WaitForAsync("1113", "BYE-RECEIVED");
        await hotel.Phones.WaitForAsync("5113", "CANCEL");
        await hotel.Worker.StartAsync();
        var detail = await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.Equal("1", detail.GetProperty("attempts")[0].GetProperty("key").GetString());
        Assert.Equal(1, hotel.Phones.Calls("1113"));
        // What was not answered meanwhile is known as well: three attempts in all, not four.
        Assert.Equal("NoAnswer, NoAnswer, NoAnswer", LabHotel.ResultsOf(await hotel.WaitForStateAsync(never, "Unanswered")));
        Assert.Equal(3, hotel.Phones.Calls("5113"));
    }

    [Fact]
    public async Task A_worker_that_was_away_too_long_does_not_ring_but_sends_housekeeping()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1114", "1115"], new Dictionary<string, string> { ["WakeUpCalls:LateLimit"] = "00:00:25" }, ownProcess: true);
        // Both are due, one of them too long ago; some seconds must fit between that and the other's own limit.
        var missed = await hotel.BookAsync("1114", 6);
        var late = await hotel.BookAsync("1115", 30);
        await hotel.Worker.KillAsync(nextBeside: true);
        const string Long = """
            select min(due_at) + interval '26 s' < clock_timestamp() and max(due_at) + interval '6 s' < clock_timestamp() from wake_up_calls
            """;
        Assert.True(await Eventually.TrueAsync(() => hotel.QueryAsync<bool>(Long), TimeSpan.FromSeconds(60)));
        await hotel.Worker.StartAsync();
        await hotel.WaitForStateAsync(missed, "Missed");
        Assert.Equal(0, hotel.Phones.Calls("1114"));
        Assert.NotNull(await hotel.KnockEntryAsync("1114"));
        // Late, but not too late: rings now, and is marked.
        var detail = await hotel.WaitForStateAsync(late, "Confirmed");
        Assert.True(detail.GetProperty("call").GetProperty("late").GetBoolean());
        Assert.Null(await hotel.KnockEntryAsync("1115"));
    }
}
