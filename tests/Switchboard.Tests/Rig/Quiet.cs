using System.Diagnostics;

namespace Switchboard.Tests.Rig;

/// <summary>
/// Tests whose hotel stands in this process as a whole, its PBX with it: nothing of it waits for anything but the clock. So a moment is
/// over when no thread of the pool has anything left to do, and only then the clock is moved. They run one after the other, with nobody
/// else in the process.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class QuietCollection
{
    public const string Name = "A hotel in fake time";
}

internal static class Quiet
{
    private const int LooksInARow = 3;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Waits until everything that can happen now has happened.</summary>
    // On a thread of its own: one of the pool's would wait for itself.
    public static Task ComesAsync() =>
        Task.Factory.StartNew(Come, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Come()
    {
        var began = Stopwatch.GetTimestamp();
        for (var quiet = 0; quiet < LooksInARow;)
        {
            quiet = IsNow ? quiet + 1 : 0;
            if (Stopwatch.GetElapsedTime(began) > Limit) throw new TimeoutException("something in this process does not come to rest");
            Thread.Yield();
        }
    }

    private static bool IsNow
    {
        get
        {
            if (ThreadPool.PendingWorkItemCount > 0) return false;
            ThreadPool.GetMaxThreads(out var all, out _);
            ThreadPool.GetAvailableThreads(out var idle, out _);
            return all == idle;
        }
    }
}
