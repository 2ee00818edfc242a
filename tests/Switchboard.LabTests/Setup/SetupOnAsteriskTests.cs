using System.Globalization;
using System.Text.Json;
using Npgsql;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Setup;

/// <summary>"switchboard setup" beside a PBX that was there before: Debian's own configuration, a real Asterisk, a real phone.</summary>
public class SetupOnAsteriskTests(PostgresServer server)
{
    [Fact]
    public async Task Set_up_beside_a_stock_Asterisk_it_rings_a_phone_all_is_well_and_taken_out_again_the_PBX_is_to_the_byte_as_before()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await using var phones = new LabPhones(pbx);
        StockAsterisk.Install(pbx, phones.Port, "1101");
        await StockAsterisk.StartAsync(pbx);
        await phones.StartAsync(register: false);
        var before = (StockAsterisk.Snapshot(StockAsterisk.Etc(pbx)), StockAsterisk.Snapshot(StockAsterisk.Data(pbx)));

        var folder = LabFiles.NewFolder("setup");
        try
        {
            await using var worker = new LabWorker(folder, pbx, database.ConnectionString);
            var config = Path.Combine(folder, "appsettings.json");
            var agi = worker.AgiPort.ToString(CultureInfo.InvariantCulture);
            // Paths as this machine sees them: Asterisk runs in a root of its own.
            await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new Dictionary<string, string>
            {
                ["FastAgi:Port"] = agi,
                ["EventRecord:CelFile"] = Path.Combine(pbx.Folder, "log", "cel-custom", "switchboard.csv"),
                ["Journal:Directory"] = worker.JournalFolder,
                ["Http:BootstrapTokenFile"] = worker.AdminTokenFile,
            }), TestContext.Current.CancellationToken);
            var given = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            var password = Path.Combine(folder, "given.password");
            await File.WriteAllTextAsync(password, given.Password, TestContext.Current.CancellationToken);
            given.Password = null;
            string[] setup =
            [
                .. LabWorker.Command, "setup", "--yes", "--output", config, "--hotel-name", "Lab Hotel", "--zone", "Asia/Shanghai", "--http-url", worker.Url,
                "--pbx-port", pbx.AmiPort.ToString(CultureInfo.InvariantCulture), "--connection-string", given.ConnectionString, "--database-password-file", password,
                "--asterisk-dir", StockAsterisk.Etc(pbx), "--asterisk-data", StockAsterisk.Data(pbx),
                "--messages-dir", Path.Combine(pbx.Folder, "spool", "switchboard-messages"), "--messages-dir-at-pbx", "/lab/spool/switchboard-messages",
                "--bundled", Bundled,
            ];
            // "asterisk -rx" is Asterisk's own way in; here it is noted, and done through the lab's.
            var console = Path.Combine(folder, "asterisk");
            await File.WriteAllTextAsync(console, $"#!/bin/sh\nprintf '%s\\n' \"$2\" >>{console}.asked\n", TestContext.Current.CancellationToken);
            File.SetUnixFileMode(console, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var (code, said) = await LabCommand.RunAsync(setup[0], [.. setup[1..], "--reload"], ("PATH", $"{folder}:{Environment.GetEnvironmentVariable("PATH")}"));
            Assert.True(code == 0 && said.Contains("'switchboard' is added now", StringComparison.Ordinal) && said.Contains("Asterisk was told to read it", StringComparison.Ordinal), said);
            var asked = await File.ReadAllLinesAsync(console + ".asked", TestContext.Current.CancellationToken);
            Assert.Equal(["core reload", "module load cel_custom.so"], asked);
            foreach (var command in asked) await pbx.CommandAsync(command);
            var written = StockAsterisk.Snapshot(StockAsterisk.Etc(pbx));
            // The user is known now; nothing is written twice.
            Assert.True(await Eventually.TrueAsync(async () => (await pbx.CommandAsync("manager show users")).Contains("switchboard", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));
            await DoneAsync(setup, "lets 'switchboard' in", $"{StockAsterisk.Etc(pbx)} is so already");
            Assert.Equal(written, StockAsterisk.Snapshot(StockAsterisk.Etc(pbx)));

            // The worker takes what was written.
            using (var json = JsonDocument.Parse(await File.ReadAllTextAsync(config, TestContext.Current.CancellationToken)))
            {
                foreach (var section in json.RootElement.EnumerateObject().Where(section => section.Value.ValueKind == JsonValueKind.Object))
                {
                    foreach (var key in section.Value.EnumerateObject()) worker.Set($"{section.Name}:{key.Name}", key.Value.ToString());
                }
            }

            await worker.StartAsync();
            await worker.SendAsync(HttpMethod.Post, "/api/rooms/import", LabHotel.RoomsOf("1101"));
            var at = LabHotel.HotelTime(6);
            await worker.SendAsync(HttpMethod.Post, "/api/wakeups", new { room = "1101", time = at.ToString("HH:mm:ss", CultureInfo.InvariantCulture), date = at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) });
            await phones.WaitForAsync("1101", "INVITE", seconds: 30);
            await worker.WaitForLogAsync("Confirmed", 30);

            await DoneAsync([.. LabWorker.Command, "check", "--config", config, "--bundled", Bundled], "OK       dialogues: Asterisk reaches the worker at 127.0.0.1:" + agi, "OK       CEL file: ", "OK       prompts: ", "All is well.");
            Assert.Equal(0, await worker.StopAsync());

            Assert.Contains("/switchboard_room/1101", await pbx.CommandAsync("database show"), StringComparison.Ordinal);
            File.Delete(console + ".asked");
            (code, said) = await LabCommand.RunAsync(LabWorker.Command[0], [.. LabWorker.Command[1..], "setup", "--remove", "--reload", "--output", config, "--asterisk-dir", StockAsterisk.Etc(pbx), "--asterisk-data", StockAsterisk.Data(pbx),
                "--messages-dir", Path.Combine(pbx.Folder, "spool", "switchboard-messages")], ("PATH", $"{folder}:{Environment.GetEnvironmentVariable("PATH")}"));
            Assert.True(code == 0 && said.Contains("Taken out of", StringComparison.Ordinal) && said.Contains("has forgotten what it kept", StringComparison.Ordinal), said);
            foreach (var command in await File.ReadAllLinesAsync(console + ".asked", TestContext.Current.CancellationToken)) await pbx.CommandAsync(command);
            Assert.DoesNotContain("switchboard", await pbx.CommandAsync("database show"), StringComparison.Ordinal);
            Assert.DoesNotContain("switchboard-", await pbx.CommandAsync("dialplan show"), StringComparison.Ordinal);
            Assert.Equal(before, (StockAsterisk.Snapshot(StockAsterisk.Etc(pbx)), StockAsterisk.Snapshot(StockAsterisk.Data(pbx))));
            Assert.False(Directory.Exists(Path.Combine(pbx.Folder, "spool", "switchboard-messages")));
        }
        finally
        {
            LabFiles.Remove(folder);
        }
    }

    [Fact]
    public async Task Setup_tries_by_connecting_and_what_is_refused_has_changed_nothing()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        var folder = LabFiles.NewFolder("setup");
        try
        {
            var config = Path.Combine(folder, "appsettings.json");
            var given = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            var (password, wrong) = (Path.Combine(folder, "password"), Path.Combine(folder, "wrong"));
            await File.WriteAllTextAsync(password, given.Password, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(wrong, "not-it", TestContext.Current.CancellationToken);
            given.Password = null;
            var etc = StockAsterisk.Snapshot(StockAsterisk.Etc(pbx));

            await RefusedAsync("does not let AMI user 'switchboard' in", ("--ami-secret-file", wrong));
            await RefusedAsync($"does not let user '{given.Username}' in", ("--database-password-file", wrong));
            await RefusedAsync("nobody answers at 127.0.0.1:1 ", ("--pbx-port", "1"));
            await RefusedAsync("may not create tables in database", ("--connection-string", await GuestAsync()), ("--database-password-file", wrong));
            Assert.Equal(etc, StockAsterisk.Snapshot(StockAsterisk.Etc(pbx)));

            var (code, said) = await SetupAsync();
            Assert.True(code == 0, said);
            Assert.Contains("lets 'switchboard' in", said, StringComparison.Ordinal);
            Assert.Contains("#include \"extensions_switchboard.conf\"", said, StringComparison.Ordinal);
            Assert.True(File.Exists(config));

            async Task RefusedAsync(string told, params (string Flag, string Value)[] other)
            {
                var (code, said) = await SetupAsync(other);
                Assert.True(code == 1 && said.Contains(told, StringComparison.Ordinal) && said.Contains("Nothing was changed", StringComparison.Ordinal), $"{code}, not '{told}':\n{said}");
                Assert.False(File.Exists(config));
            }

            Task<(int Code, string Said)> SetupAsync(params (string Flag, string Value)[] other)
            {
                Dictionary<string, string> flags = new()
                {
                    ["--output"] = config,
                    ["--hotel-name"] = "Lab Hotel",
                    ["--zone"] = "Asia/Shanghai",
                    ["--pbx-port"] = pbx.AmiPort.ToString(CultureInfo.InvariantCulture),
                    ["--ami-secret-file"] = pbx.SecretFile,
                    ["--connection-string"] = given.ConnectionString,
                    ["--database-password-file"] = password,
                };
                foreach (var (flag, value) in other) flags[flag] = value;
                return LabCommand.RunAsync(LabWorker.Command[0], [.. LabWorker.Command[1..], "setup", "--yes", .. flags.SelectMany(f => (string[])[f.Key, f.Value])]);
            }

            async Task<string> GuestAsync()
            {
                await using var connection = await database.OpenAsync();
                await using var make = new NpgsqlCommand("do $$ begin if not exists (select from pg_roles where rolname = 'setup_guest') then create role setup_guest login password 'not-it'; end if; end $$", connection);
                await make.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
                return new NpgsqlConnectionStringBuilder(given.ConnectionString) { Username = "setup_guest" }.ConnectionString;
            }
        }
        finally
        {
            LabFiles.Remove(folder);
        }
    }

    // The shipped worker looks for it where its package has it.
    private static string Bundled => Path.Combine(LabFiles.Root, "asterisk-config");

    private static async Task DoneAsync(string[] command, params string[] told)
    {
        var (code, said) = await LabCommand.RunAsync(command[0], command[1..]);
        Assert.True(code == 0, $"{code}\n{said}");
        foreach (var text in told) Assert.True(said.Contains(text, StringComparison.Ordinal), $"'{text}' should be in:\n{said}");
    }
}
