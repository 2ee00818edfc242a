using System.Net.Sockets;
using Npgsql;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Duty;

/// <summary>What frees PostgreSQL's lock without anybody's death must not give two workers that ring: the PBX decides.</summary>
public class LeaseFaultTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(PostgresSignal.Fast)]
    [InlineData(PostgresSignal.Immediate)]
    public async Task PostgreSQL_is_restarted_while_both_run_and_each_room_is_rung_once_by_one_of_them(PostgresSignal how)
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        string[] rooms = ["1131", "1132", "1133", "1134", "1135", "1136"];
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, rooms, staticPhones: true);
        await hotel.StartAsync();
        await using var two = await TwoWorkers.OfAsync(hotel);
        Assert.True(await Eventually.TrueAsync(() => LabFiles.HasCopy(two.First.JournalFolder), TimeSpan.FromSeconds(20)));
        var numbers = new List<long>();
        foreach (var (index, room) in rooms.Index()) numbers.Add(await hotel.BookAsync(room, 4 + (2 * index)));
        await hotel.Phones.WaitForAsync(rooms[0], "KEY 1");

        // Several times: each of them is a race for the lock.
        for (var restart = 0; restart < 3; restart++)
        {
            await postgres.KillAsync(how);
            await postgres.StartAsync();
            Assert.True(await Eventually.TrueAsync(() => two.First.AnswersAsync("/health/ready"), TimeSpan.FromSeconds(20)), $"{two.First.Log}\nSECOND\n{two.Second.Log}");
        }

        foreach (var number in numbers) await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.All(rooms, room => Assert.Equal(1, hotel.Phones.Calls(room)));
        Assert.DoesNotContain("takes over PBX main", two.Second.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("PBX main ready", two.Second.Log, StringComparison.Ordinal);
        Assert.Equal(TwoWorkers.IdOf(two.First), (await two.LeaseAsync())[0]);
        output.WriteLine($"the second got the lock first {two.Second.Said("answers at the PBX, whatever the database's lock says")} times at least");
    }

    [Fact]
    public async Task A_worker_that_slept_while_the_other_took_over_rings_nobody_and_stands_down()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1137", "1138"], staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        await using var two = await TwoWorkers.OfAsync(hotel);
        // Claimed already: it lies in the first one's hand.
        var claimed = await hotel.BookAsync("1137", 4);
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from wake_up_attempts") == 1, TimeSpan.FromSeconds(10)));
        await two.First.PauseAsync();
        await postgres.KillAsync(PostgresSignal.Immediate);
        await postgres.StartAsync();
        await two.UntilSecondServesAsync();
        await TwoWorkers.WaitForConfirmedAsync(two.Second, claimed);

        await two.First.ContinueAsync();
        Assert.Equal(75, await two.First.WaitForExitAsync(20));
        await two.First.WaitForLogAsync("PBX main is served by another worker: worker " + TwoWorkers.IdOf(two.Second));
        Assert.Contains("This worker stands down and ends (exit code 75)", two.First.Log, StringComparison.Ordinal);
        var later = await two.Second.SendAsync(HttpMethod.Post, "/api/wakeups", BookingOf("1138", LabHotel.HotelTime(4)));
        await TwoWorkers.WaitForConfirmedAsync(two.Second, later.GetProperty("number").GetInt64());
        Assert.Equal((1, 1), (hotel.Phones.Calls("1137"), hotel.Phones.Calls("1138")));
        Assert.Equal(TwoWorkers.IdOf(two.Second), (await two.LeaseAsync())[0]);
    }

    [Fact]
    public async Task What_was_booked_without_PostgreSQL_at_a_worker_that_was_replaced_is_stored_when_it_stands_by()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1139"], staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        await using var two = await TwoWorkers.OfAsync(hotel);
        Assert.True(await Eventually.TrueAsync(() => LabFiles.HasCopy(two.First.JournalFolder), TimeSpan.FromSeconds(20)));
        await postgres.KillAsync(PostgresSignal.Fast);
        await two.First.WaitForLogAsync("PostgreSQL cannot be reached since");
        var promised = await hotel.BookAsync("1139", 3600);
        await two.First.PauseAsync();
        await postgres.StartAsync();
        await two.UntilSecondServesAsync(40);

        await two.First.ContinueAsync();
        Assert.Equal(75, await two.First.WaitForExitAsync(20));
        await two.First.StartAsync(waitUntilReady: false);
        await two.First.WaitForLogAsync("What this worker did without PostgreSQL before another one took over was stored now: 1 units of work");
        var known = await two.Second.GetAsync($"/api/wakeups/{promised}");
        Assert.Contains("\"1139\"", known.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(TwoWorkers.IdOf(two.Second), (await two.LeaseAsync())[0]);
    }

    [Fact]
    public async Task Asterisk_that_was_killed_and_lost_its_AstDB_is_claimed_anew_by_the_one_that_served_it()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1139"], staticPhones: true);
        await hotel.StartAsync();
        await using var two = await TwoWorkers.OfAsync(hotel);
        await hotel.Pbx.KillAsync();
        foreach (var file in Directory.GetFiles(Path.Combine(hotel.Pbx.Folder, "db"), "astdb.sqlite3*")) File.Delete(file);
        await hotel.Pbx.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => two.First.AnswersAsync("/health/ready"), TimeSpan.FromSeconds(20)), two.First.Log);
        Assert.Equal(TwoWorkers.IdOf(two.First), (await two.LeaseAsync())[0]);
        await hotel.WaitForStateAsync(await hotel.BookAsync("1139"), "Confirmed");
        Assert.Equal(1, hotel.Phones.Calls("1139"));
        Assert.DoesNotContain("PBX main ready", two.Second.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Started_while_PostgreSQL_is_away_with_an_old_copy_it_stands_by_for_the_one_that_lives_and_serves_when_that_one_is_gone()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1129", "1130"], staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        var (soon, later) = (LabHotel.HotelTime(22), LabHotel.HotelTime(50));
        var first = await hotel.BookAsync("1129", soon);
        var second = await hotel.BookAsync("1130", later);
        // The second served once, and has a copy of that time.
        await using var two = new TwoWorkers(hotel);
        await two.First.StopAsync();
        await two.Second.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => LabFiles.HasCopy(two.Second.JournalFolder), TimeSpan.FromSeconds(20)));
        await two.Second.StopAsync();
        await two.First.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => LabFiles.HasCopy(two.First.JournalFolder), TimeSpan.FromSeconds(20)));

        await postgres.KillAsync(PostgresSignal.Immediate);
        await two.First.WaitForLogAsync("Going on without PostgreSQL");
        await two.StartSecondAsync();
        Assert.Contains($"worker {TwoWorkers.IdOf(two.First)} on", two.Second.Log, StringComparison.Ordinal);
        await TwoWorkers.WaitForConfirmedAsync(two.First, first, 60);
        Assert.Equal(1, hotel.Phones.Calls("1129"));
        Assert.Equal(1, two.Second.Said("PBX main ready")); // of its life before

        await two.First.KillAsync();
        await two.Second.WaitForLogAsync("Going on without PostgreSQL", seconds: 20);
        await TwoWorkers.WaitForConfirmedAsync(two.Second, second, 60);
        // (What the first one did without a database only its own disk knows: 1129 may be rung by the old copy again, rather than nobody.)
        Assert.Equal(1, hotel.Phones.Calls("1130"));
    }

    [Fact]
    public async Task Both_workers_lose_the_network_to_PostgreSQL_and_one_of_them_rings()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        var direct = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        using var wire = new LabRelay(new UnixDomainSocketEndPoint(Path.Combine(direct.Host!, ".s.PGSQL.5432")));
        var cut = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Host = "127.0.0.1", Port = wire.Port, SslMode = SslMode.Disable };
        await using var hotel = LabHotel.BuildOn(cut.ConnectionString, ["1125", "1126", "1127"], staticPhones: true);
        await hotel.StartAsync();
        await using var two = await TwoWorkers.OfAsync(hotel);
        Assert.True(await Eventually.TrueAsync(() => LabFiles.HasCopy(two.First.JournalFolder), TimeSpan.FromSeconds(20)));
        var numbers = new List<long>();
        foreach (var (index, room) in ((string[])["1125", "1126", "1127"]).Index()) numbers.Add(await hotel.BookAsync(room, 5 + (4 * index)));
        wire.Cut();
        await two.First.WaitForLogAsync("Going on without PostgreSQL");
        await hotel.Phones.WaitForAsync("1126", "KEY 1");
        wire.Heal();
        foreach (var number in numbers) await hotel.WaitForStateAsync(number, "Confirmed");
        Assert.True(await Eventually.TrueAsync(() => two.First.AnswersAsync("/health/ready"), TimeSpan.FromSeconds(30)), $"{two.First.Log}\nSECOND\n{two.Second.Log}");
        Assert.All((string[])["1125", "1126", "1127"], room => Assert.Equal(1, hotel.Phones.Calls(room)));
        Assert.DoesNotContain("PBX main ready", two.Second.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_databases_on_one_Asterisk_are_told_and_only_one_of_them_rings()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var other = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1124"], staticPhones: true);
        await hotel.StartAsync();
        await using var two = new TwoWorkers(hotel, other.ConnectionString);
        await two.StartSecondAsync();
        var line = two.Second.Log.Split('\n').Single(l => l.Contains("This worker stands by", StringComparison.Ordinal));
        Assert.Contains($"worker {TwoWorkers.IdOf(two.First)} on", line, StringComparison.Ordinal);
        Assert.Contains("two databases or two Pbx:Name serve one Asterisk", line, StringComparison.Ordinal);
        await hotel.WaitForStateAsync(await hotel.BookAsync("1124"), "Confirmed");
        Assert.DoesNotContain("PBX main ready", two.Second.Log, StringComparison.Ordinal);
    }

    private static object BookingOf(string room, DateTimeOffset at) => new
    {
        room,
        time = at.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
        date = at.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
    };
}
