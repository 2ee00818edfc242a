namespace Switchboard.Persistence;

/// <summary>Does something to old rows once a day, a little at a time: nobody waits for it.</summary>
internal abstract class DailyKeeper(IServiceScopeFactory scopes, WorkerLease lease, TimeProvider time) : BackgroundService
{
    private const int AtOnce = 500;
    private static readonly TimeSpan FirstRound = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Round = TimeSpan.FromDays(1);
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(FirstRound, time, stoppingToken);
        while (true)
        {
            if (lease.IsHeld) await KeepOrTellAsync(stoppingToken);
            await Task.Delay(Round, time, stoppingToken);
        }
    }

    /// <summary>Whatever it is that went wrong, it is told and tried tomorrow: no old row is worth the worker.</summary>
    internal async Task KeepOrTellAsync(CancellationToken stopping)
    {
        try
        {
            await KeepAsync(stopping);
        }
        catch (Exception failed) when (failed is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            TellFailure(failed.GetBaseException().Message);
        }
    }

    /// <summary>Does all of it; returns how many rows it were.</summary>
    internal abstract Task<int> KeepAsync(CancellationToken ct);

    protected abstract void TellFailure(string reason);

    /// <summary>Takes a step, each time with at most so many rows, until it finds none.</summary>
    protected async Task<int> RepeatAsync(Func<SwitchboardDb, int, Task<int>> step, CancellationToken ct)
    {
        for (var rows = 0; ;)
        {
            await using var scope = scopes.CreateAsyncScope();
            var now = await step(scope.ServiceProvider.GetRequiredService<SwitchboardDb>(), AtOnce);
            if (now == 0) return rows;
            rows += now;
            await Task.Delay(Breath, time, ct);
        }
    }
}
