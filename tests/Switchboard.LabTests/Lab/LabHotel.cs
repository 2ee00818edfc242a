using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Switchboard.LabTests.Postgres;
using Switchboard.Persistence;

namespace Switchboard.LabTests.Lab;

/// <summary>A whole hotel: real Asterisk, real SIP phones, a database of its own, the worker. Each test takes its own rooms.</summary>
internal sealed class LabHotel : IAsyncDisposable
{
    /// <summary>The schema that the worker would make, made once for all tests.</summary>
    public static DatabaseTemplate Schema { get; } = new("switchboard", async connectionString =>
    {
        var builder = new DbContextOptionsBuilder<SwitchboardDb>();
        SwitchboardDb.Configure(builder, connectionString);
        await using var db = new SwitchboardDb(builder.Options);
        await db.Database.MigrateAsync();
    });

    private readonly TestDatabase? _database;
    private readonly string _folder = LabFiles.NewFolder("hotel");
    private readonly string _connectionString;

    private readonly bool _staticPhones;

    private LabHotel(TestDatabase? database, string connectionString, string rooms, IReadOnlyDictionary<string, string>? settings, bool staticPhones, bool ownProcess)
    {
        _database = database;
        _connectionString = connectionString;
        RoomsCsv = rooms;
        // Hundreds of phones that must register one after the other would take as long as the test.
        _staticPhones = staticPhones;
        var port = FreePorts.Udp();
        Pbx = new LabAsterisk(rooms, staticPhones ? port : null);
        Phones = new LabPhones(Pbx, port);
        // The secret's file must be there before Asterisk is: some tests start the worker first.
        Worker = new LabWorker(_folder, Pbx, connectionString, settings, ownProcess);
    }

    public LabAsterisk Pbx { get; }
    public LabPhones Phones { get; }
    public LabWorker Worker { get; }
    public string RoomsCsv { get; }
    public string ConnectionString => _connectionString;

    /// <summary>The rooms' import file; the phones behave by their numbers (deploy/lab/phones).</summary>
    public static string RoomsOf(params string[] numbers) => "number,floor,language,pbx,dial_strings,sends_no_ringing\n"
        + string.Concat(numbers.Select(n => $"{n},{n[0]},en,main,{(n.StartsWith("81", StringComparison.Ordinal) ? $"PJSIP/{n} PJSIP/{n}b" : $"PJSIP/{n}")},{(n.StartsWith("73", StringComparison.Ordinal) ? "true" : "false")}\n"));

    /// <summary>Everything up and the rooms imported.</summary>
    public static async Task<LabHotel> OpenAsync(PostgresServer server, string[] rooms, IReadOnlyDictionary<string, string>? settings = null, bool ownProcess = false)
    {
        var hotel = await BuildAsync(server, rooms, settings, ownProcess: ownProcess);
        try
        {
            await hotel.StartAsync();
            return hotel;
        }
        catch
        {
            await hotel.DisposeAsync();
            throw;
        }
    }

    /// <summary>A database, and nothing started.</summary>
    public static async Task<LabHotel> BuildAsync(
        PostgresServer server, string[] rooms, IReadOnlyDictionary<string, string>? settings = null, bool staticPhones = false, bool ownProcess = false)
    {
        var database = await server.CreateDatabaseAsync(Schema);
        return new LabHotel(database, database.ConnectionString, RoomsOf(rooms), settings, staticPhones, ownProcess);
    }

    /// <summary>On a database server that the test itself starts and stops.</summary>
    public static LabHotel BuildOn(
        string connectionString, string[] rooms, IReadOnlyDictionary<string, string>? settings = null, bool staticPhones = false, bool ownProcess = false) =>
        new(null, connectionString, RoomsOf(rooms), settings, staticPhones, ownProcess);

    /// <summary>No PBX is started; what the worker must find of it before it begins is there all the same.</summary>
    public LabHotel WithoutPbx()
    {
        File.WriteAllText(Pbx.SecretFile, "nobody");
        return this;
    }

    /// <summary>Starts the PBX, its phones and the worker, and imports the rooms.</summary>
    public Task StartAsync(bool pbxIsThere = false) => Openings.OpenAsync(async () =>
    {
        if (!pbxIsThere) await Pbx.StartAsync();
        await Phones.StartAsync(register: !_staticPhones);
        await Worker.StartAsync();
        await ImportRoomsAsync();
    });

    /// <summary>Imports the rooms; where the PBX can be reached it knows them as well then, and their phones may dial codes.</summary>
    public async Task ImportRoomsAsync()
    {
        await Worker.SendAsync(HttpMethod.Post, "/api/rooms/import", RoomsCsv);
        await SettleAsync();
    }

    /// <summary>The PBX holds all that was changed so far, and the worker knows it.</summary>
    public async Task<bool> NothingWaitsForPbxAsync() =>
        !(await Worker.GetAsync("/api/status")).ToString().Contains("wait for the PBX", StringComparison.Ordinal);

    /// <summary>
    /// Waits until the worker has said everything: the PBX, where it can be reached, knows the rooms, and the copy for a time without PostgreSQL is written. A
    /// worker that has just started is quick; a test that cuts a wire or kills a server must not be quicker.
    /// </summary>
    private async Task SettleAsync()
    {
        var rooms = RoomsCsv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(r => r.Split(',')[0]).ToList();
        var last = "";
        var settled = await Eventually.TrueAsync(async () =>
        {
            var status = await Worker.GetAsync("/api/status");
            var parts = status.GetProperty("parts").EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString()!);
            last = status.ToString();
            if (Summary("database").Contains("no copy yet", StringComparison.Ordinal)) return false;
            if (!parts["pbx"].GetProperty("healthy").GetBoolean()) return true;
            last = await Pbx.CommandAsync("database show switchboard_room");
            return rooms.TrueForAll(room => last.Contains($"/switchboard_room/{room} ", StringComparison.Ordinal));

            string Summary(string part) => parts[part].GetProperty("summary").GetString()!;
        }, TimeSpan.FromSeconds(20));
        Assert.True(settled, $"the PBX does not know the rooms yet, or there is no copy; it said: {last}\n{Worker.Log}");
    }

    /// <summary>
    /// Books a room for the next full second that is at least so many away, and returns the wake-up's number. With the date, so that a
    /// machine too slow for the lead is told so: without it the time would mean tomorrow's.
    /// </summary>
    public Task<long> BookAsync(string room, double inSeconds = 3) => BookAsync(room, HotelTime(inSeconds + 1));

    /// <summary>Books a room for the full second of this time.</summary>
    public async Task<long> BookAsync(string room, DateTimeOffset at)
    {
        var call = await Worker.SendAsync(HttpMethod.Post, "/api/wakeups", new
        {
            room,
            time = at.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            date = at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        });
        return call.GetProperty("number").GetInt64();
    }

    /// <summary>The hotel's wall clock, so many seconds from now.</summary>
    public static DateTimeOffset HotelTime(double inSeconds = 0) =>
        TimeProvider.System.GetUtcNow().AddSeconds(inSeconds).ToOffset(TimeSpan.FromHours(8));

    /// <summary>Waits until the wake-up is in this state and returns all that is known of it.</summary>
    public async Task<JsonElement> WaitForStateAsync(long number, string state, int seconds = 40)
    {
        JsonElement last = default;
        var reached = await Eventually.TrueAsync(async () =>
        {
            // One that has ended may be missing from the copy, which is all that the worker has until PostgreSQL is back.
            if (await Worker.LookAsync($"/api/wakeups/{number}") is not { } told) return false;
            return StateOf(last = told) == state;
        }, TimeSpan.FromSeconds(seconds));
        Assert.True(reached, $"wake-up {number} should be {state}, but: {last}\n{Worker.Log}");
        return last;
    }

    public static string StateOf(JsonElement detail) => detail.GetProperty("call").GetProperty("state").GetString()!;

    public static string ResultsOf(JsonElement detail) =>
        string.Join(", ", detail.GetProperty("call").GetProperty("results").EnumerateArray().Select(r => r.GetString()));

    /// <summary>Housekeeping's entry of this room, open or closed; null where there is none.</summary>
    public async Task<JsonElement?> KnockEntryAsync(string room)
    {
        var list = await Worker.GetAsync("/api/housekeeping?all=true");
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.GetProperty("room").GetString() == room) return entry;
        }

        return null;
    }

    /// <summary>Asks the database itself.</summary>
    public async Task<T?> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await Phones.DisposeAsync();
        await Pbx.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
        LabFiles.Remove(_folder);
    }
}
