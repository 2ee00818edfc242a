using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Asterisk.Ami;
using Switchboard.Features.Staff;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;
using Switchboard.Worker;

namespace Switchboard.LabTests.Staff;

/// <summary>Staff numbers over HTTP and on the phone, with a real database and a real Asterisk.</summary>
public class StaffTests(PostgresServer server)
{
    [Fact]
    public async Task Staff_numbers_are_given_listed_and_taken_away_over_HTTP_and_no_PIN_comes_out_again()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1181"]);
        await hotel.Pbx.StartAsync();
        await hotel.Worker.StartAsync();
        var worker = hotel.Worker;
        var added = await worker.SendAsync(HttpMethod.Post, "/api/staff", new { number = "1007", name = "Wang Fang", pin = "4711" });
        Assert.Equal("operator", added.GetProperty("role").GetString());
        await Answers("/api/staff", new { number = "1007", name = "Li Na", pin = "4711" }, HttpStatusCode.Conflict);
        await Answers("/api/staff", new { number = "10 07", name = "Li Na", pin = "4711" }, HttpStatusCode.BadRequest, "number");
        await Answers("/api/staff", new { number = "1008", name = "", pin = "4711" }, HttpStatusCode.BadRequest, "name");
        await Answers("/api/staff", new { number = "1008", name = "Li Na", pin = "4711", role = "guest" }, HttpStatusCode.BadRequest, "role");
        await Answers("/api/staff", new { number = "1008", name = "Li Na", pin = "1234" }, HttpStatusCode.BadRequest, "pin");
        await Answers("/api/staff/1007/pin", new { pin = "1007" }, HttpStatusCode.BadRequest, "pin");
        await Answers("/api/staff/9999/pin", new { pin = "4712" }, HttpStatusCode.NotFound);
        await worker.SendAsync(HttpMethod.Post, "/api/staff/1007/pin", new { pin = "4712" });
        await worker.SendAsync(HttpMethod.Post, "/api/staff/1007/unlock", new { });
        await worker.SendAsync(HttpMethod.Post, "/api/staff", new { number = "1009", name = "Chen", pin = "90210", role = "supervisor" });
        await worker.SendAsync(HttpMethod.Post, "/api/staff/1009/disable", new { });
        await Answers("/api/staff/1009/pin", new { pin = "4712" }, HttpStatusCode.Conflict);

        var desk = (await worker.SendAsync(HttpMethod.Post, "/api/tokens", new { name = "desk", role = "operator" })).GetProperty("token").GetString()!;
        worker.UseToken(desk);
        var list = await worker.GetAsync("/api/staff");
        Assert.Equal(["1007", "1009"], list.EnumerateArray().Select(s => s.GetProperty("number").GetString()));
        await Answers("/api/staff/1007/unlock", new { }, HttpStatusCode.Forbidden);
        foreach (var text in (string[])[list.ToString(), worker.Log]) Assert.DoesNotContain("pbkdf2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("4712", worker.Log, StringComparison.Ordinal);
        Assert.Equal("pbkdf2-sha256", await hotel.QueryAsync<string>("select distinct split_part(pin_hash, '$', 1) from staff_members"));

        async Task Answers(string path, object body, HttpStatusCode expected, string? field = null)
        {
            using var answer = await worker.TrySendAsync(HttpMethod.Post, path, body);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == expected, $"{path}: {(int)answer.StatusCode} {text}");
            if (field is not null) Assert.Equal(field, JsonSerializer.Deserialize<JsonElement>(text).GetProperty("field").GetString());
            if (field == "pin") Assert.DoesNotContain("47", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_staff_number_and_PIN_typed_on_a_phone_are_checked_and_locked_also_without_PostgreSQL_and_the_record_holds_no_key()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        var agi = FreePorts.Tcp();
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1182"))
        {
            Dialplan = $"[lab-staff]\nexten => ask,1,AGI(agi://127.0.0.1:{agi}/lab-staff)\n same => n,UserEvent(LabStaff,Status: ${{AGISTATUS}},Done: ${{SB_DONE}},Staff: ${{SB_STAFF}})\n same => n,Hangup()\n",
        };
        await pbx.StartAsync();
        // The hotel's own prompts may say anything here.
        var sounds = Path.Combine(pbx.Folder, "data", "sounds", "en", "switchboard");
        foreach (var prompt in (string[])["staff-number", "pin", "pin-wrong", "staff-locked"])
            File.Copy(Path.Combine(sounds, "confirmed.wav"), Path.Combine(sounds, $"{prompt}.wav"), overwrite: true);
        var folder = LabFiles.NewFolder("staff");
        var config = Path.Combine(folder, "worker.json");
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["Hotel:Name"] = "Lab Hotel",
            ["Hotel:TimeZone"] = "Asia/Shanghai",
            ["Pbx:Port"] = $"{pbx.AmiPort}",
            ["Pbx:Username"] = "switchboard",
            ["Pbx:SecretFile"] = pbx.SecretFile,
            ["FastAgi:Port"] = $"{agi}",
            ["Staff:WrongTries"] = "3",
            ["Database:ConnectionString"] = postgres.ConnectionString,
            ["Journal:Directory"] = Path.Combine(folder, "journal"),
            ["Http:Url"] = $"http://127.0.0.1:{FreePorts.Tcp()}",
        }));
        await using var worker = WorkerHost.Build(config, builder => builder.Services.AddSingleton(provider => new PhoneScript("lab-staff", async (caller, ct) =>
        {
            await caller.BeginAsync(TimeSpan.FromSeconds(60), ct);
            await using var scope = provider.CreateAsyncScope();
            await caller.SetAsync("SB_STAFF", await scope.ServiceProvider.GetRequiredService<StaffDialogue>().AskStaffAsync(caller, ct) ?? "nobody", ct);
        })));
        await worker.StartAsync();
        await using (var scope = worker.Services.CreateAsyncScope())
        {
            var desk = scope.ServiceProvider.GetRequiredService<StaffDesk>();
            Assert.True(await Eventually.TrueAsync(async () => await Record.ExceptionAsync(() => desk.AddAsync(new("1007", "Wang Fang", "4711"), new("admin", "admin"), CancellationToken.None)) is null, TimeSpan.FromSeconds(20)));
        }

        await using var connection = new Npgsql.NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var ami = await LabAmi.ConnectAsync(pbx);
        Assert.Equal("SUCCESS 1 1007", await TypeAsync("1007#", "8822#", "1007#", "4711#"));
        // Every key is in the record, and none of them says which.
        Assert.True(await Eventually.TrueAsync(async () => await QueryAsync("select count(*)::text from pbx_events where event = 'DTMFEnd' and channel like '%;2'") == "20", TimeSpan.FromSeconds(10)));
        Assert.Equal("*", await QueryAsync("select string_agg(distinct headers ->> 'Digit', '') from pbx_events where event in ('DTMFBegin', 'DTMFEnd') and channel like '%;2'"));

        // Two at once are two; the third locks the number, and its phone after as many wrong ones.
        Assert.Equal("Wrong 1,Wrong 2", string.Join(',', (await Task.WhenAll(VerifyAsync("8822", "PJSIP/1"), VerifyAsync("8823", "PJSIP/1"))).Order()));
        Assert.Equal("Unknown 0", await VerifyAsync("4711", "PJSIP/1", "1008"));
        Assert.Equal("Locked 0", await VerifyAsync("4711", "PJSIP/1"));
        Assert.Equal("Locked 0", await VerifyAsync("8824", "PJSIP/2"));
        Assert.Equal("Locked 0", await VerifyAsync("4711", "PJSIP/2"));
        Assert.Equal("Wrong,Right,Wrong,Wrong,Unknown,PhoneLocked,Locked,Locked", await QueryAsync("select string_agg(result, ',' order by at) from staff_pin_tries"));
        Assert.Equal("7 Local/ask@lab-staff", await QueryAsync("select count(staff_number)::text || ' ' || min(phone) from staff_pin_tries"));
        await using (var scope = worker.Services.CreateAsyncScope()) await scope.ServiceProvider.GetRequiredService<StaffDesk>().UnlockAsync("1007", new("admin", "admin"), CancellationToken.None);

        await connection.CloseAsync();
        await postgres.KillAsync(PostgresSignal.Fast);
        Assert.True(await Eventually.TrueAsync(() => !worker.Services.GetRequiredService<LocalStore>().IsOnline, TimeSpan.FromSeconds(20)));
        Assert.Equal("Wrong 2", await VerifyAsync("8825", "PJSIP/3"));
        Assert.Equal("Right 0", await VerifyAsync("4711", "PJSIP/3"));
        Assert.Equal("Wrong 2", await VerifyAsync("8826", "PJSIP/3"));
        await postgres.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => worker.Services.GetRequiredService<LocalStore>().IsOnline, TimeSpan.FromSeconds(30)));
        await connection.OpenAsync();
        Assert.Equal("Wrong,Right,Wrong 1", await QueryAsync("select string_agg(result, ',' order by at) || ' ' || (select failed_tries from staff_members) from staff_pin_tries where phone = 'PJSIP/3'"));
        await worker.StopAsync();
        LabFiles.Remove(folder);

        // A w is half a second: what is pressed while it is told that something was wrong counts for nothing.
        async Task<string> TypeAsync(params string[] typed)
        {
            await ami.Connection.OriginateAsync(new AmiAction("Originate").With("Channel", "Local/ask@lab-staff").With("Application", "SendDTMF").With("Data", "www" + string.Join("wwwwwwwwww", typed.Chunk(2).Select(t => string.Join("wwwww", t))) + "wwwwwwwwww"));
            while (true)
            {
                var told = (await ami.NextAsync<AmiEvent>(40)).Message;
                if (told.EventName == "UserEvent" && told["UserEvent"] == "LabStaff") return $"{told["Status"]} {told["Done"]} {told["Staff"]}";
            }
        }

        async Task<string> VerifyAsync(string pin, string phone, string number = "1007")
        {
            await using var scope = worker.Services.CreateAsyncScope();
            var answer = await scope.ServiceProvider.GetRequiredService<PinCheck>().VerifyAsync(number, pin, phone, CancellationToken.None);
            return $"{answer.Verdict} {answer.Left}";
        }

        async Task<string?> QueryAsync(string sql)
        {
            await using var command = new Npgsql.NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync() as string;
        }
    }
}
