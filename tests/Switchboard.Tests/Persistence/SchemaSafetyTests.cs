using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Switchboard.EventRecord;
using Switchboard.Persistence;

namespace Switchboard.Tests.Persistence;

/// <summary>A worker of the release before runs on this release's schema.</summary>
public partial class SchemaSafetyTests
{
    /// <summary>The last migration of the release that hotels have. Moves on with each release.</summary>
    private const string LastReleased = "20261126120400_TransfersAndMessages";

    /// <summary>What the judge cannot see to be safe, and why it is.</summary>
    private static readonly (string Migration, string Operation, string Why)[] Exceptions =
    [
        ("SchemaAndRestores", "SQL: do $$ begin if to_regclass('switchboard_restore_mark')", "reads and drops a table of deploy/restore, which no worker knows"),
    ];

    [GeneratedRegex(@"\bcopy\s+[a-z_]+\s*(?<columns>\([^)]*\))?", RegexOptions.IgnoreCase)]
    private static partial Regex Copy();

    [Fact]
    public void Migrations_since_the_last_release_break_no_worker_of_it()
    {
        var exceptions = Exceptions.ToList();
        foreach (var (id, operations) in Migrations().Where(m => string.CompareOrdinal(m.Id, LastReleased) > 0))
        {
            foreach (var fault in ForwardSafety.FaultsOf(operations))
            {
                var text = BlanksOnce().Replace(fault, " ");
                var known = exceptions.FindIndex(e => id.EndsWith($"_{e.Migration}", StringComparison.Ordinal) && text.StartsWith(e.Operation, StringComparison.Ordinal));
                Assert.True(known >= 0, $"{id}: {fault}. Do it in two releases, or say in this test why it is safe.");
                exceptions.RemoveAt(known);
            }
        }

        Assert.Empty(exceptions);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex BlanksOnce();

    [Fact]
    public void The_last_migration_counts_the_schema_as_this_version_does()
    {
        var rows = Migrations().SelectMany(m => m.Operations).OfType<InsertDataOperation>().Where(i => i.Table == "switchboard_schema").ToList();
        Assert.Equal((SchemaVersion.Number, SchemaVersion.OldestWorker), ((int)rows[^1].Values[0, 0]!, (int)rows[^1].Values[0, 1]!));
        // Each number is another one, and each release's last migration brings one.
        Assert.Equal(Enumerable.Range(7, rows.Count), rows.Select(r => (int)r.Values[0, 0]!));
        Assert.Contains(Migrations()[^1].Operations, o => o is InsertDataOperation { Table: "switchboard_schema" });
        Assert.Equal(SchemaVersion.Number - 1, SchemaVersion.OldestWorker);
    }

    [Fact]
    public void A_database_from_before_schemas_were_counted_has_the_number_of_its_last_migration()
    {
        Assert.Equal(0, SchemaVersion.OfMigration(null));
        Assert.Equal(6, SchemaVersion.OfMigration(LastReleased));
        Assert.Equal(Migrations().Select(m => m.Id).Take(6).Select((_, i) => i + 1), Migrations().Take(6).Select(m => SchemaVersion.OfMigration(m.Id)));
    }

    [Fact]
    public void Who_writes_by_COPY_names_the_columns_so_that_a_new_one_does_not_stop_it()
    {
        var writers = Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src", "Switchboard"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(f => File.ReadLines(f).Where(l => l.Contains("CopyAsync(", StringComparison.Ordinal)).SelectMany(l => Copy().Matches(l))).ToList();
        Assert.NotEmpty(writers);
        Assert.All(writers, w => Assert.True(w.Groups["columns"].Success, w.Value));
        Assert.Contains("headers", EventEncoder.Columns, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<MigrationBuilder>> Breaking => new()
    {
        { "deliveries: DropTableOperation|DropTableOperation", m => m.DropTable("deliveries") },
        { "calls: DropColumnOperation", m => m.DropColumn("legs", "calls") },
        { "calls: RenameColumnOperation", m => m.RenameColumn("legs", "calls", "parts") },
        { "calls: RenameTableOperation", m => m.RenameTable("calls", newName: "phone_calls") },
        { "calls.floor: the old worker writes rows without it", m => m.AddColumn<string>("floor", "calls", "text") },
        { "calls.legs: the old worker may write nothing there", m => m.AlterColumn<string>("legs", "calls", "text", oldType: "text", oldNullable: true) },
        { "calls.legs: bigint becomes integer", m => m.AlterColumn<int>("legs", "calls", "integer", oldClrType: typeof(long), oldType: "bigint") },
        { "calls.legs: shorter", m => m.AlterColumn<string>("legs", "calls", "text", maxLength: 5, oldType: "text") },
        { "calls.legs: its default goes", m => m.AlterColumn<string>("legs", "calls", "text", oldType: "text", oldDefaultValueSql: "'[]'") },
        { "calls: AddCheckConstraintOperation", m => m.AddCheckConstraint("ck", "calls", "legs > 0") },
        { "calls: unique index ux refuses", m => m.CreateIndex("ux", "calls", "legs", unique: true) },
        { "calls: AddUniqueConstraintOperation", m => m.AddUniqueConstraint("uq", "calls", "legs") },
        { "calls: AddForeignKeyOperation", m => m.AddForeignKey("fk", "calls", "room", "rooms", principalColumn: "number") },
        { "SQL: delete from calls", m => m.Sql("delete from calls") },
    };

    [Theory, MemberData(nameof(Breaking))]
    public void What_breaks_the_old_worker_is_found(string fault, Action<MigrationBuilder> migration)
    {
        var found = Assert.Single(FaultsOf(migration));
        Assert.Contains(fault.Split('|'), f => found.StartsWith(f, StringComparison.Ordinal));
    }

    [Fact]
    public void What_breaks_nobody_is_let_through()
    {
        Assert.Empty(FaultsOf(m =>
        {
            m.CreateTable("boards", t => new { id = t.Column<Guid>("uuid") });
            m.CreateIndex("ux_boards", "boards", "id", unique: true);
            m.AddColumn<string>("colour", "boards", "text");
            m.InsertData("boards", "id", "uuid", Guid.Empty);
            m.AddColumn<string>("floor", "calls", "text", nullable: true);
            m.AddColumn<string>("kind", "calls", "text", defaultValueSql: "'room'");
            m.CreateIndex("ix_calls_floor", "calls", "floor");
            m.AlterColumn<string>("legs", "calls", "text", nullable: true, oldType: "text");
        }));
    }

    private static IReadOnlyList<string> FaultsOf(Action<MigrationBuilder> migration)
    {
        var builder = new MigrationBuilder("Npgsql.EntityFrameworkCore.PostgreSQL");
        migration(builder);
        return ForwardSafety.FaultsOf(builder.Operations);
    }

    private static List<(string Id, IReadOnlyList<MigrationOperation> Operations)> Migrations() =>
    [
        .. typeof(SwitchboardDb).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Migration))).OrderBy(IdOf, StringComparer.Ordinal).Select(t =>
        {
            var migration = (Migration)Activator.CreateInstance(t)!;
            migration.ActiveProvider = "Npgsql.EntityFrameworkCore.PostgreSQL";
            return (IdOf(t), migration.UpOperations);
        }),
    ];

    private static string IdOf(Type migration) => migration.GetCustomAttribute<MigrationAttribute>()!.Id;
}
