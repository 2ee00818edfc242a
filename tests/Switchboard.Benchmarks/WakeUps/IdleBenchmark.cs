using System.Globalization;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.Benchmarks.WakeUps;

/// <summary>A night: 10,000 booked, nothing due.</summary>
internal static class IdleBenchmark
{
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(60);

    public static async Task RunAsync()
    {
        await using var server = new PostgresServer();
        await using var hotel = await LabHotel.BuildAsync(server, ["1101"], staticPhones: true);
        await hotel.StartAsync();
        await hotel.WaitForStateAsync(await hotel.BookAsync("1101"), "Confirmed");
        await PastWakeUps.AddBookedAsync(hotel.ConnectionString, 10_000);
        await hotel.Worker.StopAsync();
        await hotel.Worker.StartAsync();
        var pid = hotel.Worker.ProcessId;
        // The start's own work, and the compiler's second look at it, are not idleness.
        await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System);
        var (cpu, trips) = (Cpu(pid), await TripsAsync(hotel));
        await Task.Delay(Watch, TimeProvider.System);
        cpu = Cpu(pid) - cpu;
        trips = await TripsAsync(hotel) - trips;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"10,000 booked, nothing due, {Watch.TotalSeconds} s: CPU {100 * cpu / Watch.TotalSeconds:F2} % of a core (under 1 wanted), resident {Resident(pid, "VmRSS")} MB (under 150 wanted), of it {Resident(pid, "RssFile")} MB of files that are shared, {trips / Watch.TotalSeconds:F1} database transactions a second"));
    }

    // utime and stime, in hundredths of a second.
    private static double Cpu(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }

    private static long Resident(int pid, string field) => long.Parse(
        File.ReadLines($"/proc/{pid}/status").Single(l => l.StartsWith(field + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    private static async Task<long> TripsAsync(LabHotel hotel)
    {
        // PostgreSQL writes its statistics down once in a while; a new session sees what others have sent by then.
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        return await hotel.QueryAsync<long>("select xact_commit + xact_rollback from pg_stat_database where datname = current_database()");
    }
}
