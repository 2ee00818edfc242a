using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.Persistence;

/// <summary>How far a journal of facts is in the database; moved in the transaction that stores them, so that each is stored once.</summary>
public sealed class JournalPosition
{
    public Guid JournalId { get; set; }
    public string Pbx { get; set; } = "";
    public long LastSequence { get; set; }
    public Instant DrainedAt { get; set; }
}

internal sealed class JournalPositionMapping : IEntityTypeConfiguration<JournalPosition>
{
    public void Configure(EntityTypeBuilder<JournalPosition> builder)
    {
        builder.ToTable("journal_positions");
        builder.HasKey(p => p.JournalId);
        builder.Property(p => p.JournalId).ValueGeneratedNever();
    }
}
