using System.Buffers;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Asterisk.Ami;

namespace Switchboard.EventRecord;

/// <summary>
/// Between the one who hears and the one who stores: the chunk that is being filled, and what waits before it. Bounded in bytes; who hears
/// waits when it is full (and the subscription behind it holds what comes meanwhile).
/// </summary>
internal sealed class EventQueue(IOptions<EventRecordOptions> options, TimeProvider time)
{
    private const int FullChunk = 1024 * 1024;
    private const int FullQueue = 8 * FullChunk;
    private const int KeptBuffers = 3;
    private readonly Lock _lock = new();
    private readonly Queue<object> _waiting = new();
    private readonly Stack<ArrayBufferWriter<byte>> _buffers = new();
    private TaskCompletionSource? _space;
    private TaskCompletionSource _some = New();
    private TaskCompletionSource _enough = New();
    private EventChunk? _open;
    private long _openedAt;
    private int _bytes;
    private bool _completed;
    private bool _inHand;

    /// <summary>Adds an event.</summary>
    public ValueTask AddAsync(EventSession session, EventEncoder encoder, AmiMessage message, long sequence, Instant received, CancellationToken ct)
    {
        Task? space;
        lock (_lock)
        {
            if (_open is not null && _open.Session != session) Close();
            var chunk = _open ??= Begin(session);
            var before = chunk.Rows.WrittenCount;
            encoder.Encode(message, chunk, sequence, received);
            _bytes += chunk.Rows.WrittenCount - before;
            if (chunk.Rows.WrittenCount >= FullChunk) Close();
            space = _bytes < FullQueue ? null : (_space ??= New()).Task;
        }

        return space is null ? ValueTask.CompletedTask : new(space.WaitAsync(ct));
    }

    /// <summary>Adds an outage, behind the events before it.</summary>
    public void Add(PbxOutage outage)
    {
        lock (_lock)
        {
            Close();
            _waiting.Enqueue(outage);
            _some.TrySetResult();
            _enough.TrySetResult();
        }
    }

    /// <summary>What was heard so far is not kept waiting for more.</summary>
    public void Flush()
    {
        lock (_lock) Close();
    }

    /// <summary>Nothing more is added.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Close();
            _some.TrySetResult();
            _enough.TrySetResult();
        }
    }

    /// <summary>The next item, when it is full or its first event has waited long enough; null after <paramref name="atMost"/> or at the end.</summary>
    public async Task<object?> TakeAsync(TimeSpan atMost)
    {
        Task some, enough;
        lock (_lock) (some, enough) = (_some.Task, _enough.Task);
        if (!some.IsCompleted && !await WithinAsync(some, atMost)) return null;
        if (!enough.IsCompleted && Patience() is { Ticks: > 0 } patience) await WithinAsync(enough, patience);
        lock (_lock)
        {
            if (_waiting.Count == 0) Close();
            _inHand = _waiting.TryDequeue(out var item);
            if (item is EventChunk chunk) _bytes -= chunk.Rows.WrittenCount;
            if (_bytes < FullQueue / 2)
            {
                _space?.TrySetResult();
                _space = null;
            }

            if (_waiting.Count == 0 && !_completed)
            {
                _enough = New();
                if (_open is null) _some = New();
            }

            return item;
        }
    }

    /// <summary>Everything was taken and nothing more will come.</summary>
    public bool IsOver
    {
        get { lock (_lock) return _completed && _waiting.Count == 0 && _open is null; }
    }

    /// <summary>Nothing waits, and what was taken last is done with.</summary>
    public bool IsIdle
    {
        get { lock (_lock) return !_inHand && _waiting.Count == 0 && _open is null; }
    }

    /// <summary>What was taken last is stored or kept.</summary>
    public void Done()
    {
        lock (_lock) _inHand = false;
    }

    /// <summary>Something is complete and waits to be taken.</summary>
    public bool SomeWait
    {
        get { lock (_lock) return _waiting.Count > 0; }
    }

    /// <summary>So much waits, in bytes.</summary>
    public int Bytes
    {
        get { lock (_lock) return _bytes; }
    }

    /// <summary>The chunk is stored: its memory is used again.</summary>
    public void Return(EventChunk chunk)
    {
        chunk.Rows.ResetWrittenCount();
        lock (_lock)
        {
            if (_buffers.Count < KeptBuffers && chunk.Rows.Capacity <= 2 * FullChunk) _buffers.Push(chunk.Rows);
        }
    }

    private EventChunk Begin(EventSession session)
    {
        _openedAt = time.GetTimestamp();
        _some.TrySetResult();
        return new EventChunk(session, _buffers.TryPop(out var buffer) ? buffer : new ArrayBufferWriter<byte>(64 * 1024));
    }

    /// <summary>So long the open chunk may still wait for more; it has waited already while another one was stored.</summary>
    private TimeSpan Patience()
    {
        lock (_lock) return _open is null ? TimeSpan.Zero : options.Value.BatchAge - time.GetElapsedTime(_openedAt);
    }

    private void Close()
    {
        if (_open is null) return;
        _waiting.Enqueue(_open);
        _open = null;
        _enough.TrySetResult();
    }

    private async Task<bool> WithinAsync(Task task, TimeSpan atMost)
    {
        using var over = new CancellationTokenSource();
        var first = await Task.WhenAny(task, Task.Delay(atMost, time, over.Token));
        await over.CancelAsync();
        return first == task;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
