using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using Serilog;
using Switchboard.Features.Access;
using Switchboard.Features.Rooms;
using Switchboard.Features.WakeUpCalls;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Pbx;
using Switchboard.Worker;

namespace Switchboard.Benchmarks.WakeUps;

/// <summary>A day of 24 hours and 1,000 wake-ups in a few minutes: the worker itself in this process under a clock that is driven, PostgreSQL real.</summary>
internal static class DayBenchmark
{
    private const int WakeUps = 1000;
    private const int FirstAt = 120;
    private const int Spacing = 86;
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync()
    {
        await using var server = new PostgresServer();
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        using var pbx = new ObligingPbx();
        var time = new FakeTimeProvider(Start);
        await using var app = await WorkerAsync(pbx.Port, database.ConnectionString, time);
        await app.StartAsync();
        var hotel = app.Services.GetRequiredService<HotelPbx>();
        while (!hotel.IsReady) await StepAsync(time, TimeSpan.FromMilliseconds(200), 20);
        await BookAsync(app.Services);

        Console.WriteLine("| hour | confirmed | memory held, MB | resident, MB |");
        Console.WriteLine("| --- | --- | --- | --- |");
        for (var second = 0; second <= 86_400; second++)
        {
            // Near a due time the clock goes slowly enough for a call to be placed, answered and stored.
            var near = (second - FirstAt + Spacing + 8) % Spacing < 16;
            await StepAsync(time, TimeSpan.FromSeconds(1), near ? 4 : 1);
            if (second % 10_800 != 10_799) continue;
            var confirmed = await CountAsync(database.ConnectionString);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {(second + 1) / 3600} | {confirmed} | {GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:F1} | {Process.GetCurrentProcess().WorkingSet64 / 1048576} |"));
        }

        Console.WriteLine($"{WakeUps} booked, {await CountAsync(database.ConnectionString)} confirmed, {pbx.Calls} calls, {pbx.Sessions} AMI sessions");
        await app.StopAsync(new CancellationToken(canceled: true));
    }

    private static async Task<WebApplication> WorkerAsync(int port, string connectionString, FakeTimeProvider time)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["Hotel:Name"] = "Bench",
            ["Hotel:TimeZone"] = "Etc/UTC",
            ["Pbx:Port"] = port.ToString(CultureInfo.InvariantCulture),
            ["Pbx:Username"] = "bench",
            ["Pbx:Secret"] = "bench",
            ["Database:ConnectionString"] = connectionString,
            ["Http:Url"] = "http://127.0.0.1:0",
            ["Http:BootstrapTokenFile"] = Path.GetTempFileName() + ".token",
        }));
        var app = WorkerHost.Build(file, builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddSerilog(_ => { });
        });
        File.Delete(file);
        return app;
    }

    private static async Task BookAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var rooms = Enumerable.Range(1100, 100).Select(n => new RoomLine($"{n}", "11", "en", "main", [$"PJSIP/{n}"], false)).ToList();
        await scope.ServiceProvider.GetRequiredService<RoomRegister>().ImportAsync(rooms, CancellationToken.None);
        for (var i = 0; i < WakeUps; i++)
        {
            var at = Start.AddSeconds(FirstAt + (i * Spacing));
            await using var each = services.CreateAsyncScope();
            await each.ServiceProvider.GetRequiredService<WakeUpDesk>().BookAsync(
                new WakeUpRequest($"{1100 + (i % 100)}", at.ToString("HH:mm:ss", CultureInfo.InvariantCulture), at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), null, null, null, null),
                new Caller("bench", Roles.Operator), CancellationToken.None);
        }
    }

    private static async Task StepAsync(FakeTimeProvider time, TimeSpan by, int realMilliseconds)
    {
        time.Advance(by);
        await Task.Delay(TimeSpan.FromMilliseconds(realMilliseconds), TimeProvider.System);
    }

    private static async Task<long> CountAsync(string connectionString)
    {
        await using var connection = new Npgsql.NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("select count(*) from wake_up_calls where state = 'Confirmed'", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
