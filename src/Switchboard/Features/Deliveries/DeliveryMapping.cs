using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Switchboard.Features.Deliveries;

internal sealed class DeliveryMapping : IEntityTypeConfiguration<Delivery>
{
    public void Configure(EntityTypeBuilder<Delivery> builder)
    {
        builder.ToTable("deliveries", table =>
        {
            table.HasCheckConstraint("ck_deliveries_state", $"state in ({Names<DeliveryState>()})");
            // What waits has something to wait for, what ended an end.
            table.HasCheckConstraint("ck_deliveries_next_attempt", "(state = 'Waiting') = (next_attempt_at is not null)");
            table.HasCheckConstraint("ck_deliveries_ended", "(state in ('Waiting', 'Attempting')) = (ended_at is null)");
        });
        builder.HasKey(d => d.Id);
        builder.Property(d => d.Id).ValueGeneratedNever();
        // By default: see wake_up_calls.number.
        builder.Property(d => d.Number).UseIdentityByDefaultColumn();
        builder.HasIndex(d => d.Number).IsUnique();
        builder.Property(d => d.State).HasConversion<string>();
        builder.Property(d => d.Version).IsRowVersion();
        builder.Ignore(d => d.IsOpen);
        builder.HasIndex(d => d.Subject);
        builder.HasIndex(d => d.EndedAt);
        // The loop's question: what of my PBX waits?
        builder.HasIndex(d => new { d.Pbx, d.NextAttemptAt }, "ix_deliveries_waiting").HasDatabaseName("ix_deliveries_waiting").HasFilter("next_attempt_at is not null");
    }

    internal static string Names<T>() where T : struct, Enum => string.Join(", ", Enum.GetNames<T>().Select(n => $"'{n}'"));
}

internal sealed class DeliveryAttemptMapping : IEntityTypeConfiguration<DeliveryAttempt>
{
    public void Configure(EntityTypeBuilder<DeliveryAttempt> builder)
    {
        builder.ToTable("delivery_attempts", table =>
        {
            table.HasCheckConstraint("ck_delivery_attempts_way", $"way in ({DeliveryMapping.Names<DeliveryWay>()})");
            table.HasCheckConstraint("ck_delivery_attempts_outcome", $"outcome in ({DeliveryMapping.Names<DeliveryOutcome>()})");
            table.HasCheckConstraint("ck_delivery_attempts_ended", "(outcome is null) = (ended_at is null)");
        });
        builder.HasKey(a => a.Id);
        builder.Property(a => a.Id).ValueGeneratedNever();
        builder.Property(a => a.Way).HasConversion<string>();
        builder.Property(a => a.Outcome).HasConversion<string>();
        builder.HasOne<Delivery>().WithMany().HasForeignKey(a => a.DeliveryId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(a => new { a.DeliveryId, a.Number }).IsUnique();
        builder.HasIndex(a => a.ChannelId).IsUnique();
        builder.HasIndex(a => a.ClaimedAt, "ix_delivery_attempts_open").HasDatabaseName("ix_delivery_attempts_open").HasFilter("outcome is null");
    }
}
