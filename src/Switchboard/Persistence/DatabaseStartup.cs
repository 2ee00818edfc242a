using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Polly;
using Polly.Retry;

namespace Switchboard.Persistence;

/// <summary>Work that needs the migrated database once at start, such as making the first token.</summary>
public delegate Task DatabaseReadyStep(IServiceProvider scope, CancellationToken ct);

/// <summary>Waits for PostgreSQL for ever, migrates under a lock, runs the features' steps, then takes and keeps the worker's lock.</summary>
public sealed class DatabaseStartup(
    IServiceScopeFactory scopes, IOptions<DatabaseOptions> options, IEnumerable<DatabaseReadyStep> steps, WorkerLease lease,
    DatabaseMeter meter, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<DatabaseStartup> log) : BackgroundService
{
    private volatile bool _ready;

    /// <summary>Migrated; the API may be used.</summary>
    public bool IsReady => _ready;

    /// <summary>The process's exit code when it ended by itself.</summary>
    public static int ExitCode { get; private set; }

    /// <summary>Why the database is not ready yet, or null.</summary>
    public string? Trouble { get; private set; }

    /// <summary>PostgreSQL's version, once it was reached.</summary>
    public string? ServerVersion { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        meter.Watch(lease);
        try
        {
            await Patience().ExecuteAsync(async token => await PrepareAsync(token), stoppingToken);
            _ready = true;
            await lease.HoldAsync(stoppingToken);
        }
        catch (LeaseTakenException)
        {
            ExitCode = 69; // EX_UNAVAILABLE: systemd may be told not to restart on it
            lifetime.StopApplication();
        }
    }

    private async Task PrepareAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<SwitchboardDb>();
        // Two workers of two PBXs may start at once on one database; the second waits here and then finds nothing to do.
        await using var guard = new NpgsqlConnection(options.Value.Effective());
        await guard.OpenAsync(ct);
        await using (var take = new NpgsqlCommand("select pg_advisory_lock(hashtextextended('switchboard migrations', 0))", guard) { CommandTimeout = 0 })
            await take.ExecuteNonQueryAsync(ct);
        var pending = (await db.Database.GetPendingMigrationsAsync(ct)).Count();
        // A migration may rewrite years of history.
        db.Database.SetCommandTimeout(TimeSpan.FromHours(1));
        await db.Database.MigrateAsync(ct);
        foreach (var step in steps) await step(scope.ServiceProvider, ct);
        await using (var release = new NpgsqlCommand("select pg_advisory_unlock(hashtextextended('switchboard migrations', 0))", guard))
            await release.ExecuteNonQueryAsync(ct);
        ServerVersion = guard.ServerVersion;
        log.Ready(guard.ServerVersion, pending);
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
