using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Switchboard.Features.WakeUpCalls;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Worker;

namespace Switchboard.Benchmarks.WakeUps;

/// <summary>The dialer's round (claim what is due, ask what is next) as the database fills with past wake-ups.</summary>
internal static class GrowthBenchmark
{
    private const int Rounds = 2000;

    public static async Task RunAsync()
    {
        await using var server = new PostgresServer();
        await using var hotel = await LabHotel.BuildAsync(server, ["1101"], staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        await hotel.WaitForStateAsync(await hotel.BookAsync("1101"), "Confirmed");
        await hotel.Worker.StopAsync();
        await PastWakeUps.AddBookedAsync(hotel.ConnectionString, 1000);
        Console.WriteLine($"| past wake-ups | round p50, ms | p99, ms | p99 beside the first | (of {Rounds} rounds, 1,000 booked)");
        Console.WriteLine("| --- | --- | --- | --- |");
        double first = 0;
        var past = 0;
        foreach (var size in (int[])[10_000, 100_000, 1_000_000])
        {
            await PastWakeUps.AddEndedAsync(hotel.ConnectionString, size - past);
            past = size;
            var (p50, p99) = await MeasureAsync(hotel.ConnectionString);
            if (first == 0) first = p99;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {size:N0} | {p50:F2} | {p99:F2} | {p99 / first:F2} |"));
        }
    }

    private static async Task<(double P50, double P99)> MeasureAsync(string connectionString)
    {
        // The worker's own services, not started.
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["Hotel:Name"] = "Bench",
            ["Hotel:TimeZone"] = "Asia/Shanghai",
            ["Pbx:Username"] = "bench",
            ["Pbx:Secret"] = "bench",
            ["Database:ConnectionString"] = connectionString,
        }));
        await using var app = WorkerHost.Build(file);
        File.Delete(file);
        var times = new List<double>();
        for (var round = -200; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            await using (var scope = app.Services.CreateAsyncScope())
            {
                var steps = scope.ServiceProvider.GetRequiredService<WakeUpSteps>();
                await steps.ClaimAsync("main", SystemClock.Instance.GetCurrentInstant() + Duration.FromSeconds(5), CancellationToken.None);
                await scope.ServiceProvider.GetRequiredService<WakeUpDesk>().NextAsync("main", CancellationToken.None);
            }

            if (round >= 0) times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        return (times[times.Count / 2], times[(int)(times.Count * 0.99)]);
    }
}
