using System.Net;
using System.Text.Json;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Calls;

/// <summary>Looking at the record of a real PBX, past and live.</summary>
public class EventTests(PostgresServer server, ITestOutputHelper output)
{
    [Fact]
    public async Task Events_are_shown_by_room_call_name_and_time_and_as_they_come()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["2181", "6181"]);
        await using var follow = await hotel.CliStartAsync("events", "--follow", "--room", "2181");
        await using var json = await hotel.CliStartAsync("events", "--follow", "--event", "Hangup", "--json");
        foreach (var process in (LabProcess[])[follow, json])
            Assert.True(await Eventually.TrueAsync(() => process.Output.Contains("-- following since", StringComparison.Ordinal), TimeSpan.FromSeconds(20)), process.Output);
        await hotel.Phones.CallAsync("6181", "2181", "--for", "300");

        Assert.True(await Eventually.TrueAsync(() => Lines(follow).Any(l => l.Contains("Hangup", StringComparison.Ordinal)), TimeSpan.FromSeconds(10)), follow.Output);
        output.WriteLine(follow.Output);
        Assert.Contains(Lines(follow), l => l.Contains("Newstate", StringComparison.Ordinal) && l.Contains("Ringing", StringComparison.Ordinal));
        Assert.All(Lines(follow).Skip(1), l => Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  2181 ", l));
        Assert.True(await Eventually.TrueAsync(() => Phones(json).Count() == 4, TimeSpan.FromSeconds(10)), json.Output);
        // Of each phone, by AMI and by CEL; a busy machine may still write its AstDB.
        Assert.Equal(["CEL", "CEL", "Hangup", "Hangup"], Phones(json).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("event").GetProperty("name").GetString()).Order(StringComparer.Ordinal));

        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from calls where ended_at is not null") == 1, TimeSpan.FromSeconds(10)));
        var call = await hotel.QueryAsync<string>("select linked_id from calls");
        var leg = await hotel.QueryAsync<string>("select unique_id from call_legs where not began");
        var all = await hotel.CliDoneAsync("events", "--call", call!);
        output.WriteLine(all);
        foreach (var name in (string[])["Newchannel", "DialBegin", "DialEnd", "BridgeEnter", "Hangup", "CEL"]) Assert.Contains(name, all, StringComparison.Ordinal);
        Assert.Equal(await hotel.QueryAsync<long>($"select count(*) from pbx_events where linked_id = '{call}' or unique_id = '{call}'"), all.Trim().Split('\n').Count(l => !l.StartsWith("--", StringComparison.Ordinal)));
        Assert.All((await hotel.CliDoneAsync("events", "--call", leg!, "--plain")).Trim().Split('\n'), l => Assert.Contains("\t2181\t", l, StringComparison.Ordinal));
        var room = (await hotel.CliDoneAsync("events", "--room", "2181", "--since", "1h", "--json")).Trim().Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.All(room, l => Assert.Equal("2181", l.GetProperty("event").GetProperty("room").GetString()));
        Assert.Equal(room.Select(l => l.GetProperty("at").GetDateTimeOffset()).Order(), room.Select(l => l.GetProperty("at").GetDateTimeOffset()));
        // Beside the phones' the PBX has told of the channels by which its AstDB was written.
        Assert.Equal(4, (await hotel.CliDoneAsync("events", "--event", "hangup", "--plain")).Trim().Split('\n').Count(l => l.Contains("PJSIP/", StringComparison.Ordinal)));
        Assert.Single((await hotel.CliDoneAsync("events", "--limit", "1", "--plain")).Trim().Split('\n'));

        // Ctrl-C is how one stops looking; a worker that goes away is not.
        await follow.SignalAsync("INT");
        Assert.Equal(0, await follow.WaitForExitAsync(TimeSpan.FromSeconds(10)));
        await hotel.Worker.StopAsync();
        Assert.Equal(3, await json.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("went away in the middle", json.Output, StringComparison.Ordinal);

        await hotel.Worker.StartAsync();
        Assert.True(await Eventually.TrueAsync(async () => (await hotel.CliDoneAsync("events", "outages")).Contains("-- worker away ", StringComparison.Ordinal), TimeSpan.FromSeconds(20)), hotel.Worker.Log);
        var withGap = await hotel.CliDoneAsync("events", "--since", "5m");
        Assert.Contains("-- worker away ", withGap, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_questions_are_refused_with_field_value_and_what_is_allowed_and_housekeeping_sees_no_calls()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["2182"]);
        await Refused("error: since 'yesterday': must be so long ago", "events", "--since", "yesterday");
        await Refused("error: until '25:00': must be", "events", "--until", "25:00");
        await Refused("error: room '9999': must be a room of the hotel", "events", "--room", "9999");
        await Refused("error: room '9999': must be a room of the hotel", "events", "--follow", "--room", "9999");
        await Refused("error: there is no event of a call 1.1", "events", "--call", "1.1");
        foreach (var limit in (string[])["0", "10001", "-1", "many"]) await Refused($"error: limit '{limit}': must be a number from 1 to 10000", "events", $"--limit={limit}");
        await Refused("error: since '1h': must be before until", "events", "--since", "1h", "--until", "2h");
        await Refused("error: date '2026-02-30': must be a calendar date", "calls", "--date", "2026-02-30");
        await Refused("error: room '9999': must be a room of the hotel", "calls", "--room", "9999");
        await Refused("error: there is no call 1.1", "calls", "show", "1.1");
        await Refused("error: since 'monday': must be a calendar date", "calls", "rebuild", "--since", "monday");

        var worker = hotel.Worker;
        foreach (var (role, status, rebuild) in ((string, HttpStatusCode, HttpStatusCode)[])[("housekeeping", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), ("operator", HttpStatusCode.OK, HttpStatusCode.Forbidden)])
        {
            worker.UseToken(await File.ReadAllTextAsync(worker.AdminTokenFile));
            worker.UseToken((await worker.SendAsync(HttpMethod.Post, "/api/tokens", new { name = role, role })).GetProperty("token").GetString()!);
            foreach (var path in (string[])["/api/events", "/api/events/outages", "/api/calls"]) Assert.Equal(status, (await worker.TrySendAsync(HttpMethod.Get, path, null)).StatusCode);
            Assert.Equal(rebuild, (await worker.TrySendAsync(HttpMethod.Post, "/api/calls/rebuild", new { })).StatusCode);
        }

        async Task Refused(string message, params string[] arguments)
        {
            var (code, said) = await hotel.CliAsync(arguments);
            Assert.True(code == 1 && said.Contains(message, StringComparison.Ordinal), $"{string.Join(' ', arguments)}: {code} {said}");
        }
    }

    // The first line is the keeper's.
    private static string[] Lines(LabProcess process) => [.. process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(l => !l.StartsWith("pid ", StringComparison.Ordinal))];

    private static IEnumerable<string> Phones(LabProcess process) => Lines(process).Where(l => l.StartsWith('{') && l.Contains("PJSIP/", StringComparison.Ordinal));
}
