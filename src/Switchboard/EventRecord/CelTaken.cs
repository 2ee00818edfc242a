using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.EventRecord;

/// <summary>How far the PBX's own call file was compared with the record; moved in the transaction that stores what was missing.</summary>
public sealed class CelTaken
{
    public string Pbx { get; set; } = "";

    /// <summary>The file, by its first line.</summary>
    public string FirstLine { get; set; } = "";

    /// <summary>So many bytes of it.</summary>
    public long FileOffset { get; set; }

    public Instant TakenAt { get; set; }
}

internal sealed class CelTakenMapping : IEntityTypeConfiguration<CelTaken>
{
    public void Configure(EntityTypeBuilder<CelTaken> builder)
    {
        builder.ToTable("pbx_cel_positions");
        builder.HasKey(t => t.Pbx);
    }
}
