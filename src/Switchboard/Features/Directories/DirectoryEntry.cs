using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.Features.Directories;

/// <summary>A department or a manager that callers ask for.</summary>
public sealed class DirectoryEntry
{
    private DirectoryEntry() { }

    public DirectoryEntry(DirectoryLine line, Instant now)
    {
        Key = line.Key;
        CreatedAt = now;
        Update(line, now);
    }

    /// <summary>What it is called by others, such as <c>front-office</c>; never changes.</summary>
    public string Key { get; private set; } = "";

    public string Name { get; private set; } = "";

    /// <summary>How it is announced, such as 总经理; managers are announced by their title.</summary>
    public string? Title { get; private set; }

    public string Extension { get; private set; } = "";

    /// <summary>Such as <c>Mo-Fr 09:00-18:00</c>, see <see cref="OfficeHours"/>; null is round the clock.</summary>
    public string? Hours { get; private set; }

    public string? Mobile { get; private set; }
    public string? Mail { get; private set; }

    /// <summary>The key of the entry that stands in for this one.</summary>
    public string? Deputy { get; private set; }

    /// <summary>The languages that are spoken there, in order; none is the hotel's.</summary>
    public List<string> Languages { get; private set; } = [];

    public Instant CreatedAt { get; private set; }
    public Instant UpdatedAt { get; private set; }

    /// <summary>When an import that replaces everything left it out; it is nobody's any more, and an import may bring it back.</summary>
    public Instant? RemovedAt { get; private set; }

    /// <summary>Takes over what an import says; false where nothing differs.</summary>
    public bool Update(DirectoryLine line, Instant now)
    {
        var same = RemovedAt is null && Name == line.Name && Title == line.Title && Extension == line.Extension && Hours == line.Hours
            && Mobile == line.Mobile && Mail == line.Mail && Deputy == line.Deputy && Languages.SequenceEqual(line.Languages, StringComparer.Ordinal);
        if (same) return false;
        (Name, Title, Extension, Hours, Mobile, Mail, Deputy) = (line.Name, line.Title, line.Extension, line.Hours, line.Mobile, line.Mail, line.Deputy);
        (Languages, UpdatedAt, RemovedAt) = ([.. line.Languages], now, null);
        return true;
    }

    public void Remove(Instant now) => RemovedAt = now;

    /// <summary>Is somebody there now, by its office hours and the hotel's clock?</summary>
    public bool IsInOffice(Instant now, DateTimeZone zone) => Hours is null || OfficeHours.Parse(Hours).IsOpen(now.InZone(zone).LocalDateTime);
}

/// <summary>A checked line of a directory import.</summary>
public sealed record DirectoryLine(
    int Row, string Key, string Name, string? Title, string Extension, string? Hours, string? Mobile, string? Mail, string? Deputy, IReadOnlyList<string> Languages);

internal sealed class DirectoryMapping : IEntityTypeConfiguration<DirectoryEntry>
{
    public void Configure(EntityTypeBuilder<DirectoryEntry> builder)
    {
        builder.ToTable("directory_entries");
        builder.HasKey(e => e.Key);
        builder.Property(e => e.Languages).HasColumnType("text[]");
        builder.HasIndex(e => e.Extension, "ux_directory_entries_extension").HasDatabaseName("ux_directory_entries_extension").IsUnique().HasFilter("removed_at is null");
    }
}
