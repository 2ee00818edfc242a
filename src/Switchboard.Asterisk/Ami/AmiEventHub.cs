using Microsoft.Extensions.Logging;

namespace Switchboard.Asterisk.Ami;

/// <summary>Hands what the session's reader brings to every subscription, in order, without waiting for any of them.</summary>
internal sealed class AmiEventHub(TimeProvider time, ILogger log)
{
    private readonly Lock _gate = new();
    private readonly List<AmiSubscription> _subscriptions = [];
    private readonly Dictionary<AmiSubscription, (long Lost, long LoggedAt)> _overflows = [];
    private long _lost;

    /// <summary>Events that subscriptions have lost since the start; one that two of them lost counts twice.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public AmiSubscription Subscribe(string name, IReadOnlySet<string>? eventNames, int capacity)
    {
        var subscription = new AmiSubscription(name, eventNames, capacity, Unsubscribe);
        lock (_gate) _subscriptions.Add(subscription);
        return subscription;
    }

    public void Publish(ReadOnlySpan<AmiEvent> events)
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions)
            {
                var lost = subscription.Publish(events);
                if (lost > 0) Overflowed(subscription, lost);
            }
        }
    }

    public void Publish(AmiNotification change)
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions) subscription.Publish(change);
        }
    }

    /// <summary>An event was too long to be kept.</summary>
    public void PublishMissed(long generation, AmiMessage head)
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions)
            {
                if (subscription.Miss(generation, head)) Interlocked.Increment(ref _lost);
            }
        }
    }

    public void Complete()
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions) subscription.Complete();
        }
    }

    private void Unsubscribe(AmiSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
            _overflows.Remove(subscription);
        }
    }

    // One line when it begins, then one a minute with the sum so far.
    private void Overflowed(AmiSubscription subscription, int lost)
    {
        Interlocked.Add(ref _lost, lost);
        var known = _overflows.TryGetValue(subscription, out var before);
        var sum = before.Lost + lost;
        var logNow = !known || time.GetElapsedTime(before.LoggedAt) >= TimeSpan.FromMinutes(1);
        _overflows[subscription] = (sum, logNow ? time.GetTimestamp() : before.LoggedAt);
        if (logNow) log.Overflow(subscription.Name, sum);
    }
}
