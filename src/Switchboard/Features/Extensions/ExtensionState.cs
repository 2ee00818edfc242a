using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;
using Switchboard.Features.Rooms;
using Switchboard.Persistence;

namespace Switchboard.Features.Extensions;

/// <summary>What a room's extension may and does: long-distance level and forwarding. A room that was never touched has none of this.</summary>
public sealed class ExtensionState
{
    private ExtensionState() { }

    public ExtensionState(Room room) => (Room, Pbx) = (room.Number, room.Pbx);

    public string Room { get; private set; } = "";
    public string Pbx { get; private set; } = "";

    /// <summary>0 internal, 1 local, 2 national, 3 international; null: as configured for rooms without a stay.</summary>
    public int? Level { get; private set; }

    /// <summary>The extension of the house that the room's calls go to instead; null: none.</summary>
    public string? ForwardTo { get; private set; }

    /// <summary>When that last changed, at whichever end.</summary>
    public Instant? ForwardChangedAt { get; private set; }

    /// <summary>Optimistic concurrency (PostgreSQL's xmin).</summary>
    public uint Version { get; private set; }

    /// <summary>What AstDB holds of the forwarding; null: nothing.</summary>
    public string? ForwardAstDbValue => ForwardTo is null || ForwardChangedAt is not { } at
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"on:{at.ToUnixTimeMilliseconds()}:desk:{ForwardTo}");

    public void SetLevel(int? level) => Level = level;

    public void Forward(string? to, Instant at) => (ForwardTo, ForwardChangedAt) = (to, Instant.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds()));
}

/// <summary>A change of it. Rows are added, never changed.</summary>
public sealed class ExtensionChange
{
    private ExtensionChange() { }

    public ExtensionChange(string room, Instant at, string what, string? from, string? to, string by, string how) =>
        (Room, At, What, FromValue, ToValue, By, How) = (room, at, what, from, to, by, how);

    public long Id { get; private set; }
    public string Room { get; private set; } = "";
    public Instant At { get; private set; }

    /// <summary>level or forward.</summary>
    public string What { get; private set; } = "";
    public string? FromValue { get; private set; }
    public string? ToValue { get; private set; }
    public string By { get; private set; } = "";

    /// <summary>desk, guest (a key at the phone), check-in, check-out or move.</summary>
    public string How { get; private set; } = "";
}

/// <summary>A call to the outside that was refused, or one to an emergency number.</summary>
public sealed class OutsideCall
{
    private OutsideCall() { }

    public OutsideCall(string pbx, string? room, string? phone, string number, Instant at, string told, string outcome, int? needs, int? level, string? linkedId) =>
        (Id, Pbx, Room, Phone, Number, At, Outcome, Needs, Level, LinkedId) = (DerivedId.Of(pbx, room ?? "", number, told, outcome), pbx, room, phone, number, at, outcome, needs, level, linkedId);

    /// <summary>Derived from what was told: told twice it is one call.</summary>
    public Guid Id { get; private set; }
    public string Pbx { get; private set; } = "";
    public string? Room { get; private set; }
    public string? Phone { get; private set; }
    public string Number { get; private set; } = "";
    public Instant At { get; private set; }

    /// <summary>emergency, or why it was refused: level, night, calls, vacant.</summary>
    public string Outcome { get; private set; } = "";
    public int? Needs { get; private set; }
    public int? Level { get; private set; }
    public string? LinkedId { get; private set; }
}

internal sealed class ExtensionStateMapping : IEntityTypeConfiguration<ExtensionState>
{
    public void Configure(EntityTypeBuilder<ExtensionState> builder)
    {
        builder.ToTable("extension_states", table => table.HasCheckConstraint("ck_extension_states_level", "level between 0 and 3"));
        builder.HasKey(s => s.Room);
        builder.HasOne<Room>().WithOne().HasForeignKey<ExtensionState>(s => s.Room).OnDelete(DeleteBehavior.Restrict);
        builder.Property(s => s.Version).IsRowVersion();
        builder.Ignore(s => s.ForwardAstDbValue);
    }
}

internal sealed class ExtensionChangeMapping : IEntityTypeConfiguration<ExtensionChange>
{
    public void Configure(EntityTypeBuilder<ExtensionChange> builder)
    {
        builder.ToTable("extension_changes", table => table.HasCheckConstraint("ck_extension_changes_what", "what in ('level', 'forward')"));
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).UseIdentityAlwaysColumn();
        builder.HasIndex(c => new { c.Room, c.At });
        builder.HasIndex(c => c.At);
    }
}

internal sealed class OutsideCallMapping : IEntityTypeConfiguration<OutsideCall>
{
    public void Configure(EntityTypeBuilder<OutsideCall> builder)
    {
        builder.ToTable("outside_calls", table => table.HasCheckConstraint("ck_outside_calls_outcome", "outcome in ('emergency', 'level', 'night', 'calls', 'vacant')"));
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.HasIndex(c => new { c.Room, c.At });
        builder.HasIndex(c => c.At);
    }
}
