using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;
using Switchboard.Features.Rooms;

namespace Switchboard.Features.Stays;

/// <summary>What happened to a stay. Stored as text.</summary>
public enum StayStep
{
    CheckedIn,
    CheckedOut,
    Moved,
}

/// <summary>What is known of a guest at check-in, checked.</summary>
public sealed record StayGuest(string Name, string? Title, string? Language, bool Vip, LocalDate? Until);

/// <summary>A guest's time in the house. A room may have several at once: each guest has one of their own.</summary>
public sealed class Stay
{
    private Stay() { }

    public Guid Id { get; private set; }

    /// <summary>The short number that people say on the phone; given by the database, 0 until the check-in is committed.</summary>
    public long Number { get; private set; }

    public string Room { get; private set; } = "";
    public string Pbx { get; private set; } = "";

    /// <summary>Null once it was erased.</summary>
    public string? GuestName { get; private set; }

    /// <summary>How the guest is addressed, such as 先生 or Dr.</summary>
    public string? Title { get; private set; }

    /// <summary>The guest's language; null is the room's, else the hotel's order.</summary>
    public string? Language { get; private set; }

    public bool Vip { get; private set; }

    /// <summary>The day on which the guest means to leave. Nothing ends by it: guests stay on.</summary>
    public LocalDate? Until { get; private set; }

    public Instant CheckedInAt { get; private set; }
    public string CheckedInBy { get; private set; } = "";
    public Instant? CheckedOutAt { get; private set; }
    public string? CheckedOutBy { get; private set; }

    /// <summary>When name and title were erased; the rest of the row stays.</summary>
    public Instant? GuestDataErasedAt { get; private set; }

    /// <summary>Optimistic concurrency (PostgreSQL's xmin).</summary>
    public uint Version { get; private set; }

    public static Stay CheckIn(StayGuest guest, Room room, string by, Instant now) => new()
    {
        Id = Guid.CreateVersion7(),
        Room = room.Number,
        Pbx = room.Pbx,
        GuestName = guest.Name,
        Title = guest.Title,
        Language = guest.Language,
        Vip = guest.Vip,
        Until = guest.Until,
        CheckedInAt = now,
        CheckedInBy = by,
    };

    public void MoveTo(string room)
    {
        RequireOpen();
        Room = room;
    }

    public void CheckOut(string by, Instant now)
    {
        RequireOpen();
        (CheckedOutBy, CheckedOutAt) = (by, now);
    }

    private void RequireOpen()
    {
        if (CheckedOutAt is not null) throw new InvalidOperationException($"stay {Number} has ended");
    }
}

/// <summary>One step of a stay. Rows are added, never changed, and hold no guest data.</summary>
public sealed class StayEvent
{
    private StayEvent() { }

    public StayEvent(Guid stayId, Instant at, StayStep step, string room, string? toRoom, string by, string? note) =>
        (StayId, At, Step, Room, ToRoom, By, Note) = (stayId, at, step, room, toRoom, by, note);

    public long Id { get; private set; }
    public Guid StayId { get; private set; }
    public Instant At { get; private set; }
    public StayStep Step { get; private set; }

    /// <summary>The room that it happened in; of a move the old one.</summary>
    public string Room { get; private set; } = "";
    public string? ToRoom { get; private set; }
    public string By { get; private set; } = "";

    /// <summary>What else came of it, such as cancelled wake-ups.</summary>
    public string? Note { get; private set; }
}

internal sealed class StayMapping : IEntityTypeConfiguration<Stay>
{
    public void Configure(EntityTypeBuilder<Stay> builder)
    {
        builder.ToTable("stays", table =>
        {
            table.HasCheckConstraint("ck_stays_checked_out", "(checked_out_at is null) = (checked_out_by is null)");
            // Whoever is in the house has a name; whose name is erased has left.
            table.HasCheckConstraint("ck_stays_guest_data",
                "(guest_name is null) = (guest_data_erased_at is not null) and (guest_data_erased_at is null or (title is null and checked_out_at is not null))");
        });
        builder.HasKey(s => s.Id);
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Property(s => s.Number).UseIdentityByDefaultColumn();
        builder.HasIndex(s => s.Number).IsUnique();
        builder.Property(s => s.Version).IsRowVersion();
        builder.HasOne<Room>().WithMany().HasForeignKey(s => s.Room).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(s => s.Room, "ix_stays_open").HasDatabaseName("ix_stays_open").HasFilter("checked_out_at is null");
        builder.HasIndex(s => s.CheckedOutAt);
    }
}

internal sealed class StayEventMapping : IEntityTypeConfiguration<StayEvent>
{
    public void Configure(EntityTypeBuilder<StayEvent> builder)
    {
        builder.ToTable("stay_events", table => table.HasCheckConstraint("ck_stay_events_step",
            "step in ('CheckedIn', 'CheckedOut', 'Moved') and (step = 'Moved') = (to_room is not null)"));
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Id).UseIdentityAlwaysColumn();
        builder.Property(e => e.Step).HasConversion<string>();
        builder.HasOne<Stay>().WithMany().HasForeignKey(e => e.StayId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(e => e.StayId);
        builder.HasIndex(e => e.Room);
    }
}
