using Npgsql;

namespace Switchboard.Benchmarks.WakeUps;

/// <summary>Fills a database with wake-ups like one that really happened: its row and its attempt's, again and again.</summary>
internal static class PastWakeUps
{
    /// <summary>Ended ones, each a minute before the one before.</summary>
    public static Task AddEndedAsync(string connectionString, int count) => CopyAsync(connectionString, count, withAttempts: true, new()
    {
        ["recorded_at"] = "recorded_at - n * interval '1 minute'",
        ["due_at"] = "due_at - n * interval '1 minute'",
        ["due_minute"] = "due_minute - n * interval '1 minute'",
        ["date"] = "date - (n / 1440)::int",
        ["ended_at"] = "ended_at - n * interval '1 minute'",
    });

    /// <summary>Booked ones that fall due one a minute from tomorrow on.</summary>
    public static Task AddBookedAsync(string connectionString, int count) => CopyAsync(connectionString, count, withAttempts: false, new()
    {
        ["state"] = "'Booked'::text",
        ["ended_at"] = "null::timestamptz",
        ["results"] = "'{}'::text[]",
        ["attempts_made"] = "0",
        ["due_at"] = "due_at + interval '1 day' + n * interval '1 minute'",
        ["due_minute"] = "due_minute + interval '1 day' + n * interval '1 minute'",
        ["next_attempt_at"] = "due_at + interval '1 day' + n * interval '1 minute'",
        ["date"] = "((due_at + interval '1 day' + n * interval '1 minute') at time zone zone)::date",
        ["time"] = "((due_at + interval '1 day' + n * interval '1 minute') at time zone zone)::time",
    });

    private static async Task CopyAsync(string connectionString, int count, bool withAttempts, Dictionary<string, string> changes)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var calls = await ColumnsAsync(connection, "wake_up_calls", "id", "number");
        await ExecuteAsync(connection, $"create temp table model as select * from wake_up_calls where ended_at is not null order by number limit 1");
        var values = calls.Select(c => changes.GetValueOrDefault(c, c));
        await ExecuteAsync(connection, $"create temp table made as select gen_random_uuid() as id, {string.Join(", ", calls.Zip(values, (c, v) => $"{v} as {c}"))} from model, generate_series(1, {count}) n");
        await ExecuteAsync(connection, $"insert into wake_up_calls (id, {string.Join(", ", calls)}) select id, {string.Join(", ", calls)} from made");
        if (withAttempts)
        {
            var attempts = await ColumnsAsync(connection, "wake_up_attempts", "id", "wake_up_call_id", "channel_id");
            await ExecuteAsync(connection, $"""
                insert into wake_up_attempts (id, wake_up_call_id, channel_id, {string.Join(", ", attempts)})
                select gen_random_uuid(), made.id, 'past-' || made.id, {string.Join(", ", attempts.Select(c => $"a.{c}"))}
                from made, (select * from wake_up_attempts where wake_up_call_id = (select id from model) order by number limit 1) a
                """);
        }

        await ExecuteAsync(connection, "drop table made; drop table model; analyze wake_up_calls; analyze wake_up_attempts");
    }

    private static async Task<List<string>> ColumnsAsync(NpgsqlConnection connection, string table, params string[] without)
    {
        var columns = new List<string>();
        await using var command = new NpgsqlCommand("select column_name from information_schema.columns where table_name = $1 and is_generated = 'NEVER' order by ordinal_position", connection);
        command.Parameters.Add(new() { Value = table });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            if (!without.Contains(reader.GetString(0))) columns.Add(reader.GetString(0));
        }

        return columns;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync();
    }
}
