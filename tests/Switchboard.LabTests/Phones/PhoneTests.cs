using System.Text.Json;
using Npgsql;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Phones;

/// <summary>Real phones that come and go at a real Asterisk. 71xx never registers (deploy/lab/phones).</summary>
public class PhoneTests(PostgresServer server, ITestOutputHelper output)
{
    private static readonly Dictionary<string, string> Soon = new() { ["Phones:GoneAfter"] = "00:00:02" };

    [Fact]
    public async Task Registered_phones_are_reachable_in_a_call_they_are_in_use_and_one_that_was_never_there_is_gone()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1141", "2141", "7141"]);
        await SeenAsync(hotel, "1141 yes NOT_INUSE, 2141 yes NOT_INUSE, 7141 gone UNAVAILABLE");
        await using var call = await hotel.Phones.BeginCallAsync("2141", "1141", "--for", "2000");
        await SeenAsync(hotel, "1141 yes INUSE, 2141 yes INUSE, 7141 gone UNAVAILABLE");
        await call.WaitForExitAsync(TimeSpan.FromSeconds(20));
        await SeenAsync(hotel, "1141 yes NOT_INUSE, 2141 yes NOT_INUSE, 7141 gone UNAVAILABLE");
        Assert.Matches("7141 +PJSIP/7141 +gone +UNAVAILABLE", await hotel.CliDoneAsync("phone", "list", "--gone"));

        // Asterisk keeps registrations over its restart; while it is away nobody knows anything.
        await hotel.Pbx.StopAsync();
        await SeenAsync(hotel, "1141 unknown , 2141 unknown , 7141 unknown ");
        await hotel.Pbx.StartAsync();
        await SeenAsync(hotel, "1141 yes NOT_INUSE, 2141 yes NOT_INUSE, 7141 gone UNAVAILABLE");
    }

    [Fact]
    public async Task A_phone_that_stays_away_is_told_of_once_whoever_restarts_meanwhile_and_once_more_when_it_is_back()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1142", "1143"], Soon, ownProcess: true);
        await SeenAsync(hotel, "1142 yes NOT_INUSE, 1143 yes NOT_INUSE");
        await hotel.Phones.RegisterAsync(0, "1142");
        await SeenAsync(hotel, "1142 gone UNAVAILABLE, 1143 yes NOT_INUSE");
        await hotel.Worker.WaitForLogAsync("Room 1142: phone PJSIP/1142 is gone since");
        var since = await hotel.QueryAsync<DateTime>("select gone_at from phone_absences");
        Assert.Equal("1142 phone-gone", await hotel.QueryAsync<string>("select string_agg(room || ' ' || kind, ',') from notices"));
        Assert.Contains("phone PJSIP/1142 is gone since", await hotel.CliDoneAsync("notices", "--open"), StringComparison.Ordinal);

        await hotel.Worker.KillAsync(nextBeside: true);
        await hotel.Worker.StartAsync();
        await SeenAsync(hotel, "1142 gone UNAVAILABLE, 1143 yes NOT_INUSE");
        await hotel.Pbx.StopAsync();
        await hotel.Pbx.StartAsync();
        // A later one of its own shows that looks have gone on.
        await SeenAsync(hotel, "1142 gone UNAVAILABLE, 1143 yes NOT_INUSE");
        await hotel.Phones.RegisterAsync(0, "1143");
        await hotel.Worker.WaitForLogAsync("Room 1143: phone PJSIP/1143 is gone since");
        Assert.Equal(1, hotel.Worker.Said("phone PJSIP/1142 is gone since") - hotel.Worker.Said("Notice phone-gone, room 1142"));
        Assert.Equal(since, await hotel.QueryAsync<DateTime>("select gone_at from phone_absences where room = '1142'"));
        var scraped = await hotel.Worker.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("switchboard_phones_gone{pbx=\"main\"} 2", scraped, StringComparison.Ordinal);

        await hotel.Phones.RegisterAsync(7200, "1142", "1143");
        await hotel.Worker.WaitForLogAsync("Room 1142: phone PJSIP/1142 is back after");
        await hotel.Worker.WaitForLogAsync("Room 1143: phone PJSIP/1143 is back after");
        await SeenAsync(hotel, "1142 yes NOT_INUSE, 1143 yes NOT_INUSE");
        Assert.Equal("1142 t t, 1143 t t", await hotel.QueryAsync<string>("select string_agg(concat_ws(' ', room, warned_at is not null, back_at is not null), ', ' order by room) from phone_absences"));
        Assert.Single((await hotel.CliDoneAsync("phone", "history", "1142", "--plain")).Trim().Split('\n'));
        output.WriteLine(await hotel.CliDoneAsync("phone", "history", "1142"));
    }

    [Fact]
    public async Task A_floor_that_goes_at_once_is_told_of_in_one_line_and_one_notice_also_while_PostgreSQL_is_away()
    {
        string[] rooms = ["1144", "1145", "1146", "1147", "1148", "1149", "2149", "2150"];
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, rooms, Soon);
        await hotel.StartAsync();
        await SeenAsync(hotel, AllThere(rooms));
        await postgres.KillAsync(PostgresSignal.Fast);
        await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL");
        await hotel.Phones.RegisterAsync(0, rooms);
        await hotel.Worker.WaitForLogAsync("8 room phones are gone, the first since");
        Assert.Equal(0, hotel.Worker.Said("is gone since"));
        await hotel.Worker.WaitForLogAsync("8 room phones are gone: rooms 1144, 1145, 1146, 1147, 1148, 1149, 2149, 2150");
        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("PostgreSQL has everything again");

        // While the worker waits to store that the first one is back, the others come: its next look finds them all.
        await using (var connection = new NpgsqlConnection(postgres.ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var hold = new NpgsqlCommand("begin; lock table phone_absences in exclusive mode", connection);
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await hotel.Phones.RegisterAsync(7200, rooms[^1]);
            const string Waits = "select count(*) from pg_locks where relation = 'phone_absences'::regclass and not granted";
            var waits = await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>(Waits) > 0, TimeSpan.FromSeconds(10));
            Assert.True(waits, hotel.Worker.Log);
            await hotel.Phones.RegisterAsync(7200, rooms[..^1]);
            await SeenAsync(hotel, AllThere(rooms));
        }

        await hotel.Worker.WaitForLogAsync("7 room phones are back");
        Assert.Equal(1, hotel.Worker.Said("is back after"));
        const string Back = "select count(*) from phone_absences where warned_at is not null and back_at is not null";
        Assert.Equal(8, await hotel.QueryAsync<long>(Back));
        Assert.Equal(1, await hotel.QueryAsync<long>("select count(*) from notices"));
    }

    /// <summary>Phones that are known by their address and never register are there as long as they are not asked whether they are.</summary>
    [Fact]
    public async Task Phones_of_a_fixed_address_are_reachable_as_soon_as_Asterisk_is_up()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1151", "7151"], staticPhones: true);
        await hotel.StartAsync();
        await SeenAsync(hotel, "1151 yes NOT_INUSE, 7151 gone UNAVAILABLE");
    }

    private static string AllThere(string[] rooms) => string.Join(", ", rooms.Select(r => $"{r} yes NOT_INUSE"));

    private static async Task SeenAsync(LabHotel hotel, string expected)
    {
        var seen = "";
        var there = await Eventually.TrueAsync(async () =>
        {
            seen = string.Join(", ", (await hotel.Worker.GetAsync("/api/phones")).EnumerateArray().Select(p => $"{Text(p, "room")} {Text(p, "reachable")} {Text(p, "state")}"));
            return seen == expected;
        }, TimeSpan.FromSeconds(15));
        Assert.True(there, $"expected {expected}, but {seen}\n{hotel.Worker.Log}");

        static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();
    }
}
