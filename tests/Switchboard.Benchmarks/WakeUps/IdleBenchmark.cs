using System.Globalization;
using Switchboard.Benchmarks.Processes;
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
        await using var hotel = await LabHotel.BuildAsync(server, ["1101"], staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        await hotel.WaitForStateAsync(await hotel.BookAsync("1101"), "Confirmed");
        await PastWakeUps.AddBookedAsync(hotel.ConnectionString, 10_000);
        await hotel.Worker.StopAsync();
        await hotel.Worker.StartAsync();
        await using var floor = await FloorWorker.StartAsync(hotel.ConnectionString);
        var pid = hotel.Worker.ProcessId;
        // The start's own work, and the compiler's second look at it, are not idleness.
        await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System);
        var floorBefore = ProcessCost.Cpu(floor.Pid);
        var (cpu, trips) = (ProcessCost.Cpu(pid), await TripsAsync(hotel));
        await Task.Delay(Watch, TimeProvider.System);
        cpu = ProcessCost.Cpu(pid) - cpu;
        var floorCpu = ProcessCost.Cpu(floor.Pid) - floorBefore;
        trips = await TripsAsync(hotel) - trips;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"10,000 booked, nothing due, {Watch.TotalSeconds} s: CPU {100 * cpu / Watch.TotalSeconds:F2} % of a core (under 0.5 wanted; an empty worker {100 * floorCpu / Watch.TotalSeconds:F2}), resident {ProcessCost.Resident(pid)} MB (under 150 wanted; an empty worker {ProcessCost.Resident(floor.Pid)}), of it {ProcessCost.Resident(pid, "RssFile")} MB of files that are shared, {trips / Watch.TotalSeconds:F1} database transactions a second"));
    }

    private static async Task<long> TripsAsync(LabHotel hotel)
    {
        // PostgreSQL writes its statistics down once in a while; a new session sees what others have sent by then.
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        return await hotel.QueryAsync<long>("select xact_commit + xact_rollback from pg_stat_database where datname = current_database()");
    }
}
