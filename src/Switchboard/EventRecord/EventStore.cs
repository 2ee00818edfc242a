using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Persistence;

namespace Switchboard.EventRecord;

/// <summary>
/// Writes chunks by binary COPY, each exactly once: the session's last stored sequence is moved in the same transaction, and a chunk that is not
/// beyond it is there already. For one writer; it keeps a connection of its own.
/// </summary>
internal sealed class EventStore(IOptions<DatabaseOptions> database, EventPartitions partitions) : IAsyncDisposable
{
    // So long a full subscription lasts at 20,000 events a second; what is not stored by then goes to the journal, which is quicker.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private NpgsqlConnection? _connection;

    /// <summary>Events were committed; the earliest of their times, by the PBX.</summary>
    public event Action<Instant>? Stored;

    /// <summary>Stores it; false where it was stored before.</summary>
    /// <exception cref="NpgsqlException">The database is away, or refuses.</exception>
    /// <exception cref="TimeoutException">It is too slow to be waited for.</exception>
    public async Task<bool> WriteAsync(EventChunk chunk, TimeProvider time, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            return await WriteAsync(await ConnectAsync(either.Token), chunk, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            await CloseAsync();
            throw new TimeoutException($"the database did not store {chunk.Count} events within {Patience.TotalSeconds:F0} s");
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => new(CloseAsync());

    private async Task<bool> WriteAsync(NpgsqlConnection connection, EventChunk chunk, CancellationToken ct)
    {
        for (var forgot = false; ;)
        {
            await partitions.EnsureAsync(connection, chunk.Earliest, chunk.Latest, ct);
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(ct);
                if (!await AdvanceAsync(connection, chunk, ct))
                {
                    // A chunk that was divided for the sake of one of its rows can be there in part.
                    if (chunk.After(await StoredAsync(connection, chunk.Session, ct)) is not { } rest) return false;
                    chunk = rest;
                    continue;
                }

                await CopyAsync(connection, chunk, ct);
                await transaction.CommitAsync(ct);
                Stored?.Invoke(chunk.Earliest);
                return true;
            }
            catch (PostgresException gone) when (!forgot && IsDayMissing(gone))
            {
                partitions.Forget();
                forgot = true;
            }
        }
    }

    // Somebody has dropped it since we made it; PostgreSQL reports that as a check that failed, on the table itself.
    private static bool IsDayMissing(PostgresException fault) => fault is { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: null, TableName: "pbx_events" };

    private static async Task CopyAsync(NpgsqlConnection connection, EventChunk chunk, CancellationToken ct)
    {
        await using var copy = await connection.BeginRawBinaryCopyAsync($"copy pbx_events ({EventEncoder.Columns}) from stdin (format binary)", ct);
        await copy.WriteAsync(CopyRow.Header, ct);
        await copy.WriteAsync(chunk.Rows.WrittenMemory, ct);
        await copy.WriteAsync(CopyRow.Trailer, ct);
    }

    private static async Task<bool> AdvanceAsync(NpgsqlConnection connection, EventChunk chunk, CancellationToken ct)
    {
        await using var advance = new NpgsqlCommand("""
            insert into pbx_event_sessions as s (id, pbx, source, started_at, last_sequence, last_received_at) values ($1, $2, $3, $4, $5, $6)
            on conflict (id) do update set last_sequence = excluded.last_sequence, last_received_at = excluded.last_received_at
            where s.last_sequence < $7
            """, connection);
        var session = chunk.Session;
        advance.Parameters.Add(new() { Value = session.Id });
        advance.Parameters.Add(new() { Value = session.Pbx });
        advance.Parameters.Add(new() { Value = session.Source });
        advance.Parameters.Add(new() { Value = session.StartedAt.ToDateTimeUtc() });
        advance.Parameters.Add(new() { Value = chunk.LastSequence });
        advance.Parameters.Add(new() { Value = chunk.LastReceived.ToDateTimeUtc() });
        advance.Parameters.Add(new() { Value = chunk.FirstSequence });
        return await advance.ExecuteNonQueryAsync(ct) == 1;
    }

    private static async Task<long> StoredAsync(NpgsqlConnection connection, EventSession session, CancellationToken ct)
    {
        await using var ask = new NpgsqlCommand("select last_sequence from pbx_event_sessions where id = $1", connection);
        ask.Parameters.Add(new() { Value = session.Id });
        return (long)(await ask.ExecuteScalarAsync(ct))!;
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken ct)
    {
        if (_connection is { State: System.Data.ConnectionState.Open } open) return open;
        await CloseAsync();
        _connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Value.Effective()) { Pooling = false, Timeout = 3, CommandTimeout = 10, CancellationTimeout = 500 }.ConnectionString);
        await _connection.OpenAsync(ct);
        return _connection;
    }

    private async Task CloseAsync()
    {
        if (_connection is null) return;
        await _connection.DisposeAsync();
        _connection = null;
    }
}
