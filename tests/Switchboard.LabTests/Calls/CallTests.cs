using System.Text.Json;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Calls;

/// <summary>Real calls of real phones on a real Asterisk, as rows.</summary>
public class CallTests(PostgresServer server, ITestOutputHelper output)
{
    private const string Rows = """
        select string_agg(row_to_json(c)::text || coalesce((select string_agg(row_to_json(l)::text, E'\n' order by l.unique_id) from call_legs l where l.linked_id = c.linked_id), ''),
          E'\n' order by c.linked_id) from calls c
        """;

    [Fact]
    public async Task Calls_and_wake_ups_of_real_phones_become_rows_and_made_again_they_are_the_same_to_the_byte()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1171", "2171", "3171", "5171", "6171"]);
        var wakeUp = await hotel.BookAsync("1171");
        await hotel.Phones.CallAsync("6171", "2171", "--for", "800");
        await hotel.Phones.CallAsync("6171", "5171", "--give-up", "--for", "700");
        await hotel.Phones.CallAsync("2171", "6171");
        await hotel.Phones.CallAsync("6171", "2171", "--for", "600", "--blind", "3171");
        await hotel.Phones.CallAsync("6171", "2171", "--for", "600", "--attended", "3171");
        await hotel.WaitForStateAsync(wakeUp, "Confirmed");
        await WaitForEndedAsync(hotel, 7);

        Assert.Equal(
            """
            Internal Answered 6171>2171 {2171} cause 16 legs 2 transfers 0
            Internal Cancelled 6171>5171 {5171} cause 127 legs 2 transfers 0
            Internal Busy 2171>6171 {6171} cause 17 legs 2 transfers 0
            Internal Answered 6171>2171 {2171,3171} cause 16 legs 3 transfers 1 blind to 3171
            Internal Answered 6171>2171 {2171,3171} cause 16 legs 3 transfers 1 attended to PJSIP/3171
            Internal Answered 6171>3171 {3171} cause 16 legs 1 transfers 0 went on
            """,
            await hotel.QueryAsync<string>("""
                select string_agg(format('%s %s %s>%s %s cause %s legs %s transfers %s', direction, state, caller_room, dialled, rooms_called::text, cause,
                  (select count(*) from call_legs l where l.linked_id = c.linked_id), jsonb_array_length(transfers)) ||
                  coalesce(' ' || (transfers->0->>'kind') || ' to ' || (transfers->0->>'to'), '') || case when continued_in is null then '' else ' went on' end, E'\n' order by started_at)
                from calls c where direction <> 'Service'
                """));
        Assert.Equal("Answered {1171} 1", await hotel.QueryAsync<string>(
            "select format('%s %s %s', state, rooms_called::text, (select count(*) from call_legs l where l.linked_id = c.linked_id)) from calls c where direction = 'Service'"));
        Assert.True(await hotel.QueryAsync<bool>("select bool_and(started_at < ringing_at and ringing_at < answered_at and answered_at < ended_at) from calls where state = 'Answered'"));
        // The row of a wake-up is found by its attempt.
        Assert.Equal(1, await hotel.QueryAsync<long>("select count(*) from calls join wake_up_attempts a on a.channel_id = linked_id where a.answered_at is not null and abs(extract(epoch from a.answered_at - calls.answered_at)) < 1"));

        var before = await hotel.QueryAsync<string>(Rows);
        Assert.Equal("Calls made again from the record: 7.", (await hotel.CliDoneAsync("calls", "rebuild")).Trim());
        Assert.Equal(before, await hotel.QueryAsync<string>(Rows));
        // What was spoilt or lost is put right, what has no events any more stays.
        await hotel.QueryAsync<object>("""
            update calls set state = 'Failed', cause = 1 where state = 'Busy'; delete from calls where state = 'Cancelled'; delete from call_legs where room = '3171';
            insert into calls (pbx, linked_id, direction, state, rooms_called, started_at, ended_at, transfers) values ('main', '1500000000.1', 'Internal', 'Failed', '{}', '2017-07-14', '2017-07-14', '[]')
            """);
        Assert.NotEqual(before, await hotel.QueryAsync<string>(Rows));
        await hotel.CliDoneAsync("calls", "rebuild", "--since", LabHotel.HotelTime().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(1, await hotel.QueryAsync<long>("delete from calls where linked_id = '1500000000.1'; select 1::bigint"));
        Assert.Equal(before, await hotel.QueryAsync<string>(Rows));

        var list = await hotel.CliDoneAsync("calls");
        output.WriteLine(list);
        Assert.Contains("room 6171", list, StringComparison.Ordinal);
        Assert.Contains("attended to PJSIP/3171", list, StringComparison.Ordinal);
        Assert.Equal(7, JsonDocument.Parse(await hotel.CliDoneAsync("calls", "--json")).RootElement.GetProperty("calls").GetArrayLength());
        Assert.Equal(3, (await hotel.CliDoneAsync("calls", "--room", "3171", "--plain")).Trim().Split('\n').Length);
        var id = await hotel.QueryAsync<string>("select linked_id from calls where continued_in is null and transfers->0->>'kind' = 'attended'");
        var shown = await hotel.CliDoneAsync("calls", "show", id!);
        output.WriteLine(shown);
        Assert.Contains("attended: PJSIP/6171 put PJSIP/2171 through to PJSIP/3171", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_a_dying_PBX_took_with_it_ends_when_the_PBX_is_back()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["2172", "6172"]);
        await using var call = await hotel.Phones.BeginCallAsync("6172", "2172", "--for", "50000");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from calls where state = 'Open' and answered_at is not null") == 1, TimeSpan.FromSeconds(15)), hotel.Worker.Log);
        await hotel.Pbx.KillAsync();
        await hotel.Pbx.StartAsync();
        await WaitForEndedAsync(hotel, 1);
        Assert.Equal("Answered ", await hotel.QueryAsync<string>("select state || ' ' || coalesce(cause_text, '') from calls where direction = 'Internal'"));
        var row = await hotel.QueryAsync<string>(Rows);
        await hotel.CliDoneAsync("calls", "rebuild");
        Assert.Equal(row, await hotel.QueryAsync<string>(Rows));
    }

    [Fact]
    public async Task A_worker_that_comes_back_makes_the_calls_that_it_had_heard_and_not_yet_made()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["2173", "6173"], ownProcess: true);
        await hotel.Phones.CallAsync("6173", "2173", "--for", "300");
        await WaitForEndedAsync(hotel, 1);
        // As if it had died between storing the events and making the call.
        await hotel.Worker.KillAsync(nextBeside: true);
        var row = await hotel.QueryAsync<string>(Rows);
        await hotel.QueryAsync<object>("delete from calls; update call_positions set last_event_id = 0");
        await hotel.Worker.StartAsync();
        await WaitForEndedAsync(hotel, 1);
        Assert.Equal(row, await hotel.QueryAsync<string>(Rows));
    }

    [Fact]
    public async Task A_call_while_the_worker_was_away_is_a_row_from_the_PBXs_own_file()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["2174", "3174", "6174"], ownProcess: true);
        await hotel.Phones.CallAsync("6174", "2174", "--for", "300");
        await WaitForEndedAsync(hotel, 1);
        await hotel.Worker.KillAsync(nextBeside: true);
        await hotel.Phones.CallAsync("6174", "2174", "--for", "600", "--attended", "3174");
        // It comes back in the middle of this one.
        await using var call = await hotel.Phones.BeginCallAsync("6174", "2174", "--for", "15000");
        await hotel.Phones.WaitForAsync("2174", "ANSWER", 3);
        await hotel.Worker.StartAsync();
        await WaitForEndedAsync(hotel, 4);
        Assert.Equal("Answered 2 true, Answered 3 false, Answered 1 false, Answered 2 false", await hotel.QueryAsync<string>("""
            select string_agg(format('%s %s %s', state, (select count(*) from call_legs l where l.linked_id = c.linked_id), case when ringing_at is null then 'false' else 'true' end), ', ' order by started_at)
            from calls c
            """));
        Assert.Equal("attended", await hotel.QueryAsync<string>("select transfers->0->>'kind' from calls where transfers <> '[]'"));
        Assert.True(await Eventually.TrueAsync(async () => (await hotel.CliDoneAsync("events", "--since", "5m")).Contains(" call events recovered --", StringComparison.Ordinal), TimeSpan.FromSeconds(20)), hotel.Worker.Log);
        var row = await hotel.QueryAsync<string>(Rows);
        await hotel.CliDoneAsync("calls", "rebuild");
        Assert.Equal(row, await hotel.QueryAsync<string>(Rows));
    }

    private static async Task WaitForEndedAsync(LabHotel hotel, int calls) =>
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from calls where ended_at is not null") == calls, TimeSpan.FromSeconds(30)),
            $"{await hotel.QueryAsync<string>(Rows)}\n{hotel.Worker.Log}");
}
