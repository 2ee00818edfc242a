using System.Threading.Channels;

namespace Switchboard.Persistence.Local;

/// <summary>Wakes a round over what is due: something changed, look again now. It never waits and never fails.</summary>
internal class WakeSignal
{
    // One pending wake is as good as many; a round looks at what is stored, not at the signal.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile Turn? _turn;

    /// <summary>Something changed.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Waits for a signal, at most so long. A wait that is over takes none of the next one's.</summary>
    internal async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken ct)
    {
        _turn = new(time.GetTimestamp(), atMost);
        using var timeout = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Nobody called: it is time to look by itself.
        }
        finally
        {
            // Stopping is no being late.
            _turn = ct.IsCancellationRequested ? null : new(time.GetTimestamp(), TimeSpan.Zero);
        }
    }

    /// <summary>For how long whoever waits here has been at one round, or has overslept. Zero while it sleeps as it said, before its first sleep and after its end.</summary>
    internal TimeSpan Behind(TimeProvider time)
    {
        if (_turn is not { } turn) return TimeSpan.Zero;
        var behind = time.GetElapsedTime(turn.Since) - turn.Sleeps;
        return behind > TimeSpan.Zero ? behind : TimeSpan.Zero;
    }

    /// <summary>What it is at since when, by the clock that nobody sets.</summary>
    private sealed record Turn(long Since, TimeSpan Sleeps);
}
