using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.Features.Guests;

/// <summary>Somebody asked for a guest by name. Rows are added, and their text is erased after some time.</summary>
public sealed class GuestLookup
{
    private GuestLookup() { }

    public GuestLookup(string by, string text, int found, Instant at) => (Id, By, Text, Found, At) = (Guid.CreateVersion7(), by, text, found, at);

    public Guid Id { get; private set; }
    public Instant At { get; private set; }
    public string By { get; private set; } = "";

    /// <summary>What was asked for; null once it was erased.</summary>
    public string? Text { get; private set; }

    public int Found { get; private set; }
}

internal sealed class GuestLookupMapping : IEntityTypeConfiguration<GuestLookup>
{
    public void Configure(EntityTypeBuilder<GuestLookup> builder)
    {
        builder.ToTable("guest_lookups");
        builder.HasKey(l => l.Id);
        builder.Property(l => l.Id).ValueGeneratedNever();
        builder.HasIndex(l => l.At);
    }
}
