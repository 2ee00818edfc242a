using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;
using NodaTime.Serialization.SystemTextJson;

namespace Switchboard.Features.Calls;

internal sealed class CallMapping : IEntityTypeConfiguration<Call>
{
    public void Configure(EntityTypeBuilder<Call> builder)
    {
        builder.ToTable("calls", table =>
        {
            table.HasCheckConstraint("ck_calls_direction", OneOf<CallDirection>("direction"));
            table.HasCheckConstraint("ck_calls_state", OneOf<CallState>("state"));
            table.HasCheckConstraint("ck_calls_ended", "(state = 'Open') = (ended_at is null)");
            table.HasCheckConstraint("ck_calls_answered", "state <> 'Answered' or answered_at is not null");
        });
        builder.HasKey(c => new { c.Pbx, c.LinkedId });
        builder.Property(c => c.Direction).HasConversion<string>();
        builder.Property(c => c.State).HasConversion<string>();
        builder.Property(c => c.RoomsCalled).HasColumnType("text[]");
        builder.Property(c => c.Transfers).HasColumnType("jsonb").HasConversion(
            transfers => JsonSerializer.Serialize(transfers, CallJson.Options),
            text => JsonSerializer.Deserialize<List<CallTransfer>>(text, CallJson.Options)!,
            new ValueComparer<IReadOnlyList<CallTransfer>>((a, b) => a!.SequenceEqual(b!), list => list.Count));
        builder.Property(c => c.OperatorCalls).HasColumnType("jsonb").HasDefaultValueSql("'[]'").HasConversion(
            offers => JsonSerializer.Serialize(offers, CallJson.Options),
            text => JsonSerializer.Deserialize<List<OperatorCall>>(text, CallJson.Options)!,
            new ValueComparer<IReadOnlyList<OperatorCall>>((a, b) => a!.SequenceEqual(b!), list => list.Count));
        builder.HasMany(c => c.Legs).WithOne().HasForeignKey(l => new { l.Pbx, l.LinkedId }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(c => new { c.Pbx, c.StartedAt });
        builder.HasIndex(c => new { c.CallerRoom, c.StartedAt }).HasFilter("caller_room is not null");
        builder.HasIndex(c => c.RoomsCalled).HasMethod("gin");
        builder.HasIndex(c => new { c.Pbx, c.StartedAt }, "ix_calls_operators").HasDatabaseName("ix_calls_operators").HasFilter("operator_calls <> '[]'");
        builder.HasIndex(c => new { c.Pbx, c.StartedAt }, "ix_calls_transferred").HasDatabaseName("ix_calls_transferred").HasFilter("transfers <> '[]'");
        // What an Asterisk that starts anew ends.
        builder.HasIndex(c => c.Pbx, "ix_calls_open").HasDatabaseName("ix_calls_open").HasFilter("ended_at is null");
    }

    private static string OneOf<T>(string column) where T : struct, Enum =>
        $"{column} in ({string.Join(", ", Enum.GetNames<T>().Select(n => $"'{n}'"))})";
}

internal sealed class CallLegMapping : IEntityTypeConfiguration<CallLeg>
{
    public void Configure(EntityTypeBuilder<CallLeg> builder)
    {
        builder.ToTable("call_legs");
        builder.HasKey(l => new { l.Pbx, l.LinkedId, l.UniqueId });
        builder.HasIndex(l => new { l.Pbx, l.UniqueId });
    }
}

internal sealed class CallPositionMapping : IEntityTypeConfiguration<CallPosition>
{
    public void Configure(EntityTypeBuilder<CallPosition> builder)
    {
        builder.ToTable("call_positions");
        builder.HasKey(p => p.Pbx);
    }
}

/// <summary>Rows as JSON, by the names of their columns.</summary>
internal static class CallJson
{
    public static JsonSerializerOptions Options { get; } = new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
    }.ConfigureForNodaTime(DateTimeZoneProviders.Bcl);
}
