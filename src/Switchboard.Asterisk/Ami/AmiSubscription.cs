using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// A reader's own ordered, bounded queue of notifications. The socket is never kept waiting by a slow reader: events beyond the capacity
/// are dropped, counted, and told as an <see cref="AmiGap"/> at the place where they are missing. Connected, Disconnected and Gap are never dropped.
/// </summary>
public sealed class AmiSubscription : IAsyncDisposable
{
    private readonly Channel<AmiNotification> _queue = Channel.CreateUnbounded<AmiNotification>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IReadOnlySet<string>? _eventNames;
    private readonly int _capacity;
    private readonly Action<AmiSubscription> _unsubscribe;
    private readonly Action<AmiSubscription, long> _overflowed;
    private readonly Lock _gate = new();
    private int _waiting;
    private long _lost;
    private long _lostGeneration;

    internal AmiSubscription(string name, IReadOnlySet<string>? eventNames, int capacity, Action<AmiSubscription> unsubscribe, Action<AmiSubscription, long> overflowed) =>
        (Name, _eventNames, _capacity, _unsubscribe, _overflowed) = (name, eventNames, capacity, unsubscribe, overflowed);

    /// <summary>Who reads; for log lines.</summary>
    public string Name { get; }

    /// <summary>Everything from the subscription on, in order, until <paramref name="ct"/> or the connection's end.</summary>
    public async IAsyncEnumerable<AmiNotification> ReadAllAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        while (await _queue.Reader.WaitToReadAsync(ct).ConfigureAwait(false))
        {
            while (_queue.Reader.TryRead(out var next))
            {
                lock (_gate)
                {
                    if (next is AmiEvent) _waiting--;
                    // Room again: the gap is told here even if Asterisk has fallen silent.
                    if (_lost > 0 && _waiting == 0) WriteGap();
                }

                yield return next;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _unsubscribe(this);
        _queue.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    internal void Publish(AmiNotification notification)
    {
        lock (_gate)
        {
            if (notification is AmiEvent happened)
            {
                if (_eventNames is not null && (happened.Message.EventName is not { } name || !_eventNames.Contains(name))) return;
                if (_waiting >= _capacity)
                {
                    _lost++;
                    _lostGeneration = notification.Generation;
                    _overflowed(this, _lost);
                    return;
                }

                if (_lost > 0) WriteGap();
                _waiting++;
            }
            else if (_lost > 0)
            {
                WriteGap();
            }

            _queue.Writer.TryWrite(notification);
        }
    }

    internal void Complete() => _queue.Writer.TryComplete();

    private void WriteGap()
    {
        _queue.Writer.TryWrite(new AmiGap(_lostGeneration, _lost));
        _lost = 0;
    }
}
