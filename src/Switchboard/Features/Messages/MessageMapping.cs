using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Switchboard.Features.Rooms;

namespace Switchboard.Features.Messages;

internal sealed class MessageMapping : IEntityTypeConfiguration<Message>
{
    public void Configure(EntityTypeBuilder<Message> builder)
    {
        builder.ToTable("messages", table =>
        {
            table.HasCheckConstraint("ck_messages_to", "(room is null) <> (extension is null) and (person is null or extension is not null)");
            table.HasCheckConstraint("ck_messages_source", "source in ('operator', 'caller') and (source = 'caller') = (recording is not null)");
            table.HasCheckConstraint("ck_messages_state", $"state in ({string.Join(", ", Enum.GetNames<MessageState>().Select(s => $"'{s}'"))})");
            table.HasCheckConstraint("ck_messages_ended",
                "(state in ('Waiting', 'Heard')) = (ended_at is null) and (ended_at is null) = (ended_by is null) and (ended_at is null) = (end_reason is null)");
            table.HasCheckConstraint("ck_messages_recording", "recording is not null or (recording_seconds is null and recording_sha256 is null and recording_removed_at is null)");
        });
        builder.HasKey(m => m.Id);
        builder.Property(m => m.Id).ValueGeneratedNever();
        // By default: see wake_up_calls.number.
        builder.Property(m => m.Number).UseIdentityByDefaultColumn();
        builder.HasIndex(m => m.Number).IsUnique();
        builder.Property(m => m.State).HasConversion<string>();
        builder.Property(m => m.Version).IsRowVersion();
        builder.HasOne<Room>().WithMany().HasForeignKey(m => m.Room).OnDelete(DeleteBehavior.Restrict);
        builder.Ignore(m => m.IsOpen);
        builder.Ignore(m => m.LightsLamp);
        builder.Ignore(m => m.EndStep);
        builder.Ignore(m => m.To);
        builder.HasIndex(m => m.TakenAt, "ix_messages_open").HasDatabaseName("ix_messages_open").HasFilter("ended_at is null");
        builder.HasIndex(m => new { m.Room, m.TakenAt });
        builder.HasIndex(m => m.EndedAt);
        builder.HasIndex(m => m.Recording).IsUnique();
    }
}

internal sealed class MessageEventMapping : IEntityTypeConfiguration<MessageEvent>
{
    public void Configure(EntityTypeBuilder<MessageEvent> builder)
    {
        builder.ToTable("message_events");
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Id).UseIdentityAlwaysColumn();
        builder.HasOne<Message>().WithMany().HasForeignKey(e => e.MessageId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(e => e.MessageId);
    }
}
