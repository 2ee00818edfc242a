using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.Features.Phones;

/// <summary>
/// A room's phone went, and when it came back. Calls make no rows: a phone that is spoken on is as reachable as one that is not; neither do moments
/// (<see cref="PhoneBoard.Settled"/>).
/// </summary>
public sealed class PhoneAbsence
{
    private PhoneAbsence() { }

    public PhoneAbsence(string pbx, string room, string phone, string state, Instant goneAt) =>
        (Id, Pbx, Room, Phone, State, GoneAt) = (Guid.CreateVersion7(goneAt.ToDateTimeOffset()), pbx, room, phone, state, goneAt);

    public Guid Id { get; private set; }
    public string Pbx { get; private set; } = "";
    public string Room { get; private set; } = "";

    /// <summary>As the room's dial string names it.</summary>
    public string Phone { get; private set; } = "";

    /// <summary>The PBX's own word for it, such as UNAVAILABLE.</summary>
    public string State { get; private set; } = "";
    public Instant GoneAt { get; private set; }

    /// <summary>When it was told; once, whatever the worker goes through.</summary>
    public Instant? WarnedAt { get; private set; }
    public Instant? BackAt { get; private set; }

    public void Warn(Instant now) => WarnedAt = now;

    public void End(Instant backAt) => BackAt = backAt;
}

internal sealed class PhoneAbsenceMapping : IEntityTypeConfiguration<PhoneAbsence>
{
    public void Configure(EntityTypeBuilder<PhoneAbsence> builder)
    {
        builder.ToTable("phone_absences");
        builder.HasKey(a => a.Id);
        builder.Property(a => a.Id).ValueGeneratedNever();
        builder.HasIndex(a => new { a.Room, a.GoneAt });
        builder.HasIndex(a => a.Pbx, "ix_phone_absences_open").HasDatabaseName("ix_phone_absences_open").HasFilter("back_at is null");
    }
}
