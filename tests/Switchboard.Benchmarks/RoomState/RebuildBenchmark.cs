using System.Globalization;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Pbx;

namespace Switchboard.Benchmarks.RoomState;

/// <summary>An Asterisk that comes up without its AstDB holds 2,000 rooms again, beside the same entries written by a bare AMI session in the same run.</summary>
internal static class RebuildBenchmark
{
    private const int Rooms = 2000;
    private static readonly string[] Families = ["switchboard_room", "switchboard_phone", "switchboard_dnd", "switchboard_hotel"];

    public static async Task RunAsync()
    {
        await using var server = new PostgresServer();
        await using var hotel = await LabHotel.BuildAsync(server, [.. Enumerable.Range(1000, Rooms).Select(r => $"{r}")], staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        for (var room = 1000; room < 1200; room++) await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/dnd/{room}", new { });
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        var wanted = await AllAsync(ami.Connection);
        var locks = await LocksAsync(ami.Connection);
        if (locks != 200 || wanted.Count < Rooms + locks) throw new InvalidOperationException($"only {wanted.Count} entries\n{hotel.Worker.Log}");
        for (var run = 1; run <= 3; run++)
        {
            await hotel.Pbx.StopAsync();
            File.Delete(Path.Combine(hotel.Pbx.Folder, "db", "astdb.sqlite3"));
            // Whoever sees it first: this client's own next try may come later than the worker's.
            var booted = hotel.Pbx.StartAsync();
            var connected = ami.NextAsync<AmiConnected>(60);
            await Task.WhenAny(booted, connected);
            var began = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(booted, connected);
            // What is written last, so that looking costs the PBX little.
            while (await LocksAsync(ami.Connection) < locks) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            while (!Same(wanted, await AllAsync(ami.Connection))) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            var product = TimeProvider.System.GetElapsedTime(began);

            // The floor: the same entries once more, as fast as a session can send them.
            var writer = new PbxStateWriter(ami.Connection, Microsoft.Extensions.Logging.Abstractions.NullLogger<PbxState>.Instance);
            var entries = wanted.Select(w => new StateEntry(w.Key[..w.Key.IndexOf('/', StringComparison.Ordinal)], w.Key[(w.Key.IndexOf('/', StringComparison.Ordinal) + 1)..], w.Value)).ToList();
            began = TimeProvider.System.GetTimestamp();
            await writer.WriteAsync(entries, CancellationToken.None);
            var floor = TimeProvider.System.GetElapsedTime(began);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Rooms} rooms, {wanted.Count} entries lost: right again {product.TotalMilliseconds:F0} ms after FullyBooted (under 1,000 wanted); the same entries written by a bare session: {floor.TotalMilliseconds:F0} ms; ratio {product / floor:F1}"));
        }
    }

    private static bool Same(Dictionary<string, string> wanted, Dictionary<string, string> now) => wanted.Count == now.Count && wanted.All(w => now.GetValueOrDefault(w.Key) == w.Value);

    private static async Task<int> LocksAsync(AmiConnection ami)
    {
        var locks = 0;
        await foreach (var _ in ami.DbGetTreeAsync("switchboard_dnd")) locks++;
        return locks;
    }

    private static async Task<Dictionary<string, string>> AllAsync(AmiConnection ami)
    {
        var all = new Dictionary<string, string>();
        foreach (var family in Families)
        {
            await foreach (var entry in ami.DbGetTreeAsync(family)) all[entry.Key![1..]] = entry.Value!;
        }

        return all;
    }
}
