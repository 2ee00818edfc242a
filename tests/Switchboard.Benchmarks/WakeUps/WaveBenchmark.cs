using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Pbx;

namespace Switchboard.Benchmarks.WakeUps;

/// <summary>
/// So many rooms due in the same second, from the due time to the phones' ringing by the phones' own account, beside a raw AMI burst of the same
/// calls through the same dialplan on the same Asterisk in the same run.
/// </summary>
internal static class WaveBenchmark
{
    private const int Rounds = 3;
    private static readonly TimeSpan RingTime = TimeSpan.FromSeconds(8);

    public static async Task RunAsync(int[] sizes)
    {
        await using var server = new PostgresServer();
        Console.WriteLine($"due time to ringing, ms, median of {Rounds} rounds; {Environment.ProcessorCount} cores shared by Asterisk, phones, PostgreSQL and worker");
        Console.WriteLine("| rooms | | first | median | last | last, beside the raw burst's |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var size in sizes) await CompareAsync(server, size);
        await PacedAsync(server, 300);
    }

    private static async Task CompareAsync(PostgresServer server, int size)
    {
        await using var hotel = await OpenAsync(server, size, callsPerSecond: 0);
        var (raw, waves) = (new List<double[]>(), new List<double[]>());
        for (var round = -1; round < Rounds; round++)
        {
            // One after the other in each round, so that a noisy minute is noisy for both; the first warms up.
            var burst = await BurstAsync(hotel, size);
            var wave = await WaveAsync(hotel, size);
            if (round < 0) continue;
            raw.Add(burst);
            waves.Add(wave);
        }

        var (floor, ours) = (Median(raw), Median(waves));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {size:N0} | raw burst | {floor[0]:F0} | {floor[1]:F0} | {floor[2]:F0} | |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {size:N0} | worker | {ours[0]:F0} | {ours[1]:F0} | {ours[2]:F0} | {ours[2] / floor[2]:F2} |"));
    }

    private static async Task PacedAsync(PostgresServer server, int size)
    {
        await using var hotel = await OpenAsync(server, size, callsPerSecond: 100);
        await WaveAsync(hotel, size);
        var times = await WaveTimesAsync(hotel, size);
        // The i-th may wait for i hundredths of a second; what it waits beyond that is ours.
        var beyond = times.Order().Select((ms, i) => ms - (i * 10.0)).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{size} rooms at the default pace of 100 new calls a second: last after {times.Max():F0} ms; beyond what the pace explains at most {beyond.Max():F0} ms, median {beyond.Order().ElementAt(beyond.Count / 2):F0} ms"));
    }

    private static async Task<LabHotel> OpenAsync(PostgresServer server, int size, int callsPerSecond)
    {
        string[] rooms = [.. Enumerable.Range(51_000, size).Select(n => n.ToString(CultureInfo.InvariantCulture))];
        var hotel = await LabHotel.BuildAsync(server, rooms, new Dictionary<string, string>
        {
            ["WakeUpCalls:CallsPerSecond"] = callsPerSecond.ToString(CultureInfo.InvariantCulture),
            ["WakeUpCalls:Attempts"] = "1",
            ["WakeUpCalls:RingTime"] = RingTime.ToString("c", CultureInfo.InvariantCulture),
        }, staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        return hotel;
    }

    private static async Task<double[]> BurstAsync(LabHotel hotel, int size)
    {
        await using var ami = new AmiConnection(
            new AmiOptions { Port = hotel.Pbx.AmiPort, Username = "switchboard", Secret = hotel.Pbx.Secret }, TimeProvider.System, NullLogger<AmiConnection>.Instance);
        using var stop = new CancellationTokenSource();
        await using var told = ami.Subscribe("burst");
        var running = ami.RunAsync(stop.Token);
        await using (var connected = told.ReadAllAsync(stop.Token).GetAsyncEnumerator(stop.Token)) await connected.MoveNextAsync();
        var seen = hotel.Phones.Facts().Count;
        var requests = Enumerable.Range(51_000, size).Select(room => HotelPbx.OriginateOf(new RoomCallRequest(
            $"burst-{Guid.CreateVersion7():N}", room.ToString(CultureInfo.InvariantCulture), [$"PJSIP/{room}"], RingTime, "en", 1, TimeSpan.FromSeconds(1), true, "Wake-up call <0>"))).ToList();
        var began = Now();
        await Task.WhenAll(requests.Select(request => ami.OriginateAsync(request)));
        var times = await RingingAsync(hotel, seen, size, began);
        await stop.CancelAsync();
        await running;
        return Summary(times);
    }

    private static async Task<double[]> WaveAsync(LabHotel hotel, int size) => Summary(await WaveTimesAsync(hotel, size));

    private static async Task<List<double>> WaveTimesAsync(LabHotel hotel, int size)
    {
        var seen = hotel.Phones.Facts().Count;
        var at = LabHotel.HotelTime(8 + (size / 150.0));
        at = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond));
        foreach (var some in Enumerable.Range(51_000, size).Chunk(20)) await Task.WhenAll(some.Select(room => hotel.BookAsync(room.ToString(CultureInfo.InvariantCulture), at)));
        return await RingingAsync(hotel, seen, size, at.ToUnixTimeMilliseconds() / 1000.0);
    }

    /// <summary>When each phone began to ring, in ms after the start; returns when all of them have stopped again.</summary>
    private static async Task<List<double>> RingingAsync(LabHotel hotel, int seen, int size, double began)
    {
        if (!await Eventually.TrueAsync(() => hotel.Phones.Facts().Skip(seen).Count(f => f.Fact == "CANCEL") >= size, TimeSpan.FromSeconds(60)))
            throw new InvalidOperationException($"not all of {size} phones rang and stopped:\n{hotel.Worker.Log[..Math.Min(4000, hotel.Worker.Log.Length)]}");
        return [.. hotel.Phones.Facts().Skip(seen).Where(f => f.Fact == "RINGING").GroupBy(f => f.Number).Select(g => (g.Min(f => f.At) - began) * 1000)];
    }

    private static double Now() => TimeProvider.System.GetUtcNow().Ticks / (double)TimeSpan.TicksPerSecond - (DateTimeOffset.UnixEpoch.Ticks / (double)TimeSpan.TicksPerSecond);

    private static double[] Summary(List<double> times) => [times.Min(), times.Order().ElementAt(times.Count / 2), times.Max()];

    private static double[] Median(List<double[]> rounds) => [.. Enumerable.Range(0, 3).Select(i => rounds.Select(r => r[i]).Order().ElementAt(rounds.Count / 2))];
}
