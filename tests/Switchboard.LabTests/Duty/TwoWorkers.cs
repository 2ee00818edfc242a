using System.Net.Sockets;
using System.Text.Json;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Duty;

/// <summary>A hotel with a second worker for the same PBX: another machine, as far as that can be had on one.</summary>
internal sealed class TwoWorkers : IAsyncDisposable
{
    private readonly string _folder = LabFiles.NewFolder("second");

    public TwoWorkers(LabHotel hotel, string? connectionString = null)
    {
        Hotel = hotel;
        // Told at once whose the lock is.
        Second = new LabWorker(_folder, hotel.Pbx, connectionString ?? hotel.ConnectionString, new Dictionary<string, string>
        {
            ["Database:LeaseWait"] = "00:00:00",
            // The same on both machines, or whichever takes over makes one that revokes the other's.
            ["Http:BootstrapTokenFile"] = hotel.Worker.AdminTokenFile,
        });
    }

    public LabHotel Hotel { get; }
    public LabWorker First => Hotel.Worker;
    public LabWorker Second { get; }

    /// <summary>The hotel is up; starts the second, which finds the first.</summary>
    public static async Task<TwoWorkers> OfAsync(LabHotel hotel)
    {
        var two = new TwoWorkers(hotel);
        await two.StartSecondAsync();
        return two;
    }

    /// <summary>Starts the second and waits until it has said that it stands by.</summary>
    public async Task StartSecondAsync()
    {
        var before = Second.Said("This worker stands by");
        await Second.StartAsync(waitUntilReady: false);
        await Second.WaitForLogAsync("This worker stands by", times: before + 1);
        await UseTokenAsync();
    }

    public async Task UseTokenAsync() => Second.UseToken(await File.ReadAllTextAsync(First.AdminTokenFile));

    /// <summary>Waits until the second serves, and returns how long that took.</summary>
    public async Task<TimeSpan> UntilSecondServesAsync(int seconds = 30)
    {
        var began = TimeProvider.System.GetTimestamp();
        await Second.WaitForLogAsync("PBX main ready", seconds);
        return TimeProvider.System.GetElapsedTime(began);
    }

    /// <summary>Waits until this worker knows the wake-up as confirmed.</summary>
    public static async Task WaitForConfirmedAsync(LabWorker worker, long number, int seconds = 40)
    {
        JsonElement last = default;
        Assert.True(await Eventually.TrueAsync(async () =>
        {
            using var answer = await worker.TrySendAsync(HttpMethod.Get, $"/api/wakeups/{number}", null);
            if (!answer.IsSuccessStatusCode) return false;
            last = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
            return LabHotel.StateOf(last) == "Confirmed";
        }, TimeSpan.FromSeconds(seconds)), $"wake-up {number} should be Confirmed, but: {last}\n{worker.Log}");
    }

    /// <summary>The lease as the PBX has it: worker, since, claimed.</summary>
    public async Task<string[]> LeaseAsync()
    {
        var said = await Hotel.Pbx.CommandAsync("database get switchboard_lease worker");
        return said.StartsWith("Value: ", StringComparison.Ordinal) ? said["Value: ".Length..].Split(':') : [];
    }

    /// <summary>The id that this worker keeps.</summary>
    public static string IdOf(LabWorker worker) => File.ReadAllText(Path.Combine(worker.JournalFolder, "main", "worker.id")).Trim();

    public static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Second.DisposeAsync();
        LabFiles.Remove(_folder);
    }
}
