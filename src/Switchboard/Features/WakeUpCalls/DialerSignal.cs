using System.Threading.Channels;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>How the desk speaks to the dialer: look again now, or hang this one up. It never waits and never fails.</summary>
internal sealed class DialerSignal
{
    // One pending wake is as good as many; the dialer reads the database, not the signal.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile bool _rederive;

    /// <summary>Something changed: claim again.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>The zone data changed: derive the instants anew.</summary>
    public void AskRederive()
    {
        _rederive = true;
        Wake();
    }

    /// <summary>The call ended while an attempt of it may be claimed, queued or ringing.</summary>
    public void HangUp(Guid callId) => HangUpAsked?.Invoke(callId);

    internal event Action<Guid>? HangUpAsked;

    internal bool TakeRederive()
    {
        var asked = _rederive;
        _rederive = false;
        return asked;
    }

    /// <summary>Waits for a signal, at most so long.</summary>
    internal async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Nobody called: it is time to look by ourselves.
        }
    }
}
