using System.Runtime.CompilerServices;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// A reader's own ordered, bounded queue of notifications. The socket is never kept waiting by a slow reader: events beyond the capacity
/// are dropped, counted, and told as an <see cref="AmiGap"/> at the place where they are missing. Connected, Disconnected and Gap are never dropped.
/// For one reader at a time.
/// </summary>
public sealed class AmiSubscription : IAsyncDisposable
{
    private const int TakenAtOnce = 256;
    private readonly Lock _gate = new();
    private readonly Queue<AmiNotification> _queue = new();
    private readonly Queue<AmiNotification> _inHand = new(TakenAtOnce);
    private readonly IReadOnlySet<string>? _eventNames;
    private readonly int _capacity;
    private readonly Action<AmiSubscription> _unsubscribe;
    private TaskCompletionSource? _reader;
    private int _waiting;
    private long _lost;
    private long _lostGeneration;
    private bool _completed;

    internal AmiSubscription(string name, IReadOnlySet<string>? eventNames, int capacity, Action<AmiSubscription> unsubscribe)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (Name, _eventNames, _capacity, _unsubscribe) = (name, eventNames, capacity, unsubscribe);
    }

    /// <summary>Who reads; for log lines.</summary>
    public string Name { get; }

    /// <summary>Everything from the subscription on, in order, until <paramref name="ct"/> or the connection's end. What one enumeration leaves, the next one gets.</summary>
    public async IAsyncEnumerable<AmiNotification> ReadAllAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        while (true)
        {
            while (_inHand.TryDequeue(out var next)) yield return next;
            ct.ThrowIfCancellationRequested();
            if (Take() is { } more) await more.WaitAsync(ct).ConfigureAwait(false);
            else if (_inHand.Count == 0) yield break;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _unsubscribe(this);
        Complete();
        return ValueTask.CompletedTask;
    }

    /// <summary>Queues the events that this reader wants; returns how many it has lost.</summary>
    internal int Publish(ReadOnlySpan<AmiEvent> events)
    {
        var lost = 0;
        TaskCompletionSource? reader;
        lock (_gate)
        {
            foreach (var happened in events)
            {
                if (!Wants(happened.Message)) continue;
                if (_waiting >= _capacity)
                {
                    lost++;
                    _lost++;
                    _lostGeneration = happened.Generation;
                    continue;
                }

                if (_lost > 0) QueueGap();
                _queue.Enqueue(happened);
                _waiting++;
            }

            reader = ReaderToWake();
        }

        reader?.TrySetResult();
        return lost;
    }

    /// <summary>Queues a change of the connection itself.</summary>
    internal void Publish(AmiNotification change)
    {
        TaskCompletionSource? reader;
        lock (_gate)
        {
            if (_lost > 0) QueueGap();
            _queue.Enqueue(change);
            reader = ReaderToWake();
        }

        reader?.TrySetResult();
    }

    /// <summary>An event was lost on its way here; so much is known of it. True where this reader would have got it.</summary>
    internal bool Miss(long generation, AmiMessage head)
    {
        if (!Wants(head)) return false;
        Publish(new AmiGap(generation, 1));
        return true;
    }

    internal void Complete()
    {
        TaskCompletionSource? reader;
        lock (_gate)
        {
            _completed = true;
            reader = ReaderToWake();
        }

        reader?.TrySetResult();
    }

    private bool Wants(AmiMessage message) => _eventNames is null || (message.EventName is { } name && _eventNames.Contains(name));

    /// <summary>Takes what waits, so that the lock is shared by many; returns what to wait for when there is nothing, or null.</summary>
    private Task? Take()
    {
        lock (_gate)
        {
            while (_inHand.Count < TakenAtOnce && _queue.TryDequeue(out var next))
            {
                if (next is AmiEvent) _waiting--;
                _inHand.Enqueue(next);
            }

            // All is taken: the gap is told here even if Asterisk has fallen silent.
            if (_lost > 0 && _queue.Count == 0)
            {
                QueueGap();
                _inHand.Enqueue(_queue.Dequeue());
            }

            if (_inHand.Count > 0 || _completed) return null;
            _reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reader.Task;
        }
    }

    private void QueueGap()
    {
        _queue.Enqueue(new AmiGap(_lostGeneration, _lost));
        _lost = 0;
    }

    /// <summary>Whom to wake, after the lock has been left: it is the first thing that the reader takes.</summary>
    private TaskCompletionSource? ReaderToWake()
    {
        if (_queue.Count == 0 && !_completed) return null;
        var reader = _reader;
        _reader = null;
        return reader;
    }
}
