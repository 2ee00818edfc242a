using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.EventRecord;

/// <summary>A time in which events of the PBX did not reach the record. Written when it is over; never changed but for what was recovered since.</summary>
public sealed class PbxOutage
{
    public const string WorkerAway = "worker away";
    public const string LinkCut = "link cut";
    public const string EventsLost = "events lost";
    public const string JournalFull = "journal full";

    private PbxOutage() { }

    public PbxOutage(string pbx, string cause, Instant from, Instant until, long? lost = null) =>
        (Id, Pbx, Cause, FromAt, UntilAt, Lost) = (Guid.CreateVersion7(), pbx, cause, Instant.Min(from, until), until, lost);

    public Guid Id { get; private set; }
    public string Pbx { get; private set; } = "";

    /// <summary>One of the constants above.</summary>
    public string Cause { get; private set; } = "";

    /// <summary>The last event before it.</summary>
    public Instant FromAt { get; private set; }

    /// <summary>The link was back.</summary>
    public Instant UntilAt { get; private set; }

    /// <summary>How many events were lost, where that is known.</summary>
    public long? Lost { get; private set; }

    /// <summary>How many of its call events were found in the PBX's own file; null until that was read.</summary>
    public long? Recovered { get; private set; }

    /// <summary>What could not be recovered, in words; null where nothing is known to be missing.</summary>
    public string? Missing { get; private set; }

    internal static PbxOutage Restore(Guid id, string pbx, string cause, Instant from, Instant until, long? lost) =>
        new(pbx, cause, from, until, lost) { Id = id };
}

internal sealed class PbxOutageMapping : IEntityTypeConfiguration<PbxOutage>
{
    public void Configure(EntityTypeBuilder<PbxOutage> builder)
    {
        builder.ToTable("pbx_outages", table =>
        {
            table.HasCheckConstraint("ck_pbx_outages_cause", "cause in ('worker away', 'link cut', 'events lost', 'journal full')");
            table.HasCheckConstraint("ck_pbx_outages_order", "from_at <= until_at");
        });
        builder.HasKey(o => o.Id);
        builder.Property(o => o.Id).ValueGeneratedNever();
        builder.HasIndex(o => new { o.Pbx, o.FromAt });
    }
}
