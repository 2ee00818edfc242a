using NodaTime;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>What is asked for. Until is HH:MM[:SS] on the hotel's clocks (the next such time), a date and time, or so long from now (90m, 2h).</summary>
public sealed record LockSet(string? Guest, string? Until, string? By);

/// <summary>Who asks, where nothing else is said.</summary>
public sealed record LockRelease(string? By);

/// <summary>A room that is locked, or was. The guest's name is there for operators only.</summary>
/// <param name="Pending">The PBX is not known to have it yet.</param>
/// <param name="Notes">What there is to say about it just now.</param>
public sealed record LockView(
    long Number, string Room, string? Guest, Instant SetAt, string SetBy, string SetHow, Instant? Until, string Zone, bool Pending, Instant? EffectiveAt,
    Instant? ReleasedAt, string? ReleasedBy, string? ReleasedHow, IReadOnlyList<string> Notes);

/// <summary>A lock with all that happened to it and the calls that met it.</summary>
public sealed record LockHistory(LockView Lock, IReadOnlyList<LockEventView> Events, IReadOnlyList<LockedCallView> Calls, IReadOnlyList<WelfareView> Checks);

/// <summary>One step.</summary>
public sealed record LockEventView(Instant At, string What, string By, string How);

/// <summary>A call that met the lock.</summary>
public sealed record LockedCallView(Instant At, string Outcome, string? By, string? Call);

/// <summary>A welfare check, asked for and done.</summary>
public sealed record WelfareView(Guid Id, string Room, Instant LockedSince, Instant AskedAt, Instant? DoneAt, string? DoneBy, string? Outcome, string Zone);

/// <summary>Who looked after the guest, and what they found.</summary>
public sealed record WelfareDone(string? Name, string? Outcome);
