using Npgsql;
using Switchboard.Features.Setup;
using Switchboard.Persistence;

namespace Switchboard.Tests.Setup;

/// <summary>What "switchboard check" says of what it found, without a PBX or a database.</summary>
public class CheckReportTests
{
    [Fact]
    public void A_newer_schema_that_this_version_may_run_on_is_well_and_only_one_that_it_must_not_run_on_is_wrong()
    {
        var later = SchemaVersion.Number + 1;
        Assert.Equal((CheckState.Ok, $"of number {later}, made by Switchboard 9.9; this older one, {SchemaVersion.Release}, may run on it"), Said(["a", "b"], SchemaEntry.Of(later, SchemaVersion.Number, "9.9")));
        Assert.Equal(CheckState.Wrong, Said(["a", "b"], SchemaEntry.Of(later, later, "9.9")).State);
        Assert.Equal(CheckState.Wrong, Said(["a", "b"], null).State);
        Assert.Equal((CheckState.Ok, "as this version needs it"), Said(["a"], null));
        Assert.Equal((CheckState.Ok, "1 migrations come with the worker's next start"), Said([], null));

        static (CheckState State, string Found) Said(string[] applied, SchemaEntry? newest)
        {
            var report = new CheckReport();
            var verdict = SchemaVerdict.Of(applied, ["a"], newest);
            CheckRun.Schema(report, verdict, verdict is SchemaVerdict.Migrate ? 1 : 0);
            var item = Assert.Single(report.Items);
            return (item.State, item.Found);
        }
    }

    [Fact]
    public void What_root_sees_is_not_said_of_the_service()
    {
        var report = new CheckReport();
        report.Seen("CEL file", "x is written", asRoot: false);
        report.Seen("CEL file", "x is written", asRoot: true);
        Assert.Equal([new("CEL file", CheckState.Ok, "x is written"),
            new("CEL file", CheckState.Unknown, "x is written, as root", "as the service sees it: setpriv --reuid=switchboard --regid=switchboard --init-groups switchboard check")], report.Items);
    }

    [Fact]
    public void A_folder_that_the_installed_unit_does_not_let_the_service_write_into_is_told_until_somebody_has_added_it()
    {
        var root = Directory.CreateTempSubdirectory("switchboard-test-");
        try
        {
            Assert.True(InstalledService.MayWrite("/srv/messages", root.FullName), "there is no such service");
            var unit = Path.Combine(root.FullName, "usr/lib/systemd/system/switchboard.service");
            Directory.CreateDirectory(Path.GetDirectoryName(unit)!);
            File.WriteAllText(unit, "[Service]\n# ReadWritePaths=/srv\nReadWritePaths=-/var/spool/asterisk/switchboard-messages\n");
            Assert.True(InstalledService.MayWrite("/var/spool/asterisk/switchboard-messages", root.FullName));
            Assert.False(InstalledService.MayWrite("/var/spool/asterisk/switchboard-messages2", root.FullName));
            Assert.False(InstalledService.MayWrite("/srv/messages", root.FullName));
            var added = Directory.CreateDirectory(Path.Combine(root.FullName, "etc/systemd/system/switchboard.service.d")).FullName;
            File.WriteAllText(Path.Combine(added, "override.conf"), "[Service]\nReadWritePaths=/opt -/srv/\n");
            Assert.True(InstalledService.MayWrite("/srv/messages", root.FullName));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("/run/postgresql", "28000", "PostgreSQL at /run/postgresql does not let user 'clerk' in (no): by its socket pg_hba.conf lets only the system user of that name in (peer): use --database-host 127.0.0.1 and a password, or run as user clerk")]
    [InlineData("10.0.0.7", "28000", "PostgreSQL at 10.0.0.7:5432 does not let user 'clerk' in (no): check the password, and pg_hba.conf")]
    [InlineData("/run/postgresql", "28P01", "PostgreSQL at /run/postgresql does not let user 'clerk' in (no): check the password, and pg_hba.conf")]
    public void A_socket_that_lets_nobody_else_in_is_told_with_the_way_that_there_is(string host, string state, string told) =>
        Assert.Equal(told, DatabaseProbe.Refusal(new PostgresException("no", "FATAL", "FATAL", state), new NpgsqlConnectionStringBuilder { Host = host, Username = "clerk" }));
}
