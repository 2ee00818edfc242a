using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.Features.Notices;

/// <summary>Something that every operator on duty must be told. Stays open until somebody says that they have seen to it.</summary>
public sealed class Notice
{
    private Notice() { }

    public Notice(string pbx, string kind, string? room, string text, string? by, Instant now) =>
        (Id, Pbx, Kind, Room, Text, By, At) = (Guid.CreateVersion7(now.ToDateTimeOffset()), pbx, kind, room, text, by, now);

    public Guid Id { get; private set; }
    public Instant At { get; private set; }

    /// <summary>The PBX whose worker tells it.</summary>
    public string Pbx { get; private set; } = "";

    /// <summary>What it is about, such as <c>phone-gone</c>.</summary>
    public string Kind { get; private set; } = "";
    public string? Room { get; private set; }

    /// <summary>For people; names no guest.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Whose doing it is told of: a staff number, or who else the feature names.</summary>
    public string? By { get; private set; }
    public Instant? AcknowledgedAt { get; private set; }
    public string? AcknowledgedBy { get; private set; }

    /// <summary>The name of the token with which it was acknowledged.</summary>
    public string? AcknowledgedVia { get; private set; }

    public void Acknowledge(string by, string via, Instant now) => (AcknowledgedAt, AcknowledgedBy, AcknowledgedVia) = (now, by, via);
}

internal sealed class NoticeMapping : IEntityTypeConfiguration<Notice>
{
    public void Configure(EntityTypeBuilder<Notice> builder)
    {
        builder.ToTable("notices", table => table.HasCheckConstraint("ck_notices_acknowledged",
            "(acknowledged_at is null) = (acknowledged_by is null) and (acknowledged_at is null) = (acknowledged_via is null)"));
        builder.HasKey(n => n.Id);
        builder.Property(n => n.Id).ValueGeneratedNever();
        builder.HasIndex(n => n.At);
        builder.HasIndex(n => n.At, "ix_notices_open").HasDatabaseName("ix_notices_open").HasFilter("acknowledged_at is null");
    }
}
