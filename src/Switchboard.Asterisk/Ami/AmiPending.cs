using System.Threading.Channels;

namespace Switchboard.Asterisk.Ami;

/// <summary>An action on its way: queued, then written, unless its sender gives up before the first byte has left.</summary>
internal abstract class AmiPending(string action, string id, byte[] bytes)
{
    private const int Queued = 0, Written = 1, Withdrawn = 2;
    private int _stage;

    public string Action => action;
    public string Id => id;
    public byte[] Bytes => bytes;
    public bool IsWritten => Volatile.Read(ref _stage) == Written;

    /// <summary>The writer takes it; false when its sender has withdrawn it.</summary>
    public bool TryBeginWriting() => Interlocked.CompareExchange(ref _stage, Written, Queued) == Queued;

    /// <summary>Its sender no longer waits; true when it will never be sent.</summary>
    public bool TryWithdraw() => Interlocked.CompareExchange(ref _stage, Withdrawn, Queued) == Queued;

    public abstract void TakeResponse(AmiMessage message);

    public abstract void Fail(Exception reason);

    protected static bool IsError(AmiMessage response) => "Error".Equals(response["Response"], StringComparison.OrdinalIgnoreCase);
}

/// <summary>Waits for one response.</summary>
internal sealed class AmiPendingResponse(string action, string id, byte[] bytes) : AmiPending(action, id, bytes)
{
    private readonly TaskCompletionSource<AmiMessage> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<AmiMessage> Response => _response.Task;

    public override void TakeResponse(AmiMessage message)
    {
        if (IsError(message)) Fail(new AmiRejectedException(Action, message));
        else _response.TrySetResult(message);
    }

    public override void Fail(Exception reason)
    {
        _response.TrySetException(reason);
        // Nobody may be waiting any more; that must not be reported as forgotten.
        _ = _response.Task.Exception;
    }
}

/// <summary>Waits for a response, the items of its list and the list's end.</summary>
internal sealed class AmiPendingList(string action, string id, byte[] bytes, int maxItems) : AmiPending(action, id, bytes)
{
    private readonly Channel<AmiMessage> _items = Channel.CreateUnbounded<AmiMessage>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private int _taken;
    private int _over;
    private int _abandoned;

    public ChannelReader<AmiMessage> Items => _items.Reader;

    /// <summary>Asterisk has said its last word on it.</summary>
    public bool IsOver => Volatile.Read(ref _over) == 1;

    /// <summary>Nobody reads it any more.</summary>
    public bool IsAbandoned => Volatile.Read(ref _abandoned) == 1;

    public void Abandon() => Interlocked.Exchange(ref _abandoned, 1);

    public override void TakeResponse(AmiMessage message)
    {
        if (IsError(message)) End(new AmiRejectedException(Action, message));
    }

    public void TakeItem(AmiMessage message)
    {
        var mark = message["EventList"];
        if ("Complete".Equals(mark, StringComparison.OrdinalIgnoreCase)) End(null);
        else if ("Cancelled".Equals(mark, StringComparison.OrdinalIgnoreCase)) End(new AmiRejectedException(Action, message));
        else if (++_taken > maxItems) Fail(new AmiProtocolException($"the list of {Action} is longer than {maxItems} items"));
        else _items.Writer.TryWrite(message);
    }

    public override void Fail(Exception reason) => _items.Writer.TryComplete(reason);

    private void End(Exception? reason)
    {
        Interlocked.Exchange(ref _over, 1);
        _items.Writer.TryComplete(reason);
    }
}
