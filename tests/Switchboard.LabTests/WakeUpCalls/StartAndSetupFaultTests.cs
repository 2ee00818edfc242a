using System.Globalization;
using System.Text.RegularExpressions;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.WakeUpCalls;

/// <summary>Each order in which a hotel's machines may come up after a power cut ends with phones that ring.</summary>
public class StartOrderTests(ITestOutputHelper output)
{
    public static TheoryData<string> Orders => ["PDW", "PWD", "DPW", "DWP", "WPD", "WDP"];

    /// <summary>P is the PBX, D the database, W the worker.</summary>
    [Theory]
    [MemberData(nameof(Orders))]
    public async Task In_whatever_order_the_three_start_the_room_rings(string order)
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1141"], staticPhones: true);
        // Prepared by a first start, as everything was before the power went.
        await hotel.Pbx.StartAsync();
        await hotel.Pbx.StopAsync();
        await postgres.KillAsync(PostgresSignal.Immediate);
        foreach (var part in order)
        {
            switch (part)
            {
                case 'P': await hotel.Pbx.StartAsync(); break;
                case 'D': await postgres.StartAsync(); break;
                default: await hotel.Worker.StartAsync(waitUntilReady: false); break;
            }
        }

        await hotel.Phones.StartAsync(register: false);
        Assert.True(await Eventually.TrueAsync(() => hotel.Worker.AnswersAsync("/health/ready"), TimeSpan.FromSeconds(15)), $"{order}:\n{hotel.Worker.Log}");
        hotel.Worker.UseToken(await File.ReadAllTextAsync(hotel.Worker.AdminTokenFile));
        await hotel.ImportRoomsAsync();
        await hotel.WaitForStateAsync(await hotel.BookAsync("1141"), "Confirmed");
        Assert.Equal(1, hotel.Phones.Calls("1141"));
        Assert.Null(await hotel.KnockEntryAsync("1141"));
        await hotel.RecordIsWholeAsync(output);
    }
}

public class WrongPasswordTests(PostgresServer server)
{
    [Fact]
    public async Task A_wrong_AMI_password_is_told_with_what_to_do_and_the_right_one_needs_no_restart()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1142"], staticPhones: true);
        await hotel.Pbx.StartAsync();
        var secret = Path.Combine(hotel.Pbx.Folder, "worker.secret");
        await File.WriteAllTextAsync(secret, "not-the-secret");
        hotel.Worker.Set("Pbx:SecretFile", secret);
        await hotel.Phones.StartAsync(register: false);
        await hotel.Worker.StartAsync(waitUntilReady: false);
        await hotel.Worker.WaitForLogAsync("holds the lock");
        hotel.Worker.UseToken(await File.ReadAllTextAsync(hotel.Worker.AdminTokenFile));
        await hotel.ImportRoomsAsync();
        var number = await hotel.BookAsync("1142");
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached since");
        var line = hotel.Worker.Log.Split('\n').Single(l => l.Contains("PBX main cannot be reached since", StringComparison.Ordinal));
        Assert.Contains("Authentication failed. Guests: wake-ups that fall due do not ring", line, StringComparison.Ordinal);
        Assert.Contains("Do: put right Pbx:Username 'switchboard' and its secret", line, StringComparison.Ordinal);
        Assert.False(await hotel.Worker.AnswersAsync("/health/ready"));
        Assert.Contains("Authentication failed", await StatusOf(hotel, "pbx"), StringComparison.Ordinal);
        Assert.True(await Eventually.TrueAsync(async () => await hotel.KnockEntryAsync("1142") is not null, TimeSpan.FromSeconds(10)), hotel.Worker.Log);

        await File.WriteAllTextAsync(secret, hotel.Pbx.Secret);
        await hotel.Worker.WaitForLogAsync("Over after", seconds: 25);
        await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.True(await hotel.Worker.AnswersAsync("/health/ready"));
        Assert.DoesNotContain("not-the-secret", hotel.Worker.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(hotel.Pbx.Secret, hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_database_is_away_status_says_since_when_and_health_says_not_ready()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1143"], staticPhones: true);
        await hotel.StartAsync();
        Assert.Contains("PostgreSQL answers", await StatusOf(hotel, "database"), StringComparison.Ordinal);
        Assert.True(await Eventually.TrueAsync(() => LabFiles.HasCopy(hotel.Worker.JournalFolder), TimeSpan.FromSeconds(20)));
        await postgres.KillAsync(PostgresSignal.Fast);
        await hotel.Worker.WaitForLogAsync("PostgreSQL cannot be reached since");
        var line = hotel.Worker.Log.Split('\n').Single(l => l.Contains("PostgreSQL cannot be reached since", StringComparison.Ordinal));
        Assert.Contains("Guests: the wake-ups of the next 24 hours ring from this machine's copy", line, StringComparison.Ordinal);
        Assert.Contains("Do: start PostgreSQL", line, StringComparison.Ordinal);
        Assert.Contains("PostgreSQL cannot be reached since", await StatusOf(hotel, "database"), StringComparison.Ordinal);
        Assert.False(await hotel.Worker.AnswersAsync("/health/ready"));
        Assert.True(await hotel.Worker.AnswersAsync("/health/live"));
        Assert.Contains("served without the database since", await StatusOf(hotel, "wake-ups"), StringComparison.Ordinal);
        // What this machine knows is told; what only the database can do is refused.
        using (var told = await hotel.Worker.TrySendAsync(HttpMethod.Get, "/api/wakeups", null)) Assert.Equal(System.Net.HttpStatusCode.OK, told.StatusCode);
        using (var refused = await hotel.Worker.TrySendAsync(HttpMethod.Post, "/api/rooms/import", hotel.RoomsCsv))
            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("Over after");
        Assert.Contains("PostgreSQL answers", await StatusOf(hotel, "database"), StringComparison.Ordinal);
        // Ready is more than reachable: what was done meanwhile is stored first.
        Assert.True(await Eventually.TrueAsync(() => hotel.Worker.AnswersAsync("/health/ready"), TimeSpan.FromSeconds(10)), hotel.Worker.Log);
    }

    private static async Task<string> StatusOf(LabHotel hotel, string part)
    {
        var report = await hotel.Worker.GetAsync("/api/status");
        return report.GetProperty("parts").EnumerateArray().Single(p => p.GetProperty("name").GetString() == part).GetProperty("summary").GetString()!;
    }
}

/// <summary>Time itself changes: the zone's rules, or the worker's clock (never this machine's own).</summary>
public class TimeFaultTests(PostgresServer server)
{
    [Fact]
    public async Task New_zone_data_between_booking_and_ringing_keep_the_wall_clock_and_move_the_instant()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1144"], staticPhones: true, ownProcess: true);
        var zones = Path.Combine(hotel.Pbx.Folder, "zoneinfo");
        Directory.CreateDirectory(Path.Combine(zones, "Asia"));
        var zone = Path.Combine(zones, "Asia", "Shanghai");
        File.Copy("/usr/share/zoneinfo/Asia/Shanghai", zone);
        hotel.Worker.Environment["TZDIR"] = zones;
        await hotel.StartAsync();
        // An hour too late by today's rules: Shanghai is UTC+8 still.
        var at = LabHotel.HotelTime(3600 + 12);
        var number = await hotel.BookAsync("1144", at);
        var before = await DueAsync(hotel, number);

        // The government decides on UTC+9 (Tokyo's file), and the system's update brings it; the worker runs on.
        File.Copy("/usr/share/zoneinfo/Asia/Tokyo", zone + ".new");
        File.Move(zone + ".new", zone, overwrite: true);
        await hotel.Worker.WaitForLogAsync("zone data changed");
        Assert.True(await Eventually.TrueAsync(async () => await DueAsync(hotel, number) == before.AddHours(-1), TimeSpan.FromSeconds(5)), hotel.Worker.Log);
        var detail = await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.Equal(at.ToString("HH:mm:ss", CultureInfo.InvariantCulture), detail.GetProperty("call").GetProperty("time").GetString());
        Assert.False(detail.GetProperty("call").GetProperty("late").GetBoolean());
        Assert.Equal(1, hotel.Phones.Calls("1144"));
    }

    [Fact]
    public async Task A_clock_set_forward_rings_what_is_due_by_it_and_one_set_back_rings_nobody_again()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1145", "1146", "1147"], staticPhones: true, ownProcess: true);
        hotel.Worker.UseClockOfItsOwn();
        await hotel.StartAsync();
        var first = await hotel.BookAsync("1145", LabHotel.HotelTime(300));
        var tooLate = await hotel.BookAsync("1146", LabHotel.HotelTime(120));

        // Five minutes forward: the one is due by the new time, the other three minutes late, within the limit.
        hotel.Worker.SetClock("+300");
        await hotel.Worker.WaitForLogAsync("This machine's clock was set 300.");
        await hotel.WaitForStateAsync(first, "Confirmed", 15);
        var detail = await hotel.WaitForStateAsync(tooLate, "Confirmed", 15);
        Assert.True(detail.GetProperty("call").GetProperty("late").GetBoolean());

        // An hour back: nobody rings twice, and what is booked by the new time rings by it.
        hotel.Worker.SetClock("-3300");
        // (libfaketime may give the true time for a moment in between, which is then an hour in two steps)
        Assert.True(await Eventually.TrueAsync(() => Regex.Matches(hotel.Worker.Log, @"This machine's clock was set (\d+\.\d) s back").Sum(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)) is > 3599 and < 3601, TimeSpan.FromSeconds(10)), hotel.Worker.Log);
        var next = await hotel.BookAsync("1147", LabHotel.HotelTime(-3300 + 5));
        await hotel.WaitForStateAsync(next, "Confirmed", 20);
        foreach (var room in (string[])["1145", "1146", "1147"]) Assert.Equal(1, hotel.Phones.Calls(room));
        // Worker and PBX differ now, and somebody is told.
        await hotel.Worker.WaitForLogAsync("The clocks do not agree since", seconds: 40);
    }

    private static async Task<DateTimeOffset> DueAsync(LabHotel hotel, long number) =>
        (await hotel.Worker.GetAsync($"/api/wakeups/{number}")).GetProperty("call").GetProperty("dueAt").GetDateTimeOffset();
}
