using Switchboard.Persistence;

namespace Switchboard.Tests.Persistence;

public class SchemaVerdictTests
{
    private static readonly string[] Known = ["1_A", "2_B"];

    [Fact]
    public void An_empty_or_older_database_is_migrated_and_one_of_this_version_is_left_alone()
    {
        Assert.IsType<SchemaVerdict.Migrate>(SchemaVerdict.Of([], Known, null));
        Assert.IsType<SchemaVerdict.Migrate>(SchemaVerdict.Of(["1_A"], Known, SchemaEntry.Of(SchemaVersion.Number - 1, SchemaVersion.Number - 2, "1.0")));
        Assert.IsType<SchemaVerdict.Current>(SchemaVerdict.Of(Known, Known, SchemaEntry.Of(SchemaVersion.Number, SchemaVersion.OldestWorker, "1.0")));
    }

    [Fact]
    public void One_schema_newer_is_run_on_and_two_are_refused_with_both_numbers_both_versions_and_what_to_do()
    {
        var next = Assert.IsType<SchemaVerdict.Newer>(SchemaVerdict.Of([.. Known, "3_C"], Known, SchemaEntry.Of(SchemaVersion.Number + 1, SchemaVersion.Number, "9.0")));
        Assert.Equal("9.0", next.Entry.Version);
        var refused = Assert.IsType<SchemaVerdict.Refused>(SchemaVerdict.Of([.. Known, "3_C", "4_D"], Known, SchemaEntry.Of(SchemaVersion.Number + 2, SchemaVersion.Number + 1, "9.5")));
        Assert.Contains($"number {SchemaVersion.Number + 2}, made by Switchboard 9.5", refused.Why, StringComparison.Ordinal);
        Assert.EndsWith($"{SchemaVersion.Release}, knows {SchemaVersion.Number}", refused.Why, StringComparison.Ordinal);
        Assert.StartsWith("install Switchboard 9.5 or later", refused.Do, StringComparison.Ordinal);
    }

    [Fact]
    public void A_migration_that_nobody_here_knows_is_refused_by_its_name()
    {
        var refused = Assert.IsType<SchemaVerdict.Refused>(SchemaVerdict.Of([.. Known, "3_C"], Known, SchemaEntry.Of(SchemaVersion.Number, SchemaVersion.OldestWorker, "1.0")));
        Assert.Contains("(3_C)", refused.Why, StringComparison.Ordinal);
        Assert.IsType<SchemaVerdict.Refused>(SchemaVerdict.Of(["1_A", "0_Z"], Known, null));
    }

    [Theory]
    [InlineData("14.12", false)]
    [InlineData("9.6", false)]
    [InlineData("15.0", true)]
    [InlineData("18.4", true)]
    public void A_PostgreSQL_older_than_15_is_refused_with_its_version(string version, bool allowed)
    {
        var refused = Record.Exception(() => SchemaMigration.RequireVersion(new Version(version)));
        if (allowed) Assert.Null(refused);
        else Assert.Equal($"it is PostgreSQL {version}, and 15 is the oldest that Switchboard runs on", Assert.IsType<DatabaseUnusableException>(refused).Message);
    }
}
