using NodaTime;
using Npgsql;

namespace Switchboard.EventRecord;

/// <summary>Which days the event table has.</summary>
internal static class EventDays
{
    /// <summary>The beginning of the first day that is kept; null where there is none yet.</summary>
    public static async Task<Instant?> FirstAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            select min(substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \(''([^'']+)''\)')::timestamptz)
            from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'pbx_events'::regclass
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) && !await reader.IsDBNullAsync(0, ct) ? await reader.GetFieldValueAsync<Instant>(0, ct) : null;
    }
}
