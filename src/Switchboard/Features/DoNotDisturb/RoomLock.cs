using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NodaTime;
using Switchboard.Features.Rooms;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>By what way a room was locked or released. Stored as text.</summary>
public static class LockWays
{
    /// <summary>CLI, API or console.</summary>
    public const string Desk = "desk";

    /// <summary>The room's own phone, *78 and *79.</summary>
    public const string Guest = "guest";

    /// <summary>An operator's phone, with staff number and PIN.</summary>
    public const string Operator = "operator";

    public const string Expired = "expired";
    public const string CheckIn = "check-in";
    public const string CheckOut = "check-out";
    public const string Move = "move";

    public static IReadOnlyList<string> All { get; } = [Desk, Guest, Operator, Expired, CheckIn, CheckOut, Move];
}

/// <summary>Who locks a room, for whom and until when.</summary>
public sealed record LockRequest(string Room, string Pbx, string? GuestName, Guid? StayId, Instant? Until, string By, string How);

/// <summary>
/// One time of do-not-disturb: from when the room was locked until it was released. Times are this machine's; a lock that the guest set at the
/// phone has the time of the key.
/// </summary>
public sealed class RoomLock
{
    private RoomLock() { }

    public Guid Id { get; private set; }

    /// <summary>The short number that people say; given by the database, 0 until then.</summary>
    public long Number { get; private set; }

    public string Room { get; private set; } = "";
    public string Pbx { get; private set; } = "";
    public Guid? StayId { get; private set; }

    /// <summary>Null where nobody said it; erased with the guest's other data.</summary>
    public string? GuestName { get; private set; }

    public Instant SetAt { get; private set; }
    public string SetBy { get; private set; } = "";
    public string SetHow { get; private set; } = "";

    /// <summary>When anything of it was last changed: of two changes the newer one counts, whichever end it came from.</summary>
    public Instant ChangedAt { get; private set; }

    /// <summary>Since when this guest is left alone, in this room or another, and nobody has looked.</summary>
    public Instant Since { get; private set; }

    /// <summary>It releases itself then; null: until somebody does.</summary>
    public Instant? Until { get; private set; }

    /// <summary>Since when the PBX is known to hold it as it is; null while it is only promised.</summary>
    public Instant? EffectiveAt { get; private set; }

    public Instant? ReleasedAt { get; private set; }
    public string? ReleasedBy { get; private set; }
    public string? ReleasedHow { get; private set; }

    /// <summary>Since when the PBX is known to have released it.</summary>
    public Instant? ReleaseEffectiveAt { get; private set; }

    /// <summary>Optimistic concurrency (PostgreSQL's xmin).</summary>
    public uint Version { get; private set; }

    public bool IsOpen => ReleasedAt is null;

    /// <summary>What AstDB holds of it (extensions_switchboard_state.conf); null: nothing.</summary>
    public string? AstDbValue => IsOpen
        ? string.Create(CultureInfo.InvariantCulture, $"on:{ChangedAt.ToUnixTimeMilliseconds()}:{LockWays.Desk}:{Until?.ToUnixTimeMilliseconds()}")
        : null;

    /// <param name="request">Who, for whom and until when.</param>
    /// <param name="at">When.</param>
    /// <param name="since">See <see cref="Since"/>; null: since now.</param>
    public static RoomLock Set(LockRequest request, Instant at, Instant? since = null) => new()
    {
        Id = Guid.CreateVersion7(),
        Room = request.Room,
        Pbx = request.Pbx,
        StayId = request.StayId,
        GuestName = request.GuestName,
        // What AstDB tells of it has milliseconds.
        SetAt = Milliseconds(at),
        ChangedAt = Milliseconds(at),
        Since = Milliseconds(since ?? at),
        SetBy = request.By,
        SetHow = request.How,
        Until = request.Until is { } until ? Milliseconds(until) : null,
    };

    /// <summary>Another end, or none any more.</summary>
    public void ChangeUntil(Instant? until, Instant now)
    {
        RequireOpen();
        (Until, EffectiveAt, ChangedAt) = (until is { } at ? Milliseconds(at) : null, null, Instant.Max(Milliseconds(now), ChangedAt));
    }

    /// <summary>Whose wish it is became known.</summary>
    public void ChangeGuest(string name)
    {
        RequireOpen();
        GuestName = name;
    }

    public void Release(string by, string how, Instant at)
    {
        RequireOpen();
        (ReleasedBy, ReleasedHow, ReleasedAt) = (by, how, Instant.Max(Milliseconds(at), SetAt));
        ChangedAt = Instant.Max(ReleasedAt.Value, ChangedAt);
    }

    /// <summary>The PBX holds it as it is. True where that was not known before.</summary>
    public bool Held(Instant now)
    {
        if (IsOpen ? EffectiveAt is not null : ReleaseEffectiveAt is not null) return false;
        if (IsOpen) EffectiveAt = now;
        else ReleaseEffectiveAt = now;
        return true;
    }

    private void RequireOpen()
    {
        if (!IsOpen) throw new ConflictException($"room {Room} is not locked any more");
    }

    private static Instant Milliseconds(Instant at) => Instant.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
}

/// <summary>A step in the life of a lock. Rows are added, never changed, and hold no guest data.</summary>
public sealed class RoomLockEvent
{
    private RoomLockEvent() { }

    public RoomLockEvent(Guid lockId, Instant at, string what, string by, string how) => (RoomLockId, At, What, By, How) = (lockId, at, what, by, how);

    public long Id { get; private set; }
    public Guid RoomLockId { get; private set; }
    public Instant At { get; private set; }
    public string What { get; private set; } = "";
    public string By { get; private set; } = "";
    public string How { get; private set; } = "";
}

/// <summary>A call that met a locked room: what its caller chose, or why it rang through.</summary>
public sealed class LockedCall
{
    private LockedCall() { }

    /// <param name="told">The time as the PBX told it.</param>
    public LockedCall(string pbx, string room, Guid? lockId, Instant at, string told, string outcome, string? by, string? linkedId) =>
        (Id, Pbx, Room, RoomLockId, At, Outcome, By, LinkedId) = (DerivedId.Of(pbx, room, told, outcome), pbx, room, lockId, at, outcome, by, linkedId);

    /// <summary>Derived from what was told: told twice it is one call.</summary>
    public Guid Id { get; private set; }
    public string Pbx { get; private set; } = "";
    public string Room { get; private set; } = "";
    public Guid? RoomLockId { get; private set; }
    public Instant At { get; private set; }

    /// <summary>message, operator, no-choice, hung-up; or it rang through: wake-up, emergency, operator-through.</summary>
    public string Outcome { get; private set; } = "";

    /// <summary>The operator's staff number, where one rang through.</summary>
    public string? By { get; private set; }

    public string? LinkedId { get; private set; }
}

/// <summary>A room locked for so long that somebody should see whether its guest is well; one a day for each lock.</summary>
public sealed class WelfareCheck
{
    private WelfareCheck() { }

    /// <param name="last">When somebody had to look before this: of that one time there is one check, however often it is asked for.</param>
    public WelfareCheck(RoomLock locked, Instant last, Instant now) => (Id, Pbx, Room, RoomLockId, AskedAt) =
        (DerivedId.Of(locked.Id.ToString(), last.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)), locked.Pbx, locked.Room, locked.Id, now);

    public Guid Id { get; private set; }
    public string Pbx { get; private set; } = "";
    public string Room { get; private set; } = "";
    public Guid RoomLockId { get; private set; }
    public Instant AskedAt { get; private set; }
    public Instant? DoneAt { get; private set; }
    public string? DoneBy { get; private set; }
    public string? DoneVia { get; private set; }
    public string? Outcome { get; private set; }

    public void Done(string by, string via, string outcome, Instant now) => (DoneBy, DoneVia, Outcome, DoneAt) = (by, via, outcome, now);
}

internal sealed class RoomLockMapping : IEntityTypeConfiguration<RoomLock>
{
    public const string OneOpenLockIndex = "ux_room_locks_room_open";

    public void Configure(EntityTypeBuilder<RoomLock> builder)
    {
        var ways = string.Join(", ", LockWays.All.Select(w => $"'{w}'"));
        builder.ToTable("room_locks", table =>
        {
            table.HasCheckConstraint("ck_room_locks_set_how", $"set_how in ({ways})");
            table.HasCheckConstraint("ck_room_locks_released",
                $"(released_at is null and released_by is null and released_how is null) or (released_at >= set_at and released_by is not null and released_how in ({ways}))");
        });
        builder.HasKey(l => l.Id);
        builder.Property(l => l.Id).ValueGeneratedNever();
        // By default: see wake_up_calls.number.
        builder.Property(l => l.Number).UseIdentityByDefaultColumn();
        builder.HasIndex(l => l.Number).IsUnique();
        builder.HasOne<Room>().WithMany().HasForeignKey(l => l.Room).OnDelete(DeleteBehavior.Restrict);
        builder.Property(l => l.Version).IsRowVersion();
        builder.Ignore(l => l.IsOpen);
        builder.Ignore(l => l.AstDbValue);
        builder.HasIndex(l => l.Room, OneOpenLockIndex).IsUnique().HasDatabaseName(OneOpenLockIndex).HasFilter("released_at is null");
        builder.HasIndex(l => new { l.Room, l.SetAt });
        builder.HasIndex(l => l.ReleasedAt);
    }
}

internal sealed class RoomLockEventMapping : IEntityTypeConfiguration<RoomLockEvent>
{
    public void Configure(EntityTypeBuilder<RoomLockEvent> builder)
    {
        builder.ToTable("room_lock_events");
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Id).UseIdentityAlwaysColumn();
        builder.HasOne<RoomLock>().WithMany().HasForeignKey(e => e.RoomLockId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(e => e.RoomLockId);
    }
}

internal sealed class LockedCallMapping : IEntityTypeConfiguration<LockedCall>
{
    public void Configure(EntityTypeBuilder<LockedCall> builder)
    {
        builder.ToTable("locked_calls");
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.HasIndex(c => new { c.Room, c.At });
        builder.HasIndex(c => c.At);
    }
}

internal sealed class WelfareCheckMapping : IEntityTypeConfiguration<WelfareCheck>
{
    public void Configure(EntityTypeBuilder<WelfareCheck> builder)
    {
        builder.ToTable("welfare_checks", table => table.HasCheckConstraint("ck_welfare_checks_done",
            "(done_at is null and done_by is null and outcome is null) or (done_at is not null and done_by is not null and outcome is not null)"));
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.HasOne<RoomLock>().WithMany().HasForeignKey(c => c.RoomLockId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(c => c.RoomLockId);
        builder.HasIndex(c => c.AskedAt, "ix_welfare_checks_open").HasDatabaseName("ix_welfare_checks_open").HasFilter("done_at is null");
    }
}
