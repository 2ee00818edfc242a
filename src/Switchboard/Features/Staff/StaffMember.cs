using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;

namespace Switchboard.Features.Staff;

/// <summary>Somebody of the hotel's staff, known on the phone by a number and a PIN. Never deleted: the number stands in the history of what was done.</summary>
public sealed class StaffMember
{
    private StaffMember() { }

    public StaffMember(string staffNumber, string name, string role, string pinHash, string by, Instant now) =>
        (StaffNumber, Name, Role, PinHash, CreatedBy, CreatedAt) = (staffNumber, name, role, pinHash, by, now);

    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public string StaffNumber { get; private set; } = "";
    public string Name { get; private set; } = "";

    /// <summary>See <see cref="StaffRoles"/>.</summary>
    public string Role { get; private set; } = "";
    public string PinHash { get; private set; } = "";

    /// <summary>Wrong PINs in a row.</summary>
    public int FailedTries { get; private set; }
    public Instant? LockedUntil { get; private set; }
    public Instant CreatedAt { get; private set; }
    public string CreatedBy { get; private set; } = "";
    public Instant? DisabledAt { get; private set; }
    public string? DisabledBy { get; private set; }

    /// <summary>Counts a try and says what it is. While the number is locked nothing is counted, and the right PIN does not help.</summary>
    public PinAnswer Try(bool right, Instant now, StaffOptions options)
    {
        if (DisabledAt is not null) return new(PinVerdict.Unknown);
        if (LockedUntil > now) return new(PinVerdict.Locked, Until: LockedUntil);
        LockedUntil = null;
        if (right)
        {
            FailedTries = 0;
            return new(PinVerdict.Right);
        }

        if (++FailedTries < options.WrongTries) return new(PinVerdict.Wrong, options.WrongTries - FailedTries);
        FailedTries = 0;
        LockedUntil = now + Duration.FromTimeSpan(options.LockTime);
        return new(PinVerdict.Locked, Until: LockedUntil);
    }

    /// <summary>A new PIN also ends a lock: whoever sets it knows whom they give it to.</summary>
    public void SetPin(string pinHash)
    {
        PinHash = pinHash;
        Unlock();
    }

    /// <summary>The same PIN, hashed as it is done today.</summary>
    public void Rehash(string pinHash) => PinHash = pinHash;

    public void Unlock() => (FailedTries, LockedUntil) = (0, null);

    public void Disable(string by, Instant now) => (DisabledAt, DisabledBy) = (now, by);
}

/// <summary>What a member of staff is. Stored as text.</summary>
public static class StaffRoles
{
    public const string Operator = "operator";
    public const string Supervisor = "supervisor";

    public static IReadOnlyList<string> All { get; } = [Operator, Supervisor];
}

/// <summary>A PIN that was tried. Rows are added, never changed.</summary>
public sealed class PinTry
{
    private PinTry() { }

    public PinTry(Instant at, string? staffNumber, string phone, PinTryResult result) => (At, StaffNumber, Phone, Result) = (at, staffNumber, phone, result);

    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public Instant At { get; private set; }

    /// <summary>Null where there is none of this number: it may be a PIN that was typed in the wrong place.</summary>
    public string? StaffNumber { get; private set; }
    public string Phone { get; private set; } = "";
    public PinTryResult Result { get; private set; }
}

/// <summary>What came of a try. Stored as text.</summary>
public enum PinTryResult
{
    Right,
    Wrong,

    /// <summary>The staff number is locked, or is with this try.</summary>
    Locked,
    Unknown,
    Disabled,

    /// <summary>Nobody may try from this phone for a while.</summary>
    PhoneLocked,
}

internal sealed class StaffMemberMapping : IEntityTypeConfiguration<StaffMember>
{
    public const string NumberIndex = "ux_staff_members_staff_number";

    public void Configure(EntityTypeBuilder<StaffMember> builder)
    {
        builder.ToTable("staff_members", table =>
        {
            table.HasCheckConstraint("ck_staff_members_role", $"role in ({string.Join(", ", StaffRoles.All.Select(r => $"'{r}'"))})");
            table.HasCheckConstraint("ck_staff_members_disabled", "(disabled_at is null) = (disabled_by is null)");
        });
        builder.HasKey(s => s.Id);
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.HasIndex(s => s.StaffNumber, NumberIndex).IsUnique().HasDatabaseName(NumberIndex);
    }
}

internal sealed class PinTryMapping : IEntityTypeConfiguration<PinTry>
{
    public void Configure(EntityTypeBuilder<PinTry> builder)
    {
        builder.ToTable("staff_pin_tries", table =>
            table.HasCheckConstraint("ck_staff_pin_tries_result", $"result in ({string.Join(", ", Enum.GetNames<PinTryResult>().Select(n => $"'{n}'"))})"));
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.Result).HasConversion<string>();
        builder.HasIndex(t => t.At);
    }
}
