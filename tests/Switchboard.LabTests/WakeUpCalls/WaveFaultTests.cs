using System.Globalization;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.WakeUpCalls;

/// <summary>
/// A wave of wake-ups, and what it depends on dies in the middle of it. Each test ends in a count: nobody left out, nobody rung after a
/// confirmation, nobody rung more than once too often for each death.
/// </summary>
public class WaveKillTests(PostgresServer server, ITestOutputHelper output)
{
    [Fact]
    public Task The_worker_killed_four_times_in_a_wave_of_60_rooms_leaves_nobody_out() => NobodyIsLeftOutAsync(kills: 4, rooms: 60);

    [Fact]
    [Trait(Form.Name, Form.Long)]
    public Task The_worker_killed_twenty_times_in_a_wave_of_200_rooms_leaves_nobody_out() => NobodyIsLeftOutAsync(kills: 20, rooms: 200);

    private async Task NobodyIsLeftOutAsync(int kills, int rooms)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SWITCHBOARD_TEST_SEED"), out var given) ? given : Random.Shared.Next();
        var random = new Random(seed);
        // Ten calls a second, so that the wave lasts as long as the dying.
        var perSecond = new Dictionary<string, string> { ["WakeUpCalls:CallsPerSecond"] = "10" };
        await using var hotel = await LabHotel.BuildAsync(server, LabWave.RoomsFor(rooms), perSecond, staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        var wave = new LabWave(hotel, LabWave.RoomsFor(rooms));
        await wave.BookAsync();
        var moments = new List<int>();
        for (var kill = 1; kill <= kills; kill++)
        {
            // After so many more facts, or (a start takes a second, and may be hit as well) when nothing has happened for long.
            var target = wave.Facts + random.Next(1, 35);
            await Eventually.TrueAsync(() => wave.Facts >= target, TimeSpan.FromSeconds(4));
            moments.Add(wave.Facts);
            await hotel.Worker.KillAsync();
            await hotel.Worker.BeginAsync();
        }

        var tally = await wave.EndAsync();
        output.WriteLine($"seed {seed}, killed after {string.Join(' ', moments)} facts: {tally}");
        Assert.True(tally is { LeftOut: [], CalledAfterConfirmation: [], MostTooOften: <= 1 } && tally.Booked == rooms && tally.RungTooOften <= kills, $"seed {seed}: {tally}\n{hotel.Worker.Log}");
        await hotel.RecordIsWholeAsync(output);
        output.WriteLine($"{await hotel.QueryAsync<long>("select count(*) from pbx_outages where cause = 'worker away'")} outages on record");
    }
}

public class WaveStopTests(PostgresServer server, ITestOutputHelper output)
{
    [Fact]
    public async Task The_worker_stopped_in_a_wave_hands_over_what_rings_within_30_s_and_its_successor_rings_the_rest()
    {
        await using var hotel = await LabHotel.BuildAsync(server, LabWave.RoomsFor(60), new Dictionary<string, string> { ["WakeUpCalls:CallsPerSecond"] = "20" }, staticPhones: true);
        await hotel.StartAsync();
        var wave = new LabWave(hotel, LabWave.RoomsFor(60));
        await wave.BookAsync();
        await wave.WaitForPhonesAsync("INVITE", 20);
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await hotel.Worker.StopAsync());
        var stopped = TimeProvider.System.GetElapsedTime(began);
        Assert.True(stopped < TimeSpan.FromSeconds(30), $"stopped after {stopped}");
        await hotel.Worker.StartAsync();
        var tally = await wave.EndAsync();
        output.WriteLine($"stopped in {stopped.TotalSeconds:F1} s: {tally}");
        Assert.True(tally is { Booked: 60, LeftOut: [], CalledAfterConfirmation: [], RungTooOften: 0 }, $"{tally}\n{hotel.Worker.Log}");
        await hotel.RecordIsWholeAsync(output);
    }

    [Fact]
    public async Task Rooms_that_were_due_while_the_worker_was_dead_ring_within_5_s_of_its_return()
    {
        await using var hotel = await LabHotel.BuildAsync(server, LabWave.RoomsFor(60), staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        var wave = new LabWave(hotel, LabWave.RoomsFor(60));
        await wave.BookAsync();
        await hotel.Worker.KillAsync();
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<bool>("select max(due_at) + interval '3 s' < clock_timestamp() from wake_up_calls"), TimeSpan.FromSeconds(20)));
        Assert.Equal(0, wave.Facts);
        await hotel.Worker.StartAsync();
        var back = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        await wave.WaitForPhonesAsync("INVITE", 60);
        var last = hotel.Phones.Facts().Where(f => f.Fact == "INVITE").GroupBy(f => f.Number).Max(g => g.First().At);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the last of 60 rooms rang {last - back:F2} s after the worker was ready again"));
        Assert.True(last - back < 5, $"{last - back} s");
        var tally = await wave.EndAsync();
        Assert.True(tally is { LeftOut: [], CalledAfterConfirmation: [], RungTooOften: 0 }, tally.ToString());
    }
}

public class WaveAsteriskTests(PostgresServer server, ITestOutputHelper output)
{
    [Fact]
    public async Task Asterisk_killed_and_restarted_while_sixty_phones_ring_leaves_nobody_out()
    {
        // A pause as long as a restart: in a hotel it is minutes, and no attempt is spent on an Asterisk that is going down.
        // Phones that ring for 8 s before they answer are still ringing when it dies.
        string[] rooms = [.. Enumerable.Range(2200, 50).Select(n => $"{n}"), .. Enumerable.Range(5100, 10).Select(n => $"{n}")];
        await using var hotel = await LabHotel.BuildAsync(server, rooms, new Dictionary<string, string> { ["WakeUpCalls:RingTime"] = "00:00:12", ["WakeUpCalls:Pause"] = "00:00:06" }, staticPhones: true);
        await hotel.StartAsync();
        var wave = new LabWave(hotel, rooms);
        await wave.BookAsync();
        await wave.WaitForPhonesAsync("RINGING", 60);
        await hotel.Pbx.KillAsync();
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached since");
        await hotel.Pbx.StartAsync();
        await hotel.Worker.WaitForLogAsync("Over after");
        await wave.WaitForPhonesAsync("RINGING", 120);
        await hotel.Pbx.StopAsync();
        await hotel.Pbx.StartAsync();
        var tally = await wave.EndAsync();
        output.WriteLine(tally.ToString());
        // Each room may ring once too often for each of the two deaths, and no more.
        Assert.True(tally is { Booked: 60, LeftOut: [], CalledAfterConfirmation: [], MostTooOften: <= 2 }, $"{tally}\n{hotel.Worker.Log}");
        var results = await hotel.QueryAsync<string>("select string_agg(n || ' ' || r, '; ' order by r) from (select state || ': ' || array_to_string(results, ', ') r, count(*) n from wake_up_calls group by 1) x");
        Assert.True(await hotel.QueryAsync<long>("select count(*) from wake_up_calls where state = 'Confirmed'") == 50, $"{results}\n{hotel.Worker.Log}");
        Assert.Equal(2, hotel.Worker.Said("PBX main cannot be reached since"));
        Assert.Equal(2, hotel.Worker.Said("Over after"));
        await hotel.RecordIsWholeAsync(output);
    }
}

public class WaveWireTests(PostgresServer server, ITestOutputHelper output)
{
    [Fact]
    public Task AMI_black_holed_and_reset_in_a_wave_costs_no_call_and_no_guest() => NothingIsLostAsync(atLeast: 0);

    [Fact]
    [Trait(Form.Name, Form.Long)]
    public Task AMI_black_holed_for_30_s_and_reset_in_a_wave_costs_no_call_and_no_guest() => NothingIsLostAsync(atLeast: 30);

    private async Task NothingIsLostAsync(int atLeast)
    {
        var rooms = LabWave.RoomsFor(40);
        string[] during = ["1250", "1251", "1252"];
        await using var hotel = await LabHotel.BuildAsync(server, [.. rooms, .. during], staticPhones: true);
        await hotel.Pbx.StartAsync();
        using var wire = new LabRelay(hotel.Pbx.AmiPort);
        hotel.Worker.Set("Pbx:Port", wire.Port.ToString(CultureInfo.InvariantCulture));
        await hotel.StartAsync(pbxIsThere: true);
        var wave = new LabWave(hotel, [.. rooms, .. during]);
        var at = LabHotel.HotelTime(8);
        foreach (var room in rooms) await hotel.BookAsync(room, at);
        foreach (var room in during) await hotel.BookAsync(room, at.AddSeconds(20));
        await wave.WaitForPhonesAsync("RINGING", 20);
        wire.BecomeBlackHole();
        var began = TimeProvider.System.GetTimestamp();
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached since");
        Assert.False(await hotel.Worker.AnswersAsync("/health/ready"));
        // Due meanwhile: somebody knocks, unless the line is back in time.
        Assert.True(await Eventually.TrueAsync(async () => await hotel.KnockEntryAsync("1250") is not null, TimeSpan.FromSeconds(30)), hotel.Worker.Log);
        Assert.True(await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(atLeast), TimeSpan.FromSeconds(atLeast + 1)));
        wire.Heal();
        await hotel.Worker.WaitForLogAsync("Over after");
        await wave.WaitForPhonesAsync("INVITE", 43);
        wire.Reset();
        var tally = await wave.EndAsync();
        output.WriteLine(tally.ToString());
        Assert.True(tally is { Booked: 43, LeftOut: [], CalledAfterConfirmation: [], RungTooOften: 0 }, $"{tally}\n{hotel.Worker.Log}");
        // The outage is told once. What had been asked of the PBX just then, and was not answered, may be told as well, and nothing else.
        string[] unanswered = ["could not be hung up", "proofs could not be deleted", "AstDB could not be written"];
        var told = hotel.Worker.Log.Split('\n').Where(line => line.Contains("no Pong within", StringComparison.Ordinal)
            && !unanswered.Any(what => line.Contains(what, StringComparison.Ordinal))).ToList();
        Assert.True(told is [var outage] && outage.Contains("cannot be reached since", StringComparison.Ordinal), hotel.Worker.Log);
        await hotel.RecordIsWholeAsync(output);
    }
}

public class WaveDatabaseTests(ITestOutputHelper output)
{
    [Fact]
    public async Task PostgreSQL_restarted_and_killed_in_a_wave_costs_no_guest_and_no_second_call()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        var rooms = LabWave.RoomsFor(60);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, rooms, new Dictionary<string, string> { ["WakeUpCalls:CallsPerSecond"] = "20" }, staticPhones: true);
        await hotel.StartAsync();
        var wave = new LabWave(hotel, rooms);
        await wave.BookAsync();
        await wave.WaitForPhonesAsync("INVITE", 20);
        await postgres.KillAsync(PostgresSignal.Fast);
        await hotel.Worker.WaitForLogAsync("PostgreSQL cannot be reached since");
        Assert.False(await hotel.Worker.AnswersAsync("/health/ready"));
        // What was claimed rings on; its results wait.
        await wave.WaitForPhonesAsync("INVITE", 60);
        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("Over after");
        await postgres.KillAsync(PostgresSignal.Immediate);
        await hotel.Worker.WaitForLogAsync("PostgreSQL cannot be reached since", times: 2);
        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("Over after", times: 2);
        var tally = await wave.EndAsync();
        output.WriteLine(tally.ToString());
        Assert.True(tally is { Booked: 60, LeftOut: [], CalledAfterConfirmation: [], RungTooOften: 0 }, $"{tally}\n{hotel.Worker.Log}");
        Assert.True(await hotel.Worker.AnswersAsync("/health/ready"));
        await hotel.RecordIsWholeAsync(output);
        // One line for each fault and one for each end; nothing else in between is a warning about the database.
        Assert.Equal(2, hotel.Worker.Said("PostgreSQL cannot be reached since"));
        Assert.Equal(2, hotel.Worker.Said("Over after"));
        Assert.True(hotel.Worker.Said(" EROR ") == 2, string.Join("\n", hotel.Worker.Log.Split("\n").Where(l => l.Contains(" EROR ", StringComparison.Ordinal))));
    }
}
