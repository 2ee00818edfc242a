namespace Switchboard.Asterisk.Ami;

/// <summary>
/// Writes actions in the order they came, as many at once as wait. Nobody waits for the socket: a sender's deadline runs from the moment it
/// asks, and what it withdraws before its turn is never sent. What has begun is never cut short: a torn frame would spoil the session.
/// </summary>
internal sealed class AmiWriter(Stream stream, int capacity, Action<Exception> broken)
{
    private const int MaxBatchBytes = 64 * 1024;
    private readonly Lock _gate = new();
    private readonly Queue<AmiPending> _queue = new();
    private bool _writing;

    /// <exception cref="AmiNotConnectedException">So many actions wait already that another one will not be in time.</exception>
    public void Post(AmiPending pending)
    {
        lock (_gate)
        {
            if (_queue.Count >= capacity) throw new AmiNotConnectedException($"{capacity} actions wait to be sent already; Asterisk does not read them");
            _queue.Enqueue(pending);
            if (_writing) return;
            _writing = true;
        }

        _ = WriteAsync();
    }

    private async Task WriteAsync()
    {
        try
        {
            var batch = new MemoryStream();
            while (Take(batch))
            {
                await stream.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length)).ConfigureAwait(false);
                batch.SetLength(0);
            }
        }
        catch (Exception failed)
        {
            // The session is over: whoever still waits is told so by it.
            broken(failed);
        }
    }

    /// <summary>What waits; false, and nobody writes any more, when nothing does.</summary>
    private bool Take(MemoryStream batch)
    {
        lock (_gate)
        {
            while (batch.Length < MaxBatchBytes && _queue.TryDequeue(out var pending))
            {
                if (pending.TryBeginWriting()) batch.Write(pending.Bytes);
            }

            return _writing = batch.Length > 0;
        }
    }
}
