using System.Globalization;
using System.Net;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.WakeUpCalls;

/// <summary>PostgreSQL is away: wake-ups ring, housekeeping has its list, and everything is in the database when it is back.</summary>
public class WithoutDatabaseTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Wake_ups_ring_on_time_and_are_booked_cancelled_and_knocked_for_while_PostgreSQL_is_away_and_all_of_it_is_stored_when_it_is_back()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1171", "1172", "1173", "5171", "4171"], staticPhones: true);
        await hotel.StartAsync();
        var at = LabHotel.HotelTime(12);
        var booked = await hotel.BookAsync("1171", at);
        var never = await hotel.BookAsync("5171", at);
        var snoozed = await hotel.BookAsync("4171", at);
        var cancelled = await hotel.BookAsync("1173", at.AddMinutes(30));
        await postgres.KillAsync(PostgresSignal.Fast);
        await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL");

        // Booked without it: with its final number.
        var meanwhile = await hotel.BookAsync("1172", at.AddSeconds(1));
        await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/wakeups/{cancelled}/cancel", new { by = "1007" });
        await RefusedAsync(hotel, "1172", at.AddSeconds(1), HttpStatusCode.Conflict, "has an open wake-up");
        await RefusedAsync(hotel, "1171", at.AddDays(3), HttpStatusCode.ServiceUnavailable, "only wake-ups of the next 24 hours");
        await RefusedAsync(hotel, "9999", at, HttpStatusCode.BadRequest, "must be a room of the hotel");

        await Openings.MeasureAsync(() => hotel.WaitForStateAsync(booked, "Confirmed"));
        await hotel.WaitForStateAsync(meanwhile, "Confirmed");
        await hotel.WaitForStateAsync(snoozed, "Confirmed");
        await hotel.WaitForStateAsync(never, "Unanswered");
        var onTime = hotel.Phones.Facts().First(f => f is { Number: "1171", Fact: "RINGING" }).At - at.ToUnixTimeSeconds();
        Assert.True(onTime < 1, $"rang {onTime} s after the booked second");
        var entry = await hotel.KnockEntryAsync("5171");
        Assert.NotNull(entry);
        await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/housekeeping/{entry.Value.GetProperty("number").GetInt64()}/close", new { name = "Li", finding = "asleep, woken", awake = true });

        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("PostgreSQL has everything again");
        await hotel.Worker.WaitForLogAsync("Over after");
        Assert.Equal("1171 Confirmed, 1172 Confirmed, 1173 Cancelled, 4171 Confirmed, 5171 Unanswered",
            await hotel.QueryAsync<string>("select string_agg(room || ' ' || state, ', ' order by room) from wake_up_calls"));
        Assert.Equal($"{booked} {meanwhile}", await hotel.QueryAsync<string>("select string_agg(number::text, ' ' order by room) from wake_up_calls where room in ('1171', '1172')"));
        Assert.Equal("4171 SnoozeAsked,SnoozeAsked,Confirmed; 5171 NoAnswer,NoAnswer,NoAnswer", await hotel.QueryAsync<string>(
            "select string_agg(room || ' ' || r, '; ' order by room) from (select room, string_agg(a.outcome, ',' order by a.number) r from wake_up_calls c join wake_up_attempts a on a.wake_up_call_id = c.id where room in ('4171', '5171') group by room) x"));
        Assert.Equal("Li: asleep, woken", await hotel.QueryAsync<string>("select closed_by || ': ' || finding from knock_entries where room = '5171'"));
        Assert.Equal("Booked,Attempting,Confirmed", await hotel.QueryAsync<string>(
            $"select string_agg(to_state, ',' order by t.id) from wake_up_transitions t join wake_up_calls c on c.id = t.wake_up_call_id where c.number = {meanwhile}"));
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from wake_up_attempts where outcome is null or sent_at is null"));
        // The everyday numbers go on as if nothing had been.
        var next = await hotel.BookAsync("1171");
        Assert.Equal(5, next);
        await hotel.WaitForStateAsync(next, "Confirmed");
        Assert.Equal(1, hotel.Phones.Calls("1172"));
        var tally = await hotel.ReconcileAsync();
        Assert.True(tally.IsWhole, $"{tally}\n{hotel.Worker.Log}");
    }

    [Fact]
    public async Task A_worker_started_while_PostgreSQL_is_away_rings_from_its_copy_lets_staff_in_and_loses_nothing_when_it_is_killed_again()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1174", "1175", "1176", "5174"], staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        var at = LabHotel.HotelTime(20);
        var first = await hotel.BookAsync("1174", at);
        var second = await hotel.BookAsync("5174", at);
        // A booking reaches the copy's file within a moment.
        Assert.True(await Eventually.TrueAsync(() => CopyHolds(hotel, "\"Room\":\"5174\""), TimeSpan.FromSeconds(5)));
        await postgres.KillAsync(PostgresSignal.Immediate);
        await hotel.Worker.KillAsync();
        await hotel.Worker.StartAsync(waitUntilReady: false);
        await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL");
        // The token is known here as well, and a booking is taken.
        var third = await hotel.BookAsync("1175", at.AddSeconds(10));
        await hotel.WaitForStateAsync(first, "Confirmed");
        await hotel.Worker.KillAsync(nextBeside: true);
        await hotel.Worker.StartAsync(waitUntilReady: false);
        Assert.True(await Eventually.TrueAsync(() => hotel.Worker.AnswersAsync("/api/wakeups"), TimeSpan.FromSeconds(15)), hotel.Worker.Log);
        await hotel.WaitForStateAsync(second, "Unanswered");
        await hotel.WaitForStateAsync(third, "Confirmed");
        Assert.NotNull(await hotel.KnockEntryAsync("5174"));
        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("PostgreSQL has everything again", seconds: 20);
        Assert.Equal("1174 Confirmed, 1175 Confirmed, 5174 Unanswered", await hotel.QueryAsync<string>("select string_agg(room || ' ' || state, ', ' order by room) from wake_up_calls"));
        Assert.Equal(1, await hotel.QueryAsync<long>("select count(*) from knock_entries where room = '5174'"));
        Assert.Equal(1, hotel.Phones.Calls("1174"));
        Assert.Equal(1, hotel.Phones.Calls("1175"));
        Assert.True(hotel.Phones.Calls("5174") is 3 or 4, $"{hotel.Phones.Calls("5174")} calls"); // killed while it rang: once too often at most
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from rejected_facts"));
        output.WriteLine(await hotel.QueryAsync<string>("select string_agg(event || ' ' || n, ', ') from (select event, count(*) n from pbx_events group by 1 order by 1) x") ?? "");
    }

    private static bool CopyHolds(LabHotel hotel, string text) =>
        Directory.EnumerateFiles(Path.Combine(hotel.Worker.JournalFolder, "main", "copy"), "*.journal").Any(f => ReadShared(f).Contains(text, StringComparison.Ordinal));

    private static string ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static async Task RefusedAsync(LabHotel hotel, string room, DateTimeOffset at, HttpStatusCode status, string why)
    {
        using var refused = await hotel.Worker.TrySendAsync(HttpMethod.Post, "/api/wakeups", new
        {
            room,
            time = at.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            date = at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        });
        var text = await refused.Content.ReadAsStringAsync();
        Assert.Equal(status, refused.StatusCode);
        Assert.Contains(why, text, StringComparison.Ordinal);
    }
}
