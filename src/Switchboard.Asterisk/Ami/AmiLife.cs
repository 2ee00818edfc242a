using System.Runtime.InteropServices;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// One generation: a session and what it tells. Nothing of it is told before FullyBooted; then Connected comes first, then what had come
/// before, then the rest as it comes.
/// </summary>
internal sealed class AmiLife(long generation, AmiEventHub hub, TimeProvider time, Action<AmiLife, AmiSession> onBooted) : IAmiSessionOwner, IAsyncDisposable
{
    // Asterisk may take a minute to boot; what it tells meanwhile is kept up to here.
    private const int MaxEarly = 100_000;
    private readonly TaskCompletionSource _booted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<AmiEvent> _batch = [];
    private readonly List<AmiMessage> _missed = [];
    private long _earlyLost;
    private AmiSession? _session;

    public long Generation => generation;

    /// <summary>Completes with FullyBooted.</summary>
    public Task Booted => _booted.Task;

    public AmiSession Session
    {
        get => _session ?? throw new InvalidOperationException("there is no session yet");
        set => _session = value;
    }

    public void OnEvents(AmiSession session, ReadOnlySpan<AmiMessage> events)
    {
        var now = time.GetUtcNow();
        var booted = _booted.Task.IsCompleted;
        foreach (var message in events)
        {
            var last = !booted && message.EventName == "FullyBooted";
            if (!booted && !last && _batch.Count >= MaxEarly) _earlyLost++;
            else _batch.Add(new AmiEvent(generation, message) { ReceivedAt = now });
            if (!last) continue;
            Announce(session);
            booted = true;
        }

        if (booted) Flush();
    }

    public void OnSkipped(AmiSession session, AmiMessage head)
    {
        if (_booted.Task.IsCompleted) hub.PublishMissed(generation, head);
        else if (_missed.Count < MaxEarly) _missed.Add(head);
        else _earlyLost++;
    }

    public ValueTask DisposeAsync() => _session?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Announce(AmiSession session)
    {
        onBooted(this, session);
        hub.Publish(new AmiConnected(generation, session.Banner));
        foreach (var head in _missed) hub.PublishMissed(generation, head);
        if (_earlyLost > 0) hub.Publish(new AmiGap(generation, _earlyLost));
        Flush();
        _booted.SetResult();
    }

    private void Flush()
    {
        hub.Publish(CollectionsMarshal.AsSpan(_batch));
        _batch.Clear();
    }
}
