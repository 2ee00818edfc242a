using Switchboard.Features.Backup;
using Switchboard.Tests.Cli;

namespace Switchboard.Tests.Backup;

public sealed class BackupSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swb-backup-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_the_workers_configuration_says_of_the_database_is_said_in_PostgreSQLs_words()
    {
        var password = Write("password", "it's; secret\n");
        var (code, said) = await RunAsync($$"""
            { "Database": { "ConnectionString": "Host=db.hotel;Port=5433;Username=clerk;SSL Mode=VerifyFull;Root Certificate=/etc/ca.pem;Search Path=hotel", "PasswordFile": "{{password}}" },
              "Pbx": { "MessagesDirectory": "/var/spool/it's here" } }
            """);
        Assert.Equal(0, code);
        Assert.Equal(
        [
            "export PGHOST='db.hotel'", "export PGPORT='5433'", "export PGUSER='clerk'", "export PGDATABASE='clerk'", @"export PGPASSWORD='it'\''s; secret'", "export PGSSLMODE='verify-full'",
            "export PGSSLROOTCERT='/etc/ca.pem'", "export PGOPTIONS='-c search_path=hotel'", @"export SB_RECORDINGS='/var/spool/it'\''s here'",
        ], said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith("export SB_VERSION=", StringComparison.Ordinal) && !l.StartsWith("export SB_SCHEMA=", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{}", "Database:ConnectionString is missing.")]
    [InlineData("""{ "Database": { "ConnectionString": "Database=hotel" } }""", "Database:ConnectionString lacks Host.")]
    [InlineData("""{ "Database": { "ConnectionString": "nonsense" } }""", "Database:ConnectionString cannot be read")]
    [InlineData("""{ "Database": { "ConnectionString": "Host=h", "PasswordFile": "/nowhere" } }""", "Database:PasswordFile '/nowhere' does not exist")]
    [InlineData("{", "cannot be read")]
    public async Task A_configuration_that_cannot_be_used_is_named_and_nothing_is_printed_for_the_shell(string json, string fault)
    {
        var (code, said) = await RunAsync(json);
        Assert.Equal(1, code);
        Assert.Contains(fault, said, StringComparison.Ordinal);
        Assert.DoesNotContain("export", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_left_out_of_the_copy_of_the_configuration_and_everything_else_stays()
    {
        var (code, said) = await RunAsync("""
            { // the hotel's own
              "Hotel": { "Name": "酒店" }, "Pbx": { "Secret": "ami-pass", "SecretFile": "/etc/switchboard/ami" }, "Mail:Password": "mail-pass",
              "Database": { "ConnectionString": "Host=h;Username=u;Password=db-pass" }, "WakeUpCalls": { "Attempts": 3, }, "Office": { "Secrets": ["x"] } }
            """, "--without-secrets");
        Assert.Equal(0, code);
        foreach (var kept in (string[])["酒店", "/etc/switchboard/ami", "Host=h;Username=u", "\"Attempts\": 3"]) Assert.Contains(kept, said, StringComparison.Ordinal);
        foreach (var secret in (string[])["ami-pass", "mail-pass", "db-pass"]) Assert.DoesNotContain(secret, said, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Said)> RunAsync(string json, params string[] more)
    {
        await using var host = CliHost.Alone();
        var code = await host.RunAsync(["backup-settings", "--config", Write("appsettings.json", json), .. more]);
        return (code, host.Out.ToString() + host.Error);
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        return file;
    }
}
