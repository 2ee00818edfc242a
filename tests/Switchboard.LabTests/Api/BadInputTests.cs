using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Api;

/// <summary>Everything that must be refused, over HTTP, at a worker on a real database: a clear error, nothing stored.</summary>
public class BadInputTests(PostgresServer server)
{
    [Fact]
    public async Task Bad_input_is_refused_with_field_value_and_what_is_allowed_and_changes_nothing()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1141", "1142"], new Dictionary<string, string> { ["Hotel:TimeZone"] = "Europe/Berlin" });
        await hotel.Pbx.StartAsync();
        await hotel.Worker.StartAsync();
        await hotel.ImportRoomsAsync();
        var worker = hotel.Worker;
        var tomorrow = TimeProvider.System.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var gap = NextSpringForward();

        await Refused(new { room = "9999", time = "06:00" }, "room", "9999");
        foreach (var time in (string[])["", "6:00", "24:00", "06:60", "06:00:60", "six", "06:00 ", "06:00\r\nX: y", "０６:００"])
            await Refused(new { room = "1141", time }, "time", time);
        await Refused(new { room = "1141", time = "06:00", date = "2020-01-01" }, "date", "2020-01-01");
        await Refused(new { room = "1141", time = "06:00", date = "2026-02-30" }, "date", "2026-02-30");
        await Refused(new { room = "1141", time = "06:00", date = TimeProvider.System.GetUtcNow().AddDays(369).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) }, "date", null);
        var skipped = await Refused(new { room = "1141", time = "02:30", date = gap }, "time", "02:30");
        Assert.Contains($"{gap} 03:00", skipped, StringComparison.Ordinal);
        foreach (var by in (string[])["10 07", "1007;drop", "工号", "123456789012345678901", ""])
            await Refused(new { room = "1141", time = "06:00", date = tomorrow, by }, "by", by);
        await Refused(new { room = "1141", time = "06:00", date = tomorrow, language = "xx" }, "language", "xx");

        await RawRefused("{\"room\":\"1141\",", HttpStatusCode.BadRequest);
        await RawRefused("{\"room\":\"1141\",\"time\":\"06:00\",\"tyme\":1}", HttpStatusCode.BadRequest);
        await RawRefused("[]", HttpStatusCode.BadRequest);
        await RawRefused("", HttpStatusCode.BadRequest);
        await RawRefused("{\"room\":\"" + new string('9', 70_000) + "\"}", HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from wake_up_calls"));

        await worker.SendAsync(HttpMethod.Post, "/api/wakeups", new { room = "1141", time = "06:00", date = tomorrow });
        using (var second = await worker.TrySendAsync(HttpMethod.Post, "/api/wakeups", new { room = "1141", time = "06:00:30", date = tomorrow }))
            Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        await worker.SendAsync(HttpMethod.Post, "/api/wakeups", new { room = "1142", time = "06:00", date = tomorrow });
        Assert.Equal(2, await hotel.QueryAsync<long>("select count(*) from wake_up_calls"));

        await CsvRefused("number,floor,language,pbx,dial_strings,sends_no_ringing\n1150,1,,main,PJSIP/1150,\n1151,1,,main,\"PJSIP/1151,30,tT\",\n", 3);
        await CsvRefused("number,dial_strings\n1150,PJSIP/1150\n1152,Local/1152@x\n", 3);
        await CsvRefused("number,dial_strings\n1150,PJSIP/1150\n1150,PJSIP/1150\n", 3);
        Assert.Equal(2, await hotel.QueryAsync<long>("select count(*) from rooms"));

        async Task<string> Refused(object body, string field, string? value)
        {
            using var answer = await worker.TrySendAsync(HttpMethod.Post, "/api/wakeups", body);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{JsonSerializer.Serialize(body)}: {(int)answer.StatusCode} {text}");
            var problem = JsonSerializer.Deserialize<JsonElement>(text);
            Assert.Equal(field, problem.GetProperty("field").GetString());
            if (value is not null) Assert.Equal(value, problem.GetProperty("value").GetString());
            Assert.False(string.IsNullOrEmpty(problem.GetProperty("allowed").GetString()));
            return text;
        }

        async Task RawRefused(string body, HttpStatusCode expected)
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await worker.Http.PostAsync(new Uri("/api/wakeups", UriKind.Relative), content);
            Assert.Equal(expected, answer.StatusCode);
        }

        async Task CsvRefused(string csv, int line)
        {
            using var answer = await worker.TrySendAsync(HttpMethod.Post, "/api/rooms/import", csv);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var problem = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
            Assert.Equal(line, problem.GetProperty("line").GetInt32());
        }
    }

    [Fact]
    public async Task A_missing_wrong_or_revoked_token_and_a_role_that_may_not_are_refused()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1143"]);
        await hotel.Pbx.StartAsync();
        await hotel.Worker.StartAsync();
        await hotel.ImportRoomsAsync();
        var worker = hotel.Worker;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(worker.AdminTokenFile));
        var admin = await File.ReadAllTextAsync(worker.AdminTokenFile);
        var maid = (await worker.SendAsync(HttpMethod.Post, "/api/tokens", new { name = "maid", role = "housekeeping" })).GetProperty("token").GetString()!;
        var desk = (await worker.SendAsync(HttpMethod.Post, "/api/tokens", new { name = "desk", role = "operator" })).GetProperty("token").GetString()!;

        worker.UseToken(maid);
        await Answers(HttpMethod.Get, "/api/housekeeping", HttpStatusCode.OK);
        await Answers(HttpMethod.Post, "/api/wakeups", HttpStatusCode.Forbidden, new { room = "1143", time = "06:00" });
        await Answers(HttpMethod.Get, "/api/tokens", HttpStatusCode.Forbidden);
        worker.UseToken(desk);
        await Answers(HttpMethod.Post, "/api/rooms/import", HttpStatusCode.Forbidden, "number,dial_strings\n1,PJSIP/1\n");
        await Answers(HttpMethod.Post, "/api/wakeups", HttpStatusCode.Created, new { room = "1143", time = "06:00" });
        worker.UseToken("swb_wrong");
        await Answers(HttpMethod.Get, "/api/wakeups", HttpStatusCode.Unauthorized);
        worker.Http.DefaultRequestHeaders.Authorization = null;
        await Answers(HttpMethod.Get, "/api/status", HttpStatusCode.Unauthorized);
        await Answers(HttpMethod.Get, "/health/live", HttpStatusCode.OK);

        worker.UseToken(admin);
        await Answers(HttpMethod.Delete, "/api/tokens/desk", HttpStatusCode.NoContent);
        await Answers(HttpMethod.Delete, "/api/tokens/desk", HttpStatusCode.Conflict);
        await Answers(HttpMethod.Delete, "/api/tokens/nobody", HttpStatusCode.NotFound);
        await Answers(HttpMethod.Delete, "/api/tokens/bootstrap", HttpStatusCode.Conflict); // the last admin
        worker.UseToken(desk);
        await Answers(HttpMethod.Get, "/api/wakeups", HttpStatusCode.Unauthorized);
        foreach (var secret in (string[])[admin, desk, maid]) Assert.DoesNotContain(secret.Trim(), worker.Log, StringComparison.Ordinal);
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from api_tokens where encode(hash, 'escape') like '%swb_%'"));

        async Task Answers(HttpMethod method, string path, HttpStatusCode expected, object? body = null)
        {
            using var answer = await worker.TrySendAsync(method, path, body);
            Assert.True(answer.StatusCode == expected, $"{method} {path}: {(int)answer.StatusCode}, expected {(int)expected}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>The last Sunday of March, when Berlin's clocks skip 02:00 to 03:00.</summary>
    private static string NextSpringForward()
    {
        var now = TimeProvider.System.GetUtcNow();
        for (var year = now.Year; ; year++)
        {
            var day = new DateTime(year, 3, 31);
            while (day.DayOfWeek != DayOfWeek.Sunday) day = day.AddDays(-1);
            if (day > now.Date) return day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }
    }
}
