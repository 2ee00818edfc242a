using NodaTime;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>
/// Claimed attempts in due order, with what they must wait for: their time, the pace of new calls, and a free line where a gateway
/// has only so many. Pure but for its own lists; the dialer asks it what to dial now. Not thread-safe: the dialer locks.
/// </summary>
internal sealed class DialQueue(WakeUpOptions rules)
{
    private readonly SortedSet<ClaimedAttempt> _waiting = new(Comparer<ClaimedAttempt>.Create(InDueOrder));
    private readonly Dictionary<string, int> _linesInUse = new(StringComparer.Ordinal);
    private Instant _nextSlot = Instant.MinValue;

    public int Count => _waiting.Count;

    /// <summary>When something may be dialled next, or null with an empty queue.</summary>
    public Instant? NextAt => _waiting.Count == 0 ? null : Instant.Max(_waiting.Min!.DueAt, _nextSlot);

    /// <summary>How long to wait when nothing could be taken at that time.</summary>
    public TimeSpan WaitAfter(Instant now)
    {
        if (NextAt is not { } next) return TimeSpan.FromSeconds(30);
        // Due, but the link is down or no line is free: a signal comes when that changes.
        if (next <= now) return TimeSpan.FromSeconds(1);
        var wait = (next - now).ToTimeSpan();
        return wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait;
    }

    private Duration Slot => rules.CallsPerSecond > 0 ? Duration.FromSeconds(1) / rules.CallsPerSecond : Duration.Zero;

    public bool Add(ClaimedAttempt attempt) => _waiting.Add(attempt);

    public bool Contains(Guid attemptId) => _waiting.Any(a => a.AttemptId == attemptId);

    /// <summary>Takes out an attempt that is not wanted any more.</summary>
    public ClaimedAttempt? Remove(Guid attemptId)
    {
        var found = _waiting.FirstOrDefault(a => a.AttemptId == attemptId);
        if (found is not null) _waiting.Remove(found);
        return found;
    }

    /// <summary>Takes out everything that was due before this.</summary>
    public List<ClaimedAttempt> RemoveDueBefore(Instant limit)
    {
        var old = _waiting.TakeWhile(a => a.DueAt < limit).ToList();
        _waiting.ExceptWith(old);
        return old;
    }

    /// <summary>What is due and waits (for the link, a line or its turn).</summary>
    public IReadOnlyList<ClaimedAttempt> Due(Instant now) => [.. _waiting.TakeWhile(a => a.DueAt <= now)];

    /// <summary>The next one to dial now, its lines taken; null when none may be.</summary>
    public ClaimedAttempt? Take(Instant now)
    {
        // A clock that was set back must not keep everybody waiting for the time that was.
        if (_nextSlot - now > Slot) _nextSlot = now;
        if (now < _nextSlot) return null;
        // A full gateway must not hold up the rooms of others behind it.
        var next = _waiting.TakeWhile(a => a.DueAt <= now).FirstOrDefault(HasLine);
        if (next is null) return null;
        _waiting.Remove(next);
        foreach (var gateway in GatewaysOf(next)) _linesInUse[gateway.DialPrefix] = InUse(gateway) + 1;
        if (rules.CallsPerSecond > 0)
        {
            // Slots follow each other without drift, but an idle hour earns no burst.
            _nextSlot = Instant.Max(_nextSlot, now - Duration.FromMilliseconds(20)) + Slot;
        }

        return next;
    }

    /// <summary>The attempt's call has ended: its lines are free.</summary>
    public void Free(ClaimedAttempt attempt)
    {
        foreach (var gateway in GatewaysOf(attempt)) _linesInUse[gateway.DialPrefix] = Math.Max(0, InUse(gateway) - 1);
    }

    private bool HasLine(ClaimedAttempt attempt) => GatewaysOf(attempt).All(g => InUse(g) < g.MaxCalls);

    private int InUse(GatewayOptions gateway) => _linesInUse.GetValueOrDefault(gateway.DialPrefix);

    private IEnumerable<GatewayOptions> GatewaysOf(ClaimedAttempt attempt) =>
        rules.Gateways.Where(g => attempt.Room.DialStrings.Any(d => d.StartsWith(g.DialPrefix, StringComparison.Ordinal)));

    private static int InDueOrder(ClaimedAttempt a, ClaimedAttempt b)
    {
        var byDue = a.DueAt.CompareTo(b.DueAt);
        if (byDue != 0) return byDue;
        var byNumber = a.CallNumber.CompareTo(b.CallNumber);
        return byNumber != 0 ? byNumber : a.AttemptId.CompareTo(b.AttemptId);
    }
}
