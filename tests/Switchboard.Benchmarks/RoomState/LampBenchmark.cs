using System.Globalization;
using System.Text.Json;
using Switchboard.Asterisk.Ami;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Pbx;

namespace Switchboard.Benchmarks.RoomState;

/// <summary>From taking a message for a room, or deleting its last one, to the PBX's own word that the lamp is lit or dark, beside the same entry written by a bare AMI session.</summary>
internal static class LampBenchmark
{
    private const int Times = 300;

    public static async Task RunAsync()
    {
        await using var server = new PostgresServer();
        await using var hotel = await LabHotel.OpenAsync(server, [.. Enumerable.Range(1201, 20).Select(r => $"{r}")], ownProcess: true);
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        var writer = new PbxStateWriter(ami.Connection, Microsoft.Extensions.Logging.Abstractions.NullLogger<PbxState>.Instance);
        await using var lamps = ami.Connection.Subscribe("lamps", new HashSet<string> { "MessageWaiting" });
        await using var told = lamps.ReadAllAsync().GetAsyncEnumerator();
        var (product, floor) = (new List<double>(), new List<double>());
        for (var i = 0; i <= Times; i++)
        {
            var room = (1201 + (i % 20)).ToString(CultureInfo.InvariantCulture);
            var message = default(JsonElement);
            var lit = await MeasureAsync(told, room, "1", async () => message = await hotel.Worker.SendAsync(HttpMethod.Post, "/api/messages", new { to = room, text = "please call back" }));
            var dark = await MeasureAsync(told, room, "0", () => hotel.Worker.SendAsync(HttpMethod.Post, $"/api/messages/{message.GetProperty("message").GetProperty("number").GetInt64()}/delete", new { }));
            // The first one warms up.
            if (i == 0) continue;
            product.AddRange([lit, dark]);
            floor.Add(await MeasureAsync(told, "9999", "1", () => writer.WriteAsync([new("switchboard_lamp", "9999", "1")], CancellationToken.None)));
            floor.Add(await MeasureAsync(told, "9999", "0", () => writer.WriteAsync([new("switchboard_lamp", "9999", null)], CancellationToken.None)));
        }

        UntilTold.Print($"{2 * Times} lamps lit and put out by a message taken and deleted by API", product, floor);
    }

    private static Task<double> MeasureAsync(IAsyncEnumerator<AmiNotification> told, string room, string waiting, Func<Task> act) =>
        UntilTold.MeasureAsync(told, message => message["Mailbox"] == $"{room}@switchboard" && message["New"] == waiting, act);
}
