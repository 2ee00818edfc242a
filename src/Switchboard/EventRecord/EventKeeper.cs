using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.EventRecord;

/// <summary>Makes the event table's coming days and drops the old ones, once an hour.</summary>
internal sealed class EventKeeper(
    EventPartitions partitions, DatabaseStartup startup, IOptions<DatabaseOptions> database, FoldedWarnings warnings, TimeProvider time, IClock clock, ILogger<EventKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var done = startup.IsReady && await TryKeepAsync(stoppingToken);
            await Task.Delay(done ? Round : RetryEvery, time, stoppingToken);
        }
    }

    private async Task<bool> TryKeepAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = new NpgsqlConnection(database.Value.Effective());
            await connection.OpenAsync(ct);
            var dropped = await partitions.KeepAsync(connection, clock.GetCurrentInstant(), ct);
            if (dropped.Count > 0) log.Dropped(string.Join(", ", dropped));
            return true;
        }
        catch (Exception failed) when (failed is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
        {
            // That the database is away is told elsewhere; a refusal (a right that is missing, say) is not.
            if (failed is PostgresException { IsTransient: false } refused) warnings.Tell("event days", _ => log.KeepFailed(refused.MessageText));
            return false;
        }
    }
}
