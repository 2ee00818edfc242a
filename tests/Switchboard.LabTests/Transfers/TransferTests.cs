using System.Net;
using System.Text.Json;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Transfers;

/// <summary>Real calls that are put through, at phones and from the desk; what is stored of them, and what the day's report says.</summary>
public class TransferTests(PostgresServer server, ITestOutputHelper output)
{
    private const string Rows = """
        select string_agg(row_to_json(c)::text || coalesce((select string_agg(row_to_json(l)::text, E'\n' order by l.unique_id) from call_legs l where l.linked_id = c.linked_id), ''),
          E'\n' order by c.linked_id) from calls c
        """;

    private static Dictionary<string, string> Office(string operators = "PJSIP/0001") => new() { ["Office:OperatorPhones:0"] = operators };

    private async Task<LabHotel> OpenAsync(string[] rooms, string operators = "PJSIP/0001", bool ownProcess = false)
    {
        var hotel = await LabHotel.OpenAsync(server, rooms, Office(operators), ownProcess);
        hotel.Pbx.ShortenPrompts();
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/directory/import", "key,name,title,extension\nspa,Li Na,水疗部经理 Spa Manager,0003\n");
        return hotel;
    }

    [Fact]
    public async Task A_call_that_the_operator_speaks_with_is_put_through_from_the_desk_and_all_of_it_is_stored_and_made_again_alike()
    {
        await using var hotel = await OpenAsync(["6271", "2171"]);
        await using var call = await hotel.Phones.BeginCallAsync("6271", "0", "--for", "14000");
        var id = await LiveAsync(hotel, "Talking");
        output.WriteLine(await hotel.CliDoneAsync("calls", "--live"));
        // Where it comes from, the phone that speaks with it, nowhere: refused before anything is done.
        foreach (var (to, why) in ((string, string)[])[("6271", "is where the call comes from"), ("9999", "must be a room of this PBX"), ("nobody", "must be a room of this PBX")])
        {
            using var refused = await hotel.Worker.TrySendAsync(HttpMethod.Post, $"/api/calls/{id}/transfer", new { to });
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            var problem = JsonSerializer.Deserialize<JsonElement>(await refused.Content.ReadAsStringAsync());
            Assert.Equal(("to", to), (problem.GetProperty("field").GetString(), problem.GetProperty("value").GetString()));
            Assert.Contains(why, problem.GetProperty("allowed").GetString(), StringComparison.Ordinal);
        }

        var said = await hotel.CliDoneAsync("transfer", id.Split('.')[^1], "spa", "--by", "1007");
        Assert.Contains($"Call {id}: room 6271 is put through to 水疗部经理 Spa Manager Li Na (0003), PJSIP/0001 has left it.", said, StringComparison.Ordinal);
        Assert.DoesNotContain("not confirmed", said, StringComparison.Ordinal);
        await hotel.Phones.WaitForAsync("0003", "ANSWER");
        await hotel.Phones.WaitForAsync("0001", "BYE");
        // A second time at once: somebody was first.
        var (code, second) = await hotel.CliAsync("transfer", id, "2171");
        Assert.Equal(1, code);
        Assert.Contains($"call {id} was put through to spa (0003) by bootstrap/1007", second, StringComparison.Ordinal);
        await StoredAsync(hotel, "transfers->0->>'outcome' = 'Answered' and operator_calls->0->>'outcome' = 'Taken'");
        // (a phone that is killed would leave its call standing)
        await StoredAsync(hotel, "ended_at is not null");
        var row = await hotel.QueryAsync<string>("select transfers::text || operator_calls::text from calls");
        output.WriteLine(row!);
        Assert.Equal("blind PJSIP/0001 PJSIP/6271 0003 house 1007 PJSIP/0003 Answered t", await hotel.QueryAsync<string>("""
            select format('%s %s %s %s %s %s %s %s %s', t->>'kind', t->>'by', t->>'whom', t->>'to', t->>'to_kind', t->>'staff', t->>'answered_by', t->>'outcome', t->>'ended_at' is not null)
            from calls, jsonb_array_elements(transfers) t
            """));
        Assert.Equal("internal 6271 PJSIP/0001 Taken", await hotel.QueryAsync<string>(
            "select format('%s %s %s %s', o->>'kind', o->>'room', o->>'answered_by', o->>'outcome') from calls, jsonb_array_elements(operator_calls) o"));
        var before = await hotel.QueryAsync<string>(Rows);
        await hotel.CliDoneAsync("calls", "rebuild");
        Assert.Equal(before, await hotel.QueryAsync<string>(Rows));
        // A call that has ended, and one that never was.
        Assert.Contains("has ended", (await hotel.CliAsync("transfer", id, "2171")).Said, StringComparison.Ordinal);
        using var none = await hotel.Worker.TrySendAsync(HttpMethod.Post, "/api/calls/1.1/transfer", new { to = "2171" });
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);

        output.WriteLine(await hotel.CliDoneAsync("transfers"));
        output.WriteLine(await hotel.CliDoneAsync("calls", "show", id));
        var report = await hotel.CliDoneAsync("report", "answer", "--calls");
        output.WriteLine(report);
        Assert.Contains("100.0 %", report, StringComparison.Ordinal);
        Assert.Single(JsonDocument.Parse(await hotel.CliDoneAsync("transfers", "--room", "6271", "--json")).RootElement.EnumerateArray());
    }

    [Fact]
    public async Task A_call_that_waits_is_put_through_from_the_desk_and_of_two_at_once_one_is_told_who_was_first()
    {
        await using var hotel = await OpenAsync(["6272", "2172", "2173", "5172"], operators: "PJSIP/5172");
        await using var call = await hotel.Phones.BeginCallAsync("6272", "0", "--for", "20000");
        var id = await LiveAsync(hotel, "Waiting");
        var answers = await Task.WhenAll(
            hotel.Worker.TrySendAsync(HttpMethod.Post, $"/api/calls/{id}/transfer", new { to = "2172", by = "1007" }), hotel.Worker.TrySendAsync(HttpMethod.Post, $"/api/calls/{id}/transfer", new { to = "2173", by = "1008" }));
        var texts = await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()));
        Assert.True(answers.Count(a => a.StatusCode == HttpStatusCode.OK) == 1 && answers.Count(a => a.StatusCode == HttpStatusCode.Conflict) == 1, string.Join('\n', texts));
        var done = JsonSerializer.Deserialize<JsonElement>(texts[answers[0].IsSuccessStatusCode ? 0 : 1]);
        Assert.Equal(("redirect", true), (done.GetProperty("how").GetString(), done.GetProperty("confirmed").GetBoolean()));
        Assert.Matches("put through to room 217[23] by bootstrap/100[78]", texts[answers[0].IsSuccessStatusCode ? 1 : 0]);
        await hotel.Phones.WaitForAsync(done.GetProperty("to").GetString()!, "ANSWER");
        await hotel.Phones.WaitForAsync("5172", "CANCEL");
        await StoredAsync(hotel, "transfers->0->>'outcome' = 'Answered' and transfers->0->>'kind' = 'redirect' and transfers->0->>'staff' like '100%' and jsonb_array_length(transfers) = 1 and operator_calls->0->>'outcome' = 'PutThrough'");
        Assert.Equal(id, await LiveAsync(hotel, "Talking"));
        await hotel.Pbx.StopAsync();
        // Without a PBX nobody knows of any call.
        Assert.True(await Eventually.TrueAsync(async () =>
        {
            using var away = await hotel.Worker.TrySendAsync(HttpMethod.Post, $"/api/calls/{id}/transfer", new { to = "2173" });
            return away.StatusCode == HttpStatusCode.ServiceUnavailable;
        }, TimeSpan.FromSeconds(10)), hotel.Worker.Log);
        var (code, said) = await hotel.CliAsync("transfer", id, "2173");
        Assert.Equal(3, code);
        Assert.Contains("The PBX does not answer", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_answers_and_the_operators_see_from_where_the_call_comes_back()
    {
        await using var hotel = await OpenAsync(["6273", "5173"]);
        await using var call = await hotel.Phones.BeginCallAsync("6273", "0", "--for", "50000");
        var id = await LiveAsync(hotel, "Talking");
        await hotel.CliDoneAsync("transfer", id, "5173", "--by", "1007");
        await hotel.Worker.WaitForLogAsync("a call came back from room 5173: nobody answered", seconds: 60);
        await hotel.Phones.WaitForAsync("0001", "ANSWER", 2);
        Assert.Contains("call-returned", await hotel.CliDoneAsync("notices", "--open"), StringComparison.Ordinal);
        await StoredAsync(hotel, "transfers->0->>'outcome' = 'NoAnswer' and transfers->0->>'then' = 'Operators' and jsonb_array_length(operator_calls) = 2 and operator_calls->1->>'outcome' = 'Taken' and operator_calls->1->>'kind' = 'returned'");
        Assert.InRange(await hotel.QueryAsync<double>("select extract(epoch from (t->>'ended_at')::timestamptz - (t->>'ringing_at')::timestamptz)::float8 from calls, jsonb_array_elements(transfers) t"), 29, 60);
        await StoredAsync(hotel, "ended_at is not null");
        output.WriteLine(await hotel.CliDoneAsync("transfers"));
    }

    [Fact]
    public async Task Operators_put_through_by_REFER_blind_and_attended_and_both_are_stored_with_what_came_of_them()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["6274", "2174", "3175"], Office("PJSIP/0004"));
        await hotel.Pbx.StartAsync();
        await hotel.Phones.StartAsync(third: "2174");
        await hotel.Worker.StartAsync();
        await hotel.ImportRoomsAsync();
        hotel.Pbx.ShortenPrompts();
        // The operator takes it and refers it blind.
        await using var call = await hotel.Phones.BeginCallAsync("6274", "0", "--for", "4000");
        await hotel.Phones.WaitForAsync("2174", "ANSWER");
        await StoredAsync(hotel, "transfers->0->>'outcome' = 'Answered' and transfers->0->>'by' = 'PJSIP/0004' and transfers->0->>'answered_by' = 'PJSIP/2174' and transfers->0->>'to_kind' = 'room' and operator_calls->0->>'answered_by' = 'PJSIP/0004'");
        await StoredAsync(hotel, "ended_at is not null");
        // The operator calls a room, asks the other one, and connects the two.
        await hotel.Phones.CallAsync("0001", "2174", "--for", "800", "--attended", "3175");
        await StoredAsync(hotel, "transfers->0->>'kind' = 'attended' and transfers->0->>'outcome' = 'Answered' and transfers->0->>'answered_by' = 'PJSIP/3175' and transfers->0->>'other_call' is not null");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from calls where ended_at is null") == 0, TimeSpan.FromSeconds(80)), await hotel.QueryAsync<string>(Rows));
        var before = await hotel.QueryAsync<string>(Rows);
        await hotel.CliDoneAsync("calls", "rebuild");
        Assert.Equal(before, await hotel.QueryAsync<string>(Rows));
        output.WriteLine(await hotel.CliDoneAsync("transfers"));
    }

    [Fact]
    public async Task What_operators_put_through_by_feature_codes_and_while_the_worker_is_away_is_stored_all_the_same()
    {
        await using var hotel = await OpenAsync(["6276", "2176", "3176"], ownProcess: true);
        // Asked first (*2), then connected.
        await using var call = await hotel.Phones.BeginCallAsync("0001", "2176", "--keys", "w1500,*,2,w900,3,1,7,6,w4500,*,2", "--for", "4000");
        await StoredAsync(hotel, "transfers->0->>'kind' = 'attended' and transfers->0->>'to' = 'PJSIP/3176' and transfers->0->>'outcome' = 'Answered' and jsonb_array_length(transfers) = 1");
        await StoredAsync(hotel, "ended_at is not null and transfers <> '[]'");

        await hotel.Worker.KillAsync(nextBeside: true);
        await hotel.Phones.CallAsync("6276", "0", "--for", "1500");
        await hotel.Phones.CallAsync("0001", "2176", "--for", "600", "--blind", "3176");
        await hotel.Phones.WaitForAsync("3176", "ANSWER", 2);
        Assert.True(await Eventually.TrueAsync(async () => (await hotel.Pbx.CommandAsync("core show channels count")).Contains("0 active channels", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));
        await hotel.Worker.StartAsync();
        await StoredAsync(hotel, "operator_calls->0->>'outcome' = 'Taken' and operator_calls->0->>'answered_by' = 'PJSIP/0001' and operator_calls->0->>'ringing_at' is null and caller_room = '6276'");
        await StoredAsync(hotel, "transfers->0->>'kind' = 'blind' and transfers->0->>'to' = '3176' and transfers->0->>'by' = 'PJSIP/0001' and transfers->0->>'answered_by' = 'PJSIP/3176' and transfers->0->>'ringing_at' is null");
        var before = await hotel.QueryAsync<string>(Rows);
        await hotel.CliDoneAsync("calls", "rebuild");
        Assert.Equal(before, await hotel.QueryAsync<string>(Rows));
        output.WriteLine(await hotel.CliDoneAsync("transfers"));
    }

    /// <summary>Waits for the one call that is in this state and returns its id.</summary>
    private static async Task<string> LiveAsync(LabHotel hotel, string state)
    {
        JsonElement last = default;
        Assert.True(await Eventually.TrueAsync(async () =>
        {
            last = await hotel.Worker.GetAsync("/api/calls/live");
            return last.GetArrayLength() == 1 && last[0].GetProperty("state").GetString() == state;
        }, TimeSpan.FromSeconds(20)), $"no call is {state}: {last}\n{hotel.Worker.Log}");
        return last[0].GetProperty("linkedId").GetString()!;
    }

    private static async Task StoredAsync(LabHotel hotel, string which) =>
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>($"select count(*) from calls where {which}") > 0, TimeSpan.FromSeconds(20)),
            $"no call with {which}:\n{await hotel.QueryAsync<string>(Rows)}\n{hotel.Worker.Log}");
}
