using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;
using Switchboard.Persistence;

namespace Switchboard.Features.Housekeeping;

/// <summary>A room where somebody has to knock. Stays open until somebody says who knocked, when, and what they found.</summary>
public sealed class KnockEntry
{
    private KnockEntry() { }

    public KnockEntry(KnockRequest request, Instant now)
    {
        // One entry for each thing that it came from.
        Id = DerivedId.Of(request.Source, request.SourceId.ToString());
        (Source, SourceId, SourceNumber, Pbx) = (request.Source, request.SourceId, request.SourceNumber, request.Pbx);
        (Room, Floor) = (request.Room, request.Floor);
        (Date, Time, Zone) = (request.Date, request.Time, request.Zone);
        (Reason, AttemptResults, AddedAt) = (request.Reason, [.. request.AttemptResults], now);
    }

    public Guid Id { get; private set; }
    public long Number { get; private set; }

    /// <summary>What it came from, such as <c>wake-up</c>, and that thing's id: one entry each.</summary>
    public string Source { get; private set; } = "";
    public Guid SourceId { get; private set; }
    public long SourceNumber { get; private set; }
    public string Pbx { get; private set; } = "";
    public string Room { get; private set; } = "";
    public string? Floor { get; private set; }
    public LocalDate Date { get; private set; }
    public LocalTime Time { get; private set; }
    public string Zone { get; private set; } = "";
    public string Reason { get; private set; } = "";
    public List<string> AttemptResults { get; private set; } = [];
    public Instant AddedAt { get; private set; }
    public Instant? ClosedAt { get; private set; }
    public string? ClosedBy { get; private set; }
    public string? ClosedVia { get; private set; }
    public string? Finding { get; private set; }
    public bool? Awake { get; private set; }

    /// <summary>Attempts go on after an early entry; the list shows all of their results.</summary>
    public void SetResults(IReadOnlyList<string> results) => AttemptResults = [.. results];

    public void Close(string name, string via, string finding, bool awake, Instant now) =>
        (ClosedBy, ClosedVia, Finding, Awake, ClosedAt) = (name, via, finding, awake, now);
}

/// <summary>Something that became known after the entry was made. Rows are added, never changed.</summary>
public sealed class KnockNote
{
    private KnockNote() { }

    public KnockNote(Guid entryId, Instant at, string text) => (KnockEntryId, At, Text) = (entryId, at, text);

    public long Id { get; private set; }
    public Guid KnockEntryId { get; private set; }
    public Instant At { get; private set; }
    public string Text { get; private set; } = "";
}

internal sealed class KnockEntryMapping : IEntityTypeConfiguration<KnockEntry>
{
    public void Configure(EntityTypeBuilder<KnockEntry> builder)
    {
        builder.ToTable("knock_entries", table => table.HasCheckConstraint("ck_knock_entries_closed",
            "(closed_at is null and closed_by is null and finding is null and awake is null)"
            + " or (closed_at is not null and closed_by is not null and finding is not null and awake is not null)"));
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Id).ValueGeneratedNever();
        // By default: see wake_up_calls.number.
        builder.Property(e => e.Number).UseIdentityByDefaultColumn();
        builder.HasIndex(e => e.Number).IsUnique();
        builder.Property(e => e.AttemptResults).HasColumnType("text[]");
        builder.HasIndex(e => new { e.Source, e.SourceId }).IsUnique();
        builder.HasIndex(e => e.AddedAt, "ix_knock_entries_open").HasDatabaseName("ix_knock_entries_open").HasFilter("closed_at is null");
    }
}

internal sealed class KnockNoteMapping : IEntityTypeConfiguration<KnockNote>
{
    public void Configure(EntityTypeBuilder<KnockNote> builder)
    {
        builder.ToTable("knock_notes");
        builder.HasKey(n => n.Id);
        builder.Property(n => n.Id).UseIdentityAlwaysColumn();
        builder.HasOne<KnockEntry>().WithMany().HasForeignKey(n => n.KnockEntryId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(n => n.KnockEntryId);
    }
}
