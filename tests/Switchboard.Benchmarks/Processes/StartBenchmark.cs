using System.Globalization;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.Benchmarks.Processes;

/// <summary>The worker is killed 1.2 s before a wake-up is due, and started again at once: when does the phone ring, and what has the start cost by then?</summary>
internal static class StartBenchmark
{
    private const int Rounds = 5;
    private const double Before = 1.2;

    public static async Task RunAsync()
    {
        Console.WriteLine($"the worker that is started: {string.Join(' ', LabWorker.Command)} (SWITCHBOARD_TEST_WORKER names another one, such as the package's)");
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        var floor = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var worker = await FloorWorker.StartAsync(postgres.ConnectionString);
            floor.Add(ProcessCost.Cpu(worker.Pid));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"floor, until its query is answered: {Median(floor):F2} CPU s ({List(floor)})"));
        string[] rooms = [.. Enumerable.Range(0, 2 * Rounds).Select(n => $"{1101 + n}")];
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, rooms, staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        await RoundsAsync(hotel, "with PostgreSQL", rooms[..Rounds], () => Task.CompletedTask, () => Task.CompletedTask);
        await RoundsAsync(hotel, "without PostgreSQL", rooms[Rounds..], () => postgres.KillAsync(PostgresSignal.Fast), postgres.StartAsync);
    }

    private static async Task RoundsAsync(LabHotel hotel, string what, string[] rooms, Func<Task> before, Func<Task> after)
    {
        List<double> late = [], cpu = [];
        foreach (var room in rooms)
        {
            var due = LabHotel.HotelTime(7);
            due = due.AddTicks(-(due.Ticks % TimeSpan.TicksPerSecond));
            await hotel.BookAsync(room, due);
            await before();
            await Task.Delay(due - TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(Before), TimeProvider.System);
            await hotel.Worker.KillAsync();
            await hotel.Worker.BeginAsync();
            await hotel.Phones.WaitForAsync(room, "INVITE", seconds: 30);
            cpu.Add(ProcessCost.Cpu(hotel.Worker.ProcessId));
            late.Add(hotel.Phones.Facts().First(f => f.Number == room && f.Fact == "INVITE").At - (due.ToUnixTimeMilliseconds() / 1000.0));
            await after();
            await hotel.Worker.WaitForLogAsync("Now listening on", times: 1);
            await Eventually.TrueAsync(() => hotel.Worker.AnswersAsync("/health/ready"), TimeSpan.FromSeconds(30));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: killed {Before} s before it is due, rings {Median(late):F2} s after that ({List(late)}; within 1.3 wanted), {Median(cpu):F2} CPU s until then ({List(cpu)}; 1.2 wanted)"));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string List(List<double> values) => string.Join(' ', values.Select(v => v.ToString("F2", CultureInfo.InvariantCulture)));
}
