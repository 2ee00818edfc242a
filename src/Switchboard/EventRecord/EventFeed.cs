using System.Threading.Channels;
using NodaTime;
using Switchboard.Asterisk.Ami;

namespace Switchboard.EventRecord;

/// <summary>An event for people who look on, as it comes.</summary>
public sealed record LiveEvent(Instant ReceivedAt, string Event, string? UniqueId, string? LinkedId, string? Channel, string? Room, IReadOnlyDictionary<string, object> Headers);

/// <summary>Hands events to whoever follows them live. Costs nothing while nobody does; who is too slow loses events and is told how many.</summary>
internal sealed class EventFeed
{
    private const int Capacity = 2000;
    private readonly Lock _lock = new();
    private Follower[] _followers = [];

    /// <summary>Follow from now on; dispose to end.</summary>
    public Follower Follow()
    {
        var follower = new Follower(this);
        lock (_lock) _followers = [.. _followers, follower];
        return follower;
    }

    internal void Publish(AmiMessage message, Instant received, EventEncoder encoder)
    {
        if (Volatile.Read(ref _followers) is not { Length: > 0 } followers) return;
        var live = encoder.ForPeople(message, received);
        foreach (var follower in followers) follower.Take(live);
    }

    private void Leave(Follower follower)
    {
        lock (_lock) _followers = [.. _followers.Where(f => f != follower)];
    }

    /// <summary>One who looks on.</summary>
    internal sealed class Follower(EventFeed feed) : IDisposable
    {
        private readonly Channel<LiveEvent> _events = Channel.CreateBounded<LiveEvent>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait });
        private long _lost;

        public ChannelReader<LiveEvent> Events => _events.Reader;

        /// <summary>Events lost since the last time it was asked.</summary>
        public long TakeLost() => Interlocked.Exchange(ref _lost, 0);

        public void Take(LiveEvent live)
        {
            if (!_events.Writer.TryWrite(live)) Interlocked.Increment(ref _lost);
        }

        public void Dispose()
        {
            feed.Leave(this);
            _events.Writer.TryComplete();
        }
    }
}
