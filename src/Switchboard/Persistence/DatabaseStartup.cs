using Microsoft.Extensions.Options;
using Npgsql;
using Polly;
using Polly.Retry;
using Switchboard.Duty;

namespace Switchboard.Persistence;

/// <summary>Work that needs the migrated database once, before this worker serves, such as making the first token; one that stands by stores nothing.</summary>
public delegate Task DatabaseReadyStep(IServiceProvider scope, CancellationToken ct);

/// <summary>Waits for PostgreSQL for ever, migrates under a lock, then takes and keeps the worker's lock, and runs the features' steps when it has it.</summary>
public sealed class DatabaseStartup(
    IServiceScopeFactory scopes, IOptions<DatabaseOptions> options, IEnumerable<DatabaseReadyStep> steps, WorkerLease lease,
    WorkerEnd end, DatabaseMeter meter, TimeProvider time, ILogger<DatabaseStartup> log) : BackgroundService
{
    private volatile bool _ready;

    /// <summary>Migrated; the API may be used.</summary>
    public bool IsReady => _ready;

    /// <summary>Why the database is not ready yet, or null.</summary>
    public string? Trouble { get; private set; }

    /// <summary>What is to be done where PostgreSQL answers and cannot be used; null where it does not answer.</summary>
    public string? Advice { get; private set; }

    /// <summary>PostgreSQL's version, once it was reached.</summary>
    public string? ServerVersion { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        meter.Watch(lease);
        using (var preparing = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken))
        {
            var meanwhile = lease.ServeMeanwhileAsync(preparing.Token);
            await Patience().ExecuteAsync(async token => await PrepareAsync(token), stoppingToken);
            await preparing.CancelAsync();
            await meanwhile.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _ready = true;
        await lease.HoldAsync(RunStepsAsync, stoppingToken);
    }

    private async Task RunStepsAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var step in steps) await step(scope.ServiceProvider, ct);
    }

    private async Task PrepareAsync(CancellationToken ct)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<SwitchboardDb>();
            // Without a pool: a pooled session would keep the lock after a failure.
            await using var guard = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.Value.Effective()) { Pooling = false }.ConnectionString);
            await guard.OpenAsync(ct);
            ServerVersion = guard.ServerVersion;
            SchemaMigration.RequireVersion(guard.PostgreSqlVersion);
            await TakeGuardAsync(guard, ct);
            var applied = await BringToVersionAsync(new SchemaMigration(db, guard), ct);
            Advice = null;
            log.Ready(guard.ServerVersion, applied, SchemaVersion.Number);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            Advice = (failed as DatabaseUnusableException)?.Advice;
            throw;
        }
    }

    /// <summary>Two workers of two PBXs may start at once on one database: the second waits here and then finds nothing to do. So does whoever comes while a backup is restored.</summary>
    private async Task TakeGuardAsync(NpgsqlConnection guard, CancellationToken ct)
    {
        for (var told = false; ; told = true)
        {
            await using var take = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended('switchboard migrations', 0))", guard);
            if ((bool)(await take.ExecuteScalarAsync(ct))!) return;
            if (!told) log.GuardTaken();
            // The copy serves meanwhile.
            Trouble = "another session changes its schema, or restores a backup";
            await Task.Delay(TimeSpan.FromMilliseconds(500), time, ct);
        }
    }

    private async Task<int> BringToVersionAsync(SchemaMigration schema, CancellationToken ct)
    {
        switch (await schema.JudgeAsync(ct))
        {
            case SchemaVerdict.Migrate:
                return await schema.ApplyAsync(ct);
            case SchemaVerdict.Newer(var newer):
                log.SchemaNewer(newer.Number, newer.Version, SchemaVersion.Number, SchemaVersion.Release);
                return 0;
            case SchemaVerdict.Refused(var why, var advice):
                log.SchemaRefused(why, advice);
                await end.EndAsync(WorkerEnd.Configuration, ct);
                await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
                return 0;
            default:
                return 0;
        }
    }

    private ResiliencePipeline Patience() => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            // Wrong credentials and missing rights are retried too: somebody will put them right, and the worker must then be there.
            ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>().Handle<TimeoutException>().Handle<System.IO.IOException>()
                .Handle<InvalidOperationException>(e => e.InnerException is NpgsqlException),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(250),
            MaxDelay = TimeSpan.FromSeconds(2),
            OnRetry = retry =>
            {
                Trouble = retry.Outcome.Exception?.GetBaseException().Message ?? "unknown";
                return ValueTask.CompletedTask;
            },
        })
        .Build();
}
