using System.Globalization;
using System.Text.Json;
using Npgsql;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Setup;

/// <summary>"switchboard check" on the real Asterisk and PostgreSQL: what is as it should be, and what somebody has broken.</summary>
public class CheckTests(PostgresServer server)
{
    [Fact]
    public async Task What_is_as_it_should_be_is_told_so_and_what_needs_the_worker_is_left_open()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        var check = new CheckRig(pbx, database.ConnectionString);
        var (code, said) = await check.RunAsync();
        Assert.True(code == 0, said);
        foreach (var part in (string[])["database", "database rights", "database schema", "clock of the database", "AMI login", "AMI rights", "AMI rights, no more", "clock of the PBX", "dialplan",
            "dialplan version", "worker at the PBX", "AMI events", "times of events", "CEL", "modules", "prompts", "folder of messages", "CEL file"])
            Assert.Contains($"OK       {part}: ", said, StringComparison.Ordinal);
        Assert.Contains("UNKNOWN  dialogues: no worker listens at 127.0.0.1", said, StringComparison.Ordinal);
        Assert.EndsWith("All is well.\n", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(pbx.Folder, "spool", "switchboard-messages")));
        // It left nothing at the PBX, and nothing that Asterisk would complain of.
        Assert.Equal("0 active channels", (await pbx.CommandAsync("core show channels")).Split('\n').First(line => line.Contains("active channel", StringComparison.Ordinal)).Trim());
        Assert.True(pbx.Warnings().Length == 0, pbx.Warnings());

        var (_, json) = await check.RunAsync("--json");
        using var parsed = JsonDocument.Parse(json);
        Assert.True(parsed.RootElement.GetProperty("ok").GetBoolean());
        Assert.Contains(parsed.RootElement.GetProperty("checks").EnumerateArray(), c => c.GetProperty("check").GetString() == "modules" && c.GetProperty("state").GetString() == "ok");
    }

    [Fact]
    public async Task Whatever_is_broken_at_the_PBX_is_named_with_what_to_do()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        var check = new CheckRig(pbx, database.ConnectionString);
        const string Rights = "write=call,originate,reporting,user,agent";

        // A wrong password, and another service's port.
        var wrong = Path.Combine(pbx.Folder, "wrong.secret");
        await File.WriteAllTextAsync(wrong, "not-it\n");
        check["Pbx:SecretFile"] = wrong;
        await check.WrongAsync("WRONG    AMI login: the PBX at 127.0.0.1", "does not let AMI user 'switchboard' in (Authentication failed)", "-> compare Pbx:Username and the secret with manager_switchboard.conf");
        check["Pbx:SecretFile"] = pbx.SecretFile;

        // Too few rights, and too many.
        await check.EditAsync("manager_switchboard.conf", Rights, "write=call,reporting,user,agent", "manager reload");
        await check.WrongAsync("WRONG    AMI rights: too few: no Originate (wake-ups, deliveries and every change of AstDB)", "in manager_switchboard.conf: originate;", "UNKNOWN  modules, prompts, folders, events: cannot be asked without Originate");
        await check.EditAsync("manager_switchboard.conf", "write=call,reporting,user,agent", Rights + ",command,config", "manager reload");
        await check.WrongAsync("WRONG    AMI rights, no more: too many: Command (", "UpdateConfig (changing configuration files)", "-> take from write= of [switchboard]: command,config");
        await check.EditAsync("manager_switchboard.conf", Rights + ",command,config", Rights, "manager reload");
        await check.EditAsync("manager_switchboard.conf", "read=system,call,user,", "read=system,call,", "manager reload");
        await check.WrongAsync("WRONG    AMI events: not heard: user", "add to read= of [switchboard] in manager_switchboard.conf: user");
        await check.EditAsync("manager_switchboard.conf", "read=system,call,", "read=system,call,user,", "manager reload");

        // The dialplan, in part and as a whole, and an old one.
        await check.EditAsync("extensions_switchboard.conf", "#include \"extensions_switchboard_wakeup.conf\"", ";#include \"extensions_switchboard_wakeup.conf\"", "dialplan reload");
        await check.WrongAsync("WRONG    dialplan: missing: ring@switchboard-wakeup-dial (wake-ups ring), s@switchboard-wakeup-greet", "-> switchboard setup --asterisk-dir");
        await check.EditAsync("extensions_switchboard.conf", ";#include \"extensions_switchboard_wakeup.conf\"", "#include \"extensions_switchboard_wakeup.conf\"", "dialplan reload");
        await check.EditAsync("extensions_switchboard_check.conf", "exten => version,1,NoOp(", "exten => version,1,NoOp(0.", "dialplan reload");
        await check.WrongAsync("WRONG    dialplan version: 0.");
        await check.EditAsync("extensions_switchboard_check.conf", "exten => version,1,NoOp(0.", "exten => version,1,NoOp(", "dialplan reload");
        await check.EditAsync("extensions.conf", "#include \"extensions_switchboard.conf\"", ";no", "dialplan reload");
        await check.WrongAsync("WRONG    check call: the dialplan did not take the call");
        await check.EditAsync("extensions.conf", ";no", "#include \"extensions_switchboard.conf\"", "dialplan reload");

        // A prompt, a module, the call record, the folder.
        var prompt = Path.Combine(pbx.Folder, "data", "sounds", "zh", "switchboard", "wakeup.wav");
        File.Move(prompt, prompt + ".away");
        await pbx.CommandAsync("module unload app_sayunixtime.so");
        await check.EditAsync("cel.conf", "enable=yes", "enable=no", "module reload cel");
        await check.EditAsync("extensions.conf", "SB_MESSAGES=/", "SB_MESSAGES=/nowhere/", "dialplan reload");
        await check.WrongAsync(
            "WRONG    prompts: missing: zh/wakeup\n", "WRONG    modules: missing: app_sayunixtime.so (saying times)", "-> load them in modules.conf",
            "WRONG    CEL: a call record of our own did not arrive", "WRONG    CEL file: what just happened does not stand in", "WRONG    folder of messages: Asterisk cannot write into /nowhere/");
        File.Move(prompt + ".away", prompt);
        await pbx.CommandAsync("module load app_sayunixtime.so");
        await check.EditAsync("cel.conf", "enable=no", "enable=yes", "module reload cel");
        await check.EditAsync("extensions.conf", "SB_MESSAGES=/nowhere/", "SB_MESSAGES=/", "dialplan reload");
        var (code, said) = await check.RunAsync();
        Assert.True(code == 0, said);

        await pbx.StopAsync();
        await check.WrongAsync("WRONG    AMI login: nobody answers at 127.0.0.1");
    }

    [Fact]
    public async Task A_database_that_cannot_be_used_says_why()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        await pbx.StartAsync();
        var good = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var check = new CheckRig(pbx, good.ConnectionString);

        check["Database:ConnectionString"] = new NpgsqlConnectionStringBuilder(good.ConnectionString) { Password = "not-it" }.ConnectionString;
        await check.WrongAsync($"does not let user '{good.Username}' in (password authentication failed");
        check["Database:ConnectionString"] = new NpgsqlConnectionStringBuilder(good.ConnectionString) { Database = "nowhere" }.ConnectionString;
        await check.WrongAsync("there is no database 'nowhere' at", "createdb -O");
        // Asterisk's manager greets, which PostgreSQL does not.
        check["Database:ConnectionString"] = $"Host=127.0.0.1;Port={pbx.AmiPort.ToString(CultureInfo.InvariantCulture)};Database=x;Username=y;Password=z;GSS Encryption Mode=Disable;SSL Mode=Disable";
        await check.WrongAsync("WRONG    database: what listens at 127.0.0.1:", "does not answer as PostgreSQL does");

        var guest = $"guest_{Guid.NewGuid():N}"[..20];
        await using (var connection = await database.OpenAsync())
        {
            await using var make = new NpgsqlCommand($"create role {guest} login password 'g'; grant select on all tables in schema public to {guest}", connection);
            await make.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        check["Database:ConnectionString"] = new NpgsqlConnectionStringBuilder(good.ConnectionString) { Username = guest, Password = "g" }.ConnectionString;
        await check.WrongAsync($"WRONG    database rights: user '{guest}' may not create tables in database '{good.Database}' (permission denied for schema public)", $"GRANT USAGE, CREATE ON SCHEMA public TO \"{guest}\"");

        await using (var connection = await database.OpenAsync())
        {
            await using var newer = new NpgsqlCommand($"revoke select on all tables in schema public from {guest}; drop role {guest}; insert into schema_migrations values ('99990101000000_Future', '99.0.0')", connection);
            await newer.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        check["Database:ConnectionString"] = good.ConnectionString;
        await check.WrongAsync("WRONG    database schema: somebody has migrated it in a way that Switchboard", "(99990101000000_Future)", "-> check Database:ConnectionString; install the version of Switchboard that knows these migrations");

        // One that says that this worker may run on it is well.
        await using (var connection = await database.OpenAsync())
        {
            await using var newer = new NpgsqlCommand("insert into switchboard_schema (number, oldest_worker, version) values (99, 1, '99.0.0')", connection);
            await newer.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var (code, said) = await check.RunAsync();
        Assert.True(code == 0 && said.Contains("OK       database schema: of number 99, made by Switchboard 99.0.0", StringComparison.Ordinal), said);
    }
}
