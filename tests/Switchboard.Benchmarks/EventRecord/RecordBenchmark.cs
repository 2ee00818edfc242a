using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Switchboard.EventRecord;
using Switchboard.LabTests.EventRecord;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.Benchmarks.EventRecord;

/// <summary>
/// The record on a PBX in a process of its own that sends what wake-ups send: at 20,000 events a second, and as fast as it goes beside a bare
/// COPY of the same rows into the same table with the same indexes, in the same run.
/// </summary>
internal static class RecordBenchmark
{
    private const int Rate = 20_000;
    // Some ten wake-ups a second.
    private const int NormalRate = 200;
    private const int Rounds = 3;
    private const int FloorRows = 100_000;
    private static readonly TimeSpan Flat = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Floor = TimeSpan.FromSeconds(10);

    public static async Task RunAsync()
    {
        await using var server = new PostgresServer();
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        var settings = await ScalarAsync<string>(database.ConnectionString,
            "select 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit')");
        Console.WriteLine($"{settings}; {Environment.ProcessorCount} cores shared by PBX, record and PostgreSQL");
        await WarmUpAsync(database.ConnectionString);
        await SustainAsync(database.ConnectionString, NormalRate, TimeSpan.FromSeconds(20));
        await SustainAsync(database.ConnectionString, Rate, TimeSpan.FromSeconds(60));
        await CompareAsync(database.ConnectionString);
    }

    private static async Task WarmUpAsync(string connectionString)
    {
        await using var run = await RecordRun.StartAsync(connectionString);
        await run.SendAsync(5 * Rate, Rate);
        await run.WaitForAsync(5 * Rate);
    }

    private static async Task SustainAsync(string connectionString, int rate, TimeSpan time)
    {
        await EmptyAsync(connectionString);
        await using var run = await RecordRun.StartAsync(connectionString);
        var count = (int)(rate * time.TotalSeconds);
        var (began, cpu, backends) = (Stopwatch.GetTimestamp(), Cpu(), await BackendCpuAsync(connectionString));
        await run.SendAsync(count, rate);
        await run.WaitForAsync(count);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        (cpu, backends) = (Cpu() - cpu, await BackendCpuAsync(connectionString) - backends);
        var (peak, allocated) = (Peak(), run.Allocated / (double)count);
        var (fromReceipt, fromPbx) = await run.LagsAsync(connectionString);
        var stored = await ScalarAsync<long>(connectionString, $"select count(*) from pbx_events where session_id = '{run.Session}' and event <> 'FullyBooted'");
        Console.WriteLine();
        Console.WriteLine($"| {rate:N0} events/s for {time.TotalSeconds:F0} s | |");
        Console.WriteLine("| --- | --- |");
        Row("stored", $"{stored:N0} of {count:N0} ({stored / seconds:N0} a second)");
        Row("lost", $"{run.Lost:N0} (0 wanted)");
        Row("from receipt to commit", $"p50 {At(fromReceipt, 0.5):F0} ms, p99 {At(fromReceipt, 0.99):F0} ms, worst {fromReceipt[^1]:F0} ms (p99 under 1,000 wanted)");
        Row("from the PBX's own time to commit", $"p50 {At(fromPbx, 0.5):F0} ms, p99 {At(fromPbx, 0.99):F0} ms, worst {fromPbx[^1]:F0} ms");
        Row("batches", $"{run.Batches:N0}, of {count / Math.Max(1, run.Batches):N0} events on average; oldest event at commit {run.MeanOldest * 1000:F0} ms old on average (under 200 wanted)");
        Row("memory", $"peak {peak} MB resident, allocated {allocated:F0} bytes an event; queue at most {run.PeakQueue / 1024.0 / 1024:F1} MB (8 allowed)");
        Row("CPU", $"record {100 * cpu / seconds:F0} % of a core, PostgreSQL's backends {100 * backends / seconds:F0} %");
        Row("on the disk", await ScalarAsync<string>(connectionString,
            "select pg_size_pretty(sum(pg_table_size(inhrelid))) || ' of rows, ' || pg_size_pretty(sum(pg_indexes_size(inhrelid))) || ' of indexes' from pg_inherits where inhparent = 'pbx_events'::regclass") ?? "");
    }

    private static async Task CompareAsync(string connectionString)
    {
        var rows = await RowsAsync(connectionString);
        var (ours, bare) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            // One after the other in each round, so that a noisy minute is noisy for both.
            await EmptyAsync(connectionString);
            bare.Add(await BareAsync(connectionString, rows));
            await EmptyAsync(connectionString);
            ours.Add(await FlatOutAsync(connectionString));
        }

        Console.WriteLine();
        Console.WriteLine($"| as fast as it goes, {Rounds} rounds | events/s, median | each |");
        Console.WriteLine("| --- | --- | --- |");
        Row("record", $"{Median(ours):N0} | {string.Join(", ", ours.Select(r => r.ToString("N0", CultureInfo.InvariantCulture)))}");
        Row("bare COPY", $"{Median(bare):N0} | {string.Join(", ", bare.Select(r => r.ToString("N0", CultureInfo.InvariantCulture)))}");
        Row("ratio", $"{Median(ours) / Median(bare):F2} (at least 0.5 wanted) | {string.Join(", ", ours.Zip(bare, (o, b) => (o / b).ToString("F2", CultureInfo.InvariantCulture)))}");
    }

    private static async Task<double> FlatOutAsync(string connectionString)
    {
        await using var run = await RecordRun.StartAsync(connectionString);
        var began = Stopwatch.GetTimestamp();
        await run.SendUntilAsync(Flat);
        var stored = run.Stored;
        var rate = stored / Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (run.Lost > 0) Console.WriteLine($"{run.Lost} lost");
        return rate;
    }

    /// <summary>Rows of the run before, as PostgreSQL itself hands them out.</summary>
    private static async Task<byte[]> RowsAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var copy = await connection.BeginRawBinaryCopyAsync($"copy (select {EventEncoder.Columns} from pbx_events order by id limit {FloorRows}) to stdout (format binary)");
        using var memory = new MemoryStream();
        await copy.CopyToAsync(memory);
        return memory.ToArray();
    }

    private static async Task<double> BareAsync(string connectionString, byte[] rows)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var (began, stored) = (Stopwatch.GetTimestamp(), 0L);
        for (; Stopwatch.GetElapsedTime(began) < Floor; stored += FloorRows)
        {
            await using var copy = await connection.BeginRawBinaryCopyAsync($"copy pbx_events ({EventEncoder.Columns}) from stdin (format binary)");
            await copy.WriteAsync(rows);
        }

        return stored / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    // The same start for everyone: no rows, and nothing of the last round left to be written.
    private static async Task EmptyAsync(string connectionString)
    {
        await ScalarAsync<object>(connectionString, "truncate pbx_events, pbx_event_sessions");
        await ScalarAsync<object>(connectionString, "checkpoint");
    }

    private static async Task<T?> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>CPU seconds of the sessions in this database; 0 where PostgreSQL runs elsewhere.</summary>
    private static async Task<double> BackendCpuAsync(string connectionString)
    {
        var pids = await ScalarAsync<int[]>(connectionString, "select array_agg(pid) from pg_stat_activity where datname = current_database()") ?? [];
        return pids.Where(p => File.Exists($"/proc/{p}/stat")).Sum(p =>
        {
            var fields = File.ReadAllText($"/proc/{p}/stat").Split(") ")[1].Split(' ');
            return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
        });
    }

    private static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private static long Peak() => Process.GetCurrentProcess().PeakWorkingSet64 / 1024 / 1024;

    private static void Row(string what, string value) => Console.WriteLine($"| {what} | {value} |");

    private static double Median(List<double> values) => At([.. values.Order()], 0.5);

    private static double At(List<double> sorted, double share) => sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * share)];
}
