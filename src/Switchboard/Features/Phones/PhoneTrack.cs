using NodaTime;
using Switchboard.Pbx;

namespace Switchboard.Features.Phones;

/// <summary>What is known of one phone of one room; <see cref="PhoneBoard"/> sees to it that one thing happens at a time.</summary>
internal sealed class PhoneTrack(string room, string phone)
{
    public string Room { get; } = room;
    public string Phone { get; } = phone;
    public string Device { get; } = PhoneState.DeviceOf(phone);

    /// <summary>A gateway's or a shared line's calls are not this room's.</summary>
    public bool IsItsOwnDevice => Device == Phone;

    /// <summary>The room has this phone still.</summary>
    public bool IsListed { get; set; }

    /// <summary>Null as long as nobody knows.</summary>
    public bool? Reachable { get; private set; }

    /// <summary>Since when it is, or is not, reachable; what was so when the worker began to look is that old at least.</summary>
    public Instant? Since { get; private set; }

    /// <summary>Its absence, where one is stored and not over.</summary>
    public PhoneAbsence? Absence { get; private set; }

    /// <summary>There may be something to store or to tell.</summary>
    public bool IsPending => IsListed
        ? Reachable switch { true => Absence is not null, false => Absence is not { WarnedAt: not null }, null => false }
        // The room has another phone now: nobody waits for this one.
        : Absence is not null;

    public void See(PhoneState state, Instant now)
    {
        if (state.IsReachable == Reachable) return;
        Reachable = state.IsReachable;
        // An absence goes on where it is known to have begun: across a restart, a link that was down, and a return too short to be seen.
        Since = Reachable == false && Absence is { } absence ? absence.GoneAt : now;
    }

    public void Take(PhoneAbsence stored)
    {
        Absence = stored.BackAt is null ? stored : null;
        if (Reachable == false && Absence is not null) Since = Absence.GoneAt;
    }
}
