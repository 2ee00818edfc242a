using System.Globalization;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Pbx;

namespace Switchboard.Benchmarks.RoomState;

/// <summary>From asking to lock a room to the PBX's own word that it is, beside the same entry written by a bare AMI session.</summary>
internal static class LockBenchmark
{
    private const int Times = 300;

    public static async Task RunAsync()
    {
        await using var server = new PostgresServer();
        await using var hotel = await LabHotel.OpenAsync(server, [.. Enumerable.Range(1201, 20).Select(r => $"{r}")], ownProcess: true);
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/1201", new { });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/1201/release", new { });
        var writer = new PbxStateWriter(ami.Connection, Microsoft.Extensions.Logging.Abstractions.NullLogger<PbxState>.Instance);
        await using var lamps = ami.Connection.Subscribe("lamps", new HashSet<string> { "DeviceStateChange" });
        await using var told = lamps.ReadAllAsync().GetAsyncEnumerator();
        var (product, floor) = (new List<double>(), new List<double>());
        for (var i = 0; i < Times; i++)
        {
            var room = (1201 + (i % 20)).ToString(CultureInfo.InvariantCulture);
            product.Add(await MeasureAsync(told, room, "INUSE", () => hotel.Worker.SendAsync(HttpMethod.Post, $"/api/dnd/{room}", new { })));
            product.Add(await MeasureAsync(told, room, "NOT_INUSE", () => hotel.Worker.SendAsync(HttpMethod.Post, $"/api/dnd/{room}/release", new { })));
            floor.Add(await MeasureAsync(told, "9999", "INUSE", () => writer.WriteAsync([new("switchboard_dnd", "9999", "on:1764137000123:desk:")], CancellationToken.None)));
            floor.Add(await MeasureAsync(told, "9999", "NOT_INUSE", () => writer.WriteAsync([new("switchboard_dnd", "9999", null)], CancellationToken.None)));
        }

        UntilTold.Print($"{2 * Times} locks and releases by API", product, floor);
    }

    private static Task<double> MeasureAsync(IAsyncEnumerator<AmiNotification> told, string room, string state, Func<Task> act) =>
        UntilTold.MeasureAsync(told, message => message["Device"] == $"Custom:DND{room}" && message["State"] == state, act);
}
