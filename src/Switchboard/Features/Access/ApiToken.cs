using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.Features.Access;

/// <summary>A named key to the API. Only its hash is kept; revoked ones stay as a record of who could do what.</summary>
internal sealed class ApiToken
{
    private ApiToken() { }

    public Guid Id { get; private set; }
    public string Name { get; private set; } = "";
    public string Role { get; private set; } = "";
    public byte[] Hash { get; private set; } = [];
    public Instant CreatedAt { get; private set; }
    public string CreatedBy { get; private set; } = "";
    public Instant? RevokedAt { get; private set; }
    public string? RevokedBy { get; private set; }

    /// <summary>A new token and its text, which is shown once and kept nowhere.</summary>
    public static (ApiToken Token, string Text) Create(string name, string role, string by, Instant now)
    {
        var text = "swb_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (new ApiToken { Id = Guid.CreateVersion7(), Name = name, Role = role, Hash = HashOf(text), CreatedAt = now, CreatedBy = by }, text);
    }

    /// <summary>256 random bits need no salt and no slow hash.</summary>
    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    public void Revoke(string by, Instant now) => (RevokedAt, RevokedBy) = (now, by);
}

internal sealed class ApiTokenMapping : IEntityTypeConfiguration<ApiToken>
{
    public const string OneOfAName = "ux_api_tokens_name";

    public void Configure(EntityTypeBuilder<ApiToken> builder)
    {
        builder.ToTable("api_tokens", table => table.HasCheckConstraint("ck_api_tokens_role", "role in ('admin', 'operator', 'housekeeping')"));
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.HasIndex(t => t.Hash).IsUnique();
        builder.HasIndex(t => t.Name, OneOfAName).IsUnique().HasDatabaseName(OneOfAName).HasFilter("revoked_at is null");
    }
}
