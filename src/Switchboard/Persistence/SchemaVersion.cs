using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;
using NodaTime;

namespace Switchboard.Persistence;

/// <summary>
/// The schema of this version: its number goes up with every release whose migrations change something. A worker of the release before must be
/// able to run on it, so that an upgrade needs no minute in which everything stands still: SchemaSafetyTests holds the migrations to that.
/// </summary>
internal static class SchemaVersion
{
    /// <summary>What this version's migrations make.</summary>
    public const int Number = 7;

    /// <summary>The oldest worker, by its own schema's number, that may run on it.</summary>
    public const int OldestWorker = Number - 1;

    /// <summary>The oldest PostgreSQL that is tried.</summary>
    public const int OldestPostgres = 15;

    /// <summary>Schemas from before they were counted in the database, by their last migration.</summary>
    private static readonly string[] Uncounted =
    [
        "20261124024356_Initial", "20261125214359_EventRecord", "20261125220721_LocalStore", "20261125224550_Calls", "20261126074250_RoomState", "20261126120400_TransfersAndMessages",
    ];

    /// <summary>What people are told of a version.</summary>
    public static string Release { get; } =
        typeof(SchemaVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The number of a schema that has no entry of its own; 0 where there is none.</summary>
    public static int OfMigration(string? last) => Array.IndexOf(Uncounted, last) + 1;

    /// <summary>Part of a release's last migration: the schema counts from its commit on, not a moment later.</summary>
    /// <param name="migration">Which.</param>
    /// <param name="number">What it makes; a constant, because a migration never changes again.</param>
    /// <param name="oldestWorker">See <see cref="OldestWorker"/>.</param>
    public static void Record(MigrationBuilder migration, int number, int oldestWorker) =>
        migration.InsertData("switchboard_schema", ["number", "oldest_worker", "version"], ["integer", "integer", "text"], [number, oldestWorker, Release]);
}

/// <summary>A schema that this database has, or had.</summary>
public sealed class SchemaEntry
{
    public int Number { get; private set; }

    /// <summary>Workers that know an older schema than this must not run on it.</summary>
    public int OldestWorker { get; private set; }

    public Instant MigratedAt { get; private set; }

    /// <summary>The version of Switchboard that made it.</summary>
    public string Version { get; private set; } = "";

    internal static SchemaEntry Of(int number, int oldestWorker, string version) => new() { Number = number, OldestWorker = oldestWorker, Version = version };
}

internal sealed class SchemaEntryMapping : IEntityTypeConfiguration<SchemaEntry>
{
    public void Configure(EntityTypeBuilder<SchemaEntry> builder)
    {
        builder.ToTable("switchboard_schema");
        builder.HasKey(e => e.Number);
        builder.Property(e => e.Number).ValueGeneratedNever();
        builder.Property(e => e.MigratedAt).HasDefaultValueSql("now()");
    }
}
