using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Switchboard.Features.Rooms;

namespace Switchboard.Features.WakeUpCalls;

internal sealed class WakeUpCallMapping : IEntityTypeConfiguration<WakeUpCall>
{
    public const string OneOpenBookingIndex = "ux_wake_up_calls_room_minute_open";

    public void Configure(EntityTypeBuilder<WakeUpCall> builder)
    {
        builder.ToTable("wake_up_calls", table =>
        {
            table.HasCheckConstraint("ck_wake_up_calls_state", Sql.OneOf<WakeUpState>("state"));
            table.HasCheckConstraint("ck_wake_up_calls_kind", "kind in ('single', 'daily', 'group', 'vip')");
            // A waiting call has a time to wait for, an ended one has an end.
            table.HasCheckConstraint("ck_wake_up_calls_next_attempt",
                "(state in ('Booked', 'Retrying', 'Snoozed')) = (next_attempt_at is not null)");
            table.HasCheckConstraint("ck_wake_up_calls_ended",
                "(state in ('Booked', 'Attempting', 'Retrying', 'Snoozed')) = (ended_at is null)");
        });
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        // By default: a booking taken while the database is away has a number that was reserved before.
        builder.Property(c => c.Number).UseIdentityByDefaultColumn();
        builder.HasIndex(c => c.Number).IsUnique();
        builder.HasOne<Room>().WithMany().HasForeignKey(c => c.Room).OnDelete(DeleteBehavior.Restrict);
        builder.Property(c => c.State).HasConversion<string>();
        builder.Property(c => c.Results).HasColumnType("text[]");
        builder.Property(c => c.Version).IsRowVersion();
        builder.Ignore(c => c.History);
        builder.HasIndex(c => new { c.Room, c.DueMinute }, OneOpenBookingIndex)
            .IsUnique().HasDatabaseName(OneOpenBookingIndex)
            .HasFilter("state in ('Booked', 'Attempting', 'Retrying', 'Snoozed')");
        // The dialer's question: what of my PBX waits, in due order?
        builder.HasIndex(c => new { c.Pbx, c.NextAttemptAt }, "ix_wake_up_calls_waiting")
            .HasDatabaseName("ix_wake_up_calls_waiting").HasFilter("next_attempt_at is not null");
        builder.HasIndex(c => new { c.Date, c.Time });
    }
}

internal sealed class WakeUpAttemptMapping : IEntityTypeConfiguration<WakeUpAttempt>
{
    public void Configure(EntityTypeBuilder<WakeUpAttempt> builder)
    {
        builder.ToTable("wake_up_attempts", table =>
            table.HasCheckConstraint("ck_wake_up_attempts_outcome", Sql.OneOf<AttemptOutcome>("outcome")));
        builder.HasKey(a => a.Id);
        builder.Property(a => a.Id).ValueGeneratedNever();
        builder.Property(a => a.Outcome).HasConversion<string>();
        builder.HasOne<WakeUpCall>().WithMany().HasForeignKey(a => a.WakeUpCallId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(a => new { a.WakeUpCallId, a.Number }).IsUnique();
        builder.HasIndex(a => a.ChannelId).IsUnique();
        // What a restarted worker asks first: which attempts have no outcome yet?
        builder.HasIndex(a => a.ClaimedAt, "ix_wake_up_attempts_open").HasDatabaseName("ix_wake_up_attempts_open").HasFilter("outcome is null");
    }
}

internal sealed class WakeUpTransitionMapping : IEntityTypeConfiguration<WakeUpTransition>
{
    public void Configure(EntityTypeBuilder<WakeUpTransition> builder)
    {
        builder.ToTable("wake_up_transitions");
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Id).UseIdentityAlwaysColumn();
        builder.Property(t => t.FromState).HasConversion<string>();
        builder.Property(t => t.ToState).HasConversion<string>();
        builder.HasOne<WakeUpCall>().WithMany().HasForeignKey(t => t.WakeUpCallId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(t => t.WakeUpCallId);
    }
}

internal static class Sql
{
    /// <summary>A check constraint's text: the column holds one of the enum's names (or null, where it may).</summary>
    public static string OneOf<T>(string column) where T : struct, Enum =>
        $"{column} in ({string.Join(", ", Enum.GetNames<T>().Select(n => $"'{n}'"))})";
}
