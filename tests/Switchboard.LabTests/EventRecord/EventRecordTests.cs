using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.EventRecord;

public class EventRecordTests(PostgresServer server, ITestOutputHelper output)
{
    [Fact]
    public async Task Every_event_of_a_wake_up_is_in_the_record_with_its_call_its_room_and_all_of_its_headers()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1161"]);
        await hotel.WaitForStateAsync(await hotel.BookAsync("1161"), "Confirmed");
        var tally = await hotel.ReconcileAsync();
        output.WriteLine(tally.ToString());
        output.WriteLine(await hotel.QueryAsync<string>("select string_agg(event || ' ' || n, ', ') from (select event, count(*) n from pbx_events group by 1 order by 1) x") ?? "");
        Assert.True(tally.IsWhole, $"{tally}\n{hotel.Worker.Log}");
        Assert.True(await hotel.QueryAsync<long>("select count(*) from pbx_events where room = '1161' and linked_id like 'wakeup-%'") > 10);
        Assert.True(await hotel.QueryAsync<bool>("select bool_and(abs(extract(epoch from received_at - at)) < 5) from pbx_events"));
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from (select sequence - lag(sequence) over (partition by session_id order by sequence) d from pbx_events) x where d <> 1"));
        // Uniqueid, channel and call are columns, and everything is among the headers.
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from pbx_events where headers->>'Event' is distinct from event or (headers ? 'Uniqueid' and headers->>'Uniqueid' is distinct from unique_id)"));
    }
}
