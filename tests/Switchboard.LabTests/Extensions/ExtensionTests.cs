using System.Net;
using System.Text.Json;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Extensions;

/// <summary>Levels, forwarding and calls to the outside, from the desk to the phone and back into the record.</summary>
public class ExtensionTests(PostgresServer server)
{
    [Fact]
    public async Task A_level_set_at_the_desk_counts_at_the_phone_and_whoever_is_refused_often_is_told_of()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1311", "1312"], new Dictionary<string, string> { ["Outside:BarredOften"] = "3", ["Outside:National:0"] = "0Z." });
        hotel.Pbx.ShortenPrompts();
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        Assert.True(await Eventually.TrueAsync(async () => await ami.AstDbAsync("switchboard_hotel", "national") == "0[1-9][0-9]+", TimeSpan.FromSeconds(5)));
        Assert.Equal("Room 1311 has level 1 (local).", (await hotel.CliDoneAsync("level", "set", "1311", "1", "--by", "1007")).Trim());
        for (var i = 0; i < 4; i++) Assert.Equal("403", await hotel.Phones.CallAsync("1311", "901012345678"));
        await hotel.Worker.WaitForLogAsync("1311 was refused 3 calls to the outside within 00:10:00");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select string_agg(format('%s %s needs %s has %s', number, outcome, needs, level), ', ') from outside_calls where room = '1311'")
            == string.Join(", ", Enumerable.Repeat("01012345678 level needs 2 has 1", 4)), TimeSpan.FromSeconds(5)));
        Assert.Equal(1, hotel.Worker.Said("was refused"));
        Assert.Equal("barred", await hotel.QueryAsync<string>("select string_agg(kind, ',') from notices"));
        // With level 2 the same call is let out: the lab has no line, which is another answer.
        await hotel.CliDoneAsync("level", "set", "1311", "2");
        Assert.True(await Eventually.TrueAsync(async () => (await ami.AstDbAsync("switchboard_room", "1311"))?.StartsWith("1:2:", StringComparison.Ordinal) == true, TimeSpan.FromSeconds(5)));
        Assert.NotEqual("403", await hotel.Phones.CallAsync("1311", "901012345678"));
        Assert.Contains("1>2", (await hotel.QueryAsync<string>("select string_agg(coalesce(from_value, '-') || '>' || to_value, ',' order by id) from extension_changes"))!, StringComparison.Ordinal);

        // An emergency is always let out, and told.
        await hotel.Phones.CallUntilAnOperatorAnswersAsync("1312", "110");
        await hotel.Worker.WaitForLogAsync("Room 1312, phone PJSIP/1312, calls emergency number 110");
        Assert.Equal("1312 calls 110", await hotel.QueryAsync<string>("select text from notices where kind = 'emergency-call'"));
    }

    [Fact]
    public async Task Forwarding_set_at_the_phone_or_the_desk_holds_at_both_ends_and_never_leads_outside()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1313", "1314", "1315"]);
        hotel.Pbx.ShortenPrompts();
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        await hotel.Phones.CallAsync("1313", "*721314", "--for", "300");
        await ForwardIsAsync(hotel, "1313", "1314");
        await hotel.Phones.CallAsync("1315", "1313", "--for", "300");
        Assert.Equal((0, 1), (hotel.Phones.Calls("1313"), hotel.Phones.Calls("1314")));
        // The worker is away: taken back at the phone, set by another one; both are taken over.
        await hotel.Worker.StopAsync();
        await hotel.Phones.CallAsync("1313", "*73", "--for", "300");
        await hotel.Phones.CallAsync("1315", "*721314", "--for", "300");
        await hotel.Worker.StartAsync();
        await ForwardIsAsync(hotel, "1313", null);
        await ForwardIsAsync(hotel, "1315", "1314");
        Assert.Equal("Calls to room 1315 ring there again.", (await hotel.CliDoneAsync("forward", "end", "1315")).Trim());
        Assert.True(await Eventually.TrueAsync(async () => await ami.AstDbAsync("switchboard_forward", "1315") is null, TimeSpan.FromSeconds(5)));
        var (code, said) = await hotel.CliAsync("forward", "end", "1315");
        Assert.True(code == 1 && said.Contains("are not forwarded", StringComparison.Ordinal), said);
        await RefusedAsync(hotel, "1313/forward", new { to = "901012345678" }, HttpStatusCode.BadRequest, "not forwarded to the outside");
        await RefusedAsync(hotel, "1313/forward", new { to = "1313" }, HttpStatusCode.BadRequest, "is the room itself");
        await RefusedAsync(hotel, "1313/level", new { level = 4 }, HttpStatusCode.BadRequest, "must be 0 (internal)");
        await RefusedAsync(hotel, "9999/level", new { level = 1 }, HttpStatusCode.BadRequest, "must be a room of the hotel");
        Assert.Equal("guest>1314, guest>-, guest>1314, desk>-", await hotel.QueryAsync<string>("select string_agg(how || '>' || coalesce(to_value, '-'), ', ' order by id) from extension_changes"));
    }

    [Fact]
    public async Task The_list_of_rooms_shows_each_as_it_is_now()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1316", "2317", "7118", "1319"], new Dictionary<string, string> { ["Stays:Complete"] = "true" });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1316", guestName = "Wu", language = "zh", level = 3 });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "2317", guestName = "Zheng" });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/1316", new { });
        await using var call = await hotel.Phones.BeginCallAsync("1319", "2317", "--for", "20000");
        await hotel.Phones.WaitForAsync("2317", "ANSWER");
        string list = "";
        Assert.True(await Eventually.TrueAsync(async () => (list = await hotel.CliDoneAsync("room", "list", "--plain")).Contains("7118\t7\tvacant\tGONE", StringComparison.Ordinal) && list.Contains("2317\t2\t1\tin a call", StringComparison.Ordinal), TimeSpan.FromSeconds(10)), list);
        Assert.Contains("1316\t1\t1\treachable\tlocked\t3\t-\tzh\tmain", list, StringComparison.Ordinal);
        Assert.Contains("2317\t2\t1\tin a call\t-\t1\t-\ten\tmain", list, StringComparison.Ordinal);
        Assert.Contains("1319\t1\tvacant\tin a call\t-\t0\t-\ten\tmain", list, StringComparison.Ordinal);
        Assert.DoesNotContain("Wu", await hotel.CliDoneAsync("room", "list", "--json"), StringComparison.Ordinal);
    }

    private static async Task ForwardIsAsync(LabHotel hotel, string room, string? to)
    {
        var last = default(JsonElement);
        Assert.True(await Eventually.TrueAsync(async () =>
        {
            last = (await hotel.Worker.GetAsync("/api/extensions")).EnumerateArray().Single(e => e.GetProperty("room").GetString() == room);
            return last.GetProperty("forwardTo").GetString() == to;
        }, TimeSpan.FromSeconds(10)), $"{last}\n{hotel.Worker.Log}");
    }

    private static async Task RefusedAsync(LabHotel hotel, string path, object body, HttpStatusCode status, string says)
    {
        using var answer = await hotel.Worker.TrySendAsync(HttpMethod.Put, $"/api/extensions/{path}", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status && text.Contains(says, StringComparison.Ordinal), $"{(int)answer.StatusCode} {text}");
    }
}
