namespace Switchboard.Worker;

/// <summary>
/// Starting reads every booking and builds the database's model; what that took is given back to the machine once, so that a worker that
/// then sleeps for months does not keep it.
/// </summary>
internal sealed class StartGarbage(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(After, time, stoppingToken);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
