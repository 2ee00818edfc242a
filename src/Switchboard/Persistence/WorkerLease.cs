using Microsoft.Extensions.Options;
using Npgsql;

namespace Switchboard.Persistence;

/// <summary>
/// One worker serves one PBX: it holds a PostgreSQL advisory lock on a connection of its own, and claims nothing without it.
/// The database frees the lock by itself when this process dies.
/// </summary>
public sealed class WorkerLease(string pbx, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<WorkerLease> log)
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(2);
    private volatile bool _held;
    private bool _toldHeld;

    /// <summary>May this worker claim?</summary>
    public bool IsHeld => _held;

    /// <summary>Why the connection that holds the lock was lost and is not back, or null.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Raised when <see cref="IsHeld"/> changes.</summary>
    public event Action? Changed;

    /// <summary>Takes the lock and keeps it until <paramref name="ct"/>.</summary>
    /// <exception cref="LeaseTakenException">Another worker has it.</exception>
    internal async Task HoldAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            NpgsqlConnection? connection = null;
            try
            {
                connection = await TakeAsync(ct);
                Trouble = null;
                Set(true);
                // Later ones are told as the end of an outage.
                log.LeaseHeld(_toldHeld ? LogLevel.Debug : LogLevel.Information, pbx);
                _toldHeld = true;
                await WatchAsync(connection, ct);
            }
            catch (Exception lost) when (lost is NpgsqlException or InvalidOperationException or TimeoutException or System.IO.IOException)
            {
                Trouble = lost.GetBaseException().Message;
                Set(false);
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, ct);
            }
            finally
            {
                Set(false);
                if (connection is not null) await connection.DisposeAsync();
            }
        }
    }

    private async Task<NpgsqlConnection> TakeAsync(CancellationToken ct)
    {
        // A killed worker's lock lasts until PostgreSQL notices that it is gone, so a restart must be patient for a moment.
        var deadline = time.GetUtcNow() + options.Value.LeaseWait;
        var connection = await OpenAsync(ct);
        while (!await TryLockAsync(connection, ct))
        {
            if (time.GetUtcNow() >= deadline)
            {
                var holder = await HolderAsync(connection, ct);
                await connection.DisposeAsync();
                log.LeaseTaken(pbx, holder);
                throw new LeaseTakenException(pbx, holder);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), time, ct);
        }

        return connection;
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.Value.Effective())
        {
            // Together with the round below: found within five seconds, which is what wake-ups are claimed ahead.
            Pooling = false,
            KeepAlive = 5,
            Timeout = 5,
            CommandTimeout = 2,
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended($1, 0))", connection);
        command.Parameters.Add(new() { Value = Key });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task<string> HolderAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        const string Sql = """
            select format('%s, connected since %s', coalesce(nullif(a.application_name, ''), 'backend ' || a.pid), to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ'))
            from pg_locks l join pg_stat_activity a using (pid)
            where l.locktype = 'advisory' and l.granted
              and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended($1, 0)
            """;
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new() { Value = Key });
        return await command.ExecuteScalarAsync(ct) as string ?? "a worker that has just ended";
    }

    private async Task WatchAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(CheckEvery, time, ct);
            await using var command = new NpgsqlCommand("select 1", connection);
            await command.ExecuteScalarAsync(ct);
        }
    }

    private string Key => $"switchboard worker of PBX {pbx}";

    private void Set(bool held)
    {
        if (_held == held) return;
        _held = held;
        Changed?.Invoke();
    }
}

/// <summary>Another worker serves the PBX.</summary>
public sealed class LeaseTakenException(string pbx, string holder)
    : Exception($"another worker serves PBX {pbx}: {holder}");
