using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.Persistence;

/// <summary>
/// The database was made from a backup: written by deploy/restore together with what it restored. What happened between the two instants is in no
/// table, and nobody may take what waits here since then for something that has not happened yet.
/// </summary>
public sealed class DatabaseRestore
{
    private DatabaseRestore() { }

    public Guid Id { get; private set; }
    public Instant BackupTakenAt { get; private set; }
    public Instant RestoredAt { get; private set; }

    /// <summary>The backup's name.</summary>
    public string Backup { get; private set; } = "";

    /// <summary>The newest one, or null where this database never was a backup.</summary>
    internal static Task<DatabaseRestore?> LastAsync(SwitchboardDb db, CancellationToken ct) =>
        db.Set<DatabaseRestore>().AsNoTracking().OrderByDescending(r => r.RestoredAt).FirstOrDefaultAsync(ct);
}

/// <summary>The worker of a PBX has settled what a restore left open of its rooms.</summary>
public sealed class RestoreSettlement
{
    private RestoreSettlement() { }

    internal RestoreSettlement(DatabaseRestore restore, string pbx, int missed, Instant now) =>
        (Id, RestoreId, Pbx, Missed, SettledAt) = (IdOf(restore, pbx), restore.Id, pbx, missed, now);

    /// <summary>Derived: there is one for each restore and PBX.</summary>
    public Guid Id { get; private set; }

    public Guid RestoreId { get; private set; }
    public string Pbx { get; private set; } = "";

    /// <summary>So many wake-ups fell due between backup and restore.</summary>
    public int Missed { get; private set; }

    public Instant SettledAt { get; private set; }

    internal static Guid IdOf(DatabaseRestore restore, string pbx) => DerivedId.Of("restore settled", restore.Id.ToString("N"), pbx);
}

internal sealed class DatabaseRestoreMapping : IEntityTypeConfiguration<DatabaseRestore>
{
    public void Configure(EntityTypeBuilder<DatabaseRestore> builder)
    {
        builder.ToTable("database_restores", table => table.HasCheckConstraint("ck_database_restores_order", "backup_taken_at <= restored_at"));
        builder.HasKey(r => r.Id);
        // Rows come from psql.
        builder.Property(r => r.Id).HasDefaultValueSql("gen_random_uuid()");
        builder.Property(r => r.RestoredAt).HasDefaultValueSql("now()");
    }
}

internal sealed class RestoreSettlementMapping : IEntityTypeConfiguration<RestoreSettlement>
{
    public void Configure(EntityTypeBuilder<RestoreSettlement> builder)
    {
        builder.ToTable("database_restore_settlements");
        builder.HasKey(s => s.Id);
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.HasOne<DatabaseRestore>().WithMany().HasForeignKey(s => s.RestoreId).OnDelete(DeleteBehavior.Restrict);
    }
}
