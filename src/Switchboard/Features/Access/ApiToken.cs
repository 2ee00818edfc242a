using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.Features.Access;

/// <summary>A token as it is stored: by its hash alone, and kept after it was revoked, because its name stands in the history of what it did.</summary>
public sealed class ApiToken
{
    public Guid Id { get; private init; } = Guid.CreateVersion7();

    public required string Name { get; init; }

    public required string Role { get; init; }

    /// <summary>SHA-256 of the token's text. No salt and no slow hash: the text is 256 random bits.</summary>
    public required byte[] Hash { get; init; }

    public required Instant CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public Instant? RevokedAt { get; private set; }

    public string? RevokedBy { get; private set; }

    public void Revoke(string by, Instant now) => (RevokedAt, RevokedBy) = (now, by);
}

internal sealed class ApiTokenMapping : IEntityTypeConfiguration<ApiToken>
{
    /// <summary>A name is free again once its token is revoked.</summary>
    public const string OneOfANameIndex = "ux_api_tokens_name";

    public void Configure(EntityTypeBuilder<ApiToken> builder)
    {
        builder.ToTable("api_tokens", table => table.HasCheckConstraint(
            "ck_api_tokens_role", $"role in ({string.Join(", ", Roles.All.Select(r => $"'{r}'"))})"));
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.HasIndex(t => t.Hash).IsUnique();
        builder.HasIndex(t => t.Name, OneOfANameIndex).IsUnique().HasDatabaseName(OneOfANameIndex).HasFilter("revoked_at is null");
    }
}
