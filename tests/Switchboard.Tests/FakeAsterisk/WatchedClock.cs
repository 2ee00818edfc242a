using Microsoft.Extensions.Time.Testing;

namespace Switchboard.Tests.FakeAsterisk;

/// <summary>A clock that tells when somebody waits on it, so that a test advances it only when there is something to end.</summary>
internal sealed class WatchedClock : FakeTimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _timers = [];
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_lock)
        {
            _timers.Add(dueTime);
            _added.TrySetResult();
        }

        return timer;
    }

    /// <summary>Waits until somebody waits for a time between these, forgets all waits so far, and lets it pass.</summary>
    public async Task PassAsync(TimeSpan least, TimeSpan? most = null)
    {
        var waited = await WaitForTimerAsync(least, most ?? least);
        Advance(waited);
    }

    /// <summary>The first wait between these that began since the last one was asked for.</summary>
    public async Task<TimeSpan> WaitForTimerAsync(TimeSpan least, TimeSpan most)
    {
        while (true)
        {
            Task added;
            lock (_lock)
            {
                var found = _timers.FindIndex(t => t >= least && t <= most);
                if (found >= 0)
                {
                    var due = _timers[found];
                    _timers.RemoveRange(0, found + 1);
                    return due;
                }

                if (_added.Task.IsCompleted) _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
                added = _added.Task;
            }

            await added.Soon();
        }
    }
}
