using System.Diagnostics;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.EventRecord;

/// <summary>Drills of the record, each ending in two counts: wake-ups booked against outcomes, events emitted against rows.</summary>
public class DatabaseDrillTests(ITestOutputHelper output)
{
    [Fact]
    public Task PostgreSQL_stopped_in_a_wave_of_60_rooms_costs_no_guest_no_second_call_and_no_event() => NothingIsLostAsync(rooms: 60, atLeast: 0);

    [Fact]
    [Trait(Form.Name, Form.Long)]
    public Task PostgreSQL_stopped_for_60_s_in_a_wave_of_200_rooms_costs_no_guest_no_second_call_and_no_event() => NothingIsLostAsync(rooms: 200, atLeast: 60);

    private async Task NothingIsLostAsync(int rooms, int atLeast)
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        // Ten a second: the wave is not over when the database is back.
        var perSecond = new Dictionary<string, string> { ["WakeUpCalls:CallsPerSecond"] = "5" };
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, LabWave.RoomsFor(rooms), perSecond, staticPhones: true);
        await hotel.StartAsync();
        var wave = new LabWave(hotel, LabWave.RoomsFor(rooms));
        await wave.BookAsync();
        await wave.WaitForPhonesAsync("INVITE", 5);
        var began = TimeProvider.System.GetTimestamp();
        await postgres.KillAsync(PostgresSignal.Fast);
        await hotel.Worker.WaitForLogAsync("PostgreSQL cannot be reached since");
        await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL");
        await wave.WaitForPhonesAsync("INVITE", rooms, seconds: 60);
        // Housekeeping has its list meanwhile.
        Assert.True(await Eventually.TrueAsync(async () => (await hotel.Worker.GetAsync("/api/housekeeping")).GetArrayLength() > 0, TimeSpan.FromSeconds(30)), hotel.Worker.Log);
        Assert.True(await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(atLeast), TimeSpan.FromSeconds(atLeast + 1)));
        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("PostgreSQL has everything again");
        var tally = await wave.EndAsync();
        output.WriteLine(tally.ToString());
        Assert.True(tally is { LeftOut: [], CalledAfterConfirmation: [], RungTooOften: 0 } && tally.Booked == rooms, $"{tally}\n{hotel.Worker.Log}");
        await hotel.RecordIsWholeAsync(output);
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from rejected_facts"));
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from pbx_events where source = 'cel'"));
        // In order and once: each session's sequence has neither hole nor repetition.
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from (select sequence - lag(sequence) over (partition by session_id order by sequence) d from pbx_events) x where d <> 1"));
    }

    [Fact]
    public async Task A_worker_and_PostgreSQL_killed_by_turns_in_a_wave_of_60_rooms_lose_nothing()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, LabWave.RoomsFor(60), new Dictionary<string, string> { ["WakeUpCalls:CallsPerSecond"] = "5" }, staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        var wave = new LabWave(hotel, LabWave.RoomsFor(60));
        await wave.BookAsync();
        await wave.WaitForPhonesAsync("INVITE", 8);
        await postgres.KillAsync(PostgresSignal.Immediate);
        await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL");
        await wave.WaitForPhonesAsync("INVITE", 16);
        await hotel.Worker.KillAsync();
        await hotel.Worker.StartAsync(waitUntilReady: false);
        await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL", times: 2);
        await wave.WaitForPhonesAsync("INVITE", 40);
        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("PostgreSQL has everything again");
        await hotel.Worker.KillAsync();
        await hotel.Worker.StartAsync();
        var tally = await wave.EndAsync();
        output.WriteLine(tally.ToString());
        Assert.True(tally is { Booked: 60, LeftOut: [], CalledAfterConfirmation: [], MostTooOften: <= 2 }, $"{tally}\n{hotel.Worker.Log}");
        await hotel.RecordIsWholeAsync(output);
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from rejected_facts"));
    }

    [Fact]
    public async Task A_full_disk_while_PostgreSQL_is_away_keeps_no_phone_from_ringing_and_the_lost_events_are_told_and_recovered()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        var rooms = LabWave.RoomsFor(40);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, rooms, staticPhones: true);
        Directory.CreateDirectory(hotel.Worker.JournalFolder);
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", hotel.Worker.JournalFolder);
        try
        {
            await hotel.StartAsync();
            var wave = new LabWave(hotel, rooms);
            await wave.BookAsync();
            await postgres.KillAsync(PostgresSignal.Fast);
            await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL");
            var ballast = Path.Combine(hotel.Worker.JournalFolder, "ballast");
            FillUp(ballast);
            await wave.WaitForPhonesAsync("KEY 1", 20, seconds: 60);
            await hotel.Worker.WaitForLogAsync("events of the PBX are lost");
            await hotel.Worker.WaitForLogAsync("What happens without PostgreSQL cannot be kept on this machine's disk");
            Assert.False(await hotel.Worker.AnswersAsync("/health/ready"));
            await wave.WaitForPhonesAsync("KEY 1", 32, seconds: 60);
            File.Delete(ballast);
            await postgres.StartAsync();
            await hotel.Worker.WaitForLogAsync("PostgreSQL has everything again");
            var tally = await wave.EndAsync();
            output.WriteLine(tally.ToString());
            Assert.True(tally is { Booked: 40, LeftOut: [], CalledAfterConfirmation: [], RungTooOften: 0 }, $"{tally}\n{hotel.Worker.Log}");
            await hotel.RecordIsWholeAsync(output);
            var (lost, recovered) = (await hotel.QueryAsync<decimal>("select sum(lost) from pbx_outages where cause = 'journal full'"), await hotel.QueryAsync<decimal>("select sum(recovered) from pbx_outages"));
            output.WriteLine($"{lost} events found no room, {recovered} call events of them recovered from the PBX's own file");
            Assert.True(lost > 0 && recovered > 0, hotel.Worker.Log);
            await hotel.Worker.StopAsync();
        }
        finally
        {
            await RunAsync("umount", "-l", hotel.Worker.JournalFolder);
        }
    }

    // To the last byte.
    private static void FillUp(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        foreach (var size in (int[])[64 * 1024, 4096, 256, 1])
        {
            try
            {
                while (true) file.Write(new byte[size]);
            }
            catch (IOException)
            {
                // No more room for pieces of this size.
            }
        }
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}: {process.ExitCode}");
    }
}

public class PbxDrillTests(PostgresServer server, ITestOutputHelper output)
{
    [Fact]
    public Task Asterisk_stalled_until_it_is_noticed_in_a_wave_costs_no_guest_and_no_event() => NothingIsLostAsync(atLeast: 0);

    [Fact]
    [Trait(Form.Name, Form.Long)]
    public Task Asterisk_stalled_for_30_s_in_a_wave_costs_no_guest_and_no_event() => NothingIsLostAsync(atLeast: 30);

    private async Task NothingIsLostAsync(int atLeast)
    {
        var rooms = LabWave.RoomsFor(40);
        await using var hotel = await LabHotel.BuildAsync(server, rooms, new Dictionary<string, string> { ["WakeUpCalls:CallsPerSecond"] = "10" }, staticPhones: true);
        await hotel.StartAsync();
        var wave = new LabWave(hotel, rooms);
        await wave.BookAsync();
        await wave.WaitForPhonesAsync("RINGING", 10);
        var began = TimeProvider.System.GetTimestamp();
        await hotel.Pbx.PauseAsync();
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached since");
        Assert.True(await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(atLeast), TimeSpan.FromSeconds(atLeast + 1)));
        await hotel.Pbx.ContinueAsync();
        await hotel.Worker.WaitForLogAsync("Over after");
        var tally = await wave.EndAsync();
        output.WriteLine(tally.ToString());
        // What rang when it stalled: nobody can know what the phones did meanwhile.
        Assert.True(tally is { Booked: 40, LeftOut: [], CalledAfterConfirmation: [], MostTooOften: <= 1 }, $"{tally}\n{hotel.Worker.Log}");
        await hotel.RecordIsWholeAsync(output);
    }

    [Theory]
    [InlineData("+3600")]
    [InlineData("-3600")]
    public async Task The_workers_clock_set_by_an_hour_changes_nothing_of_what_is_on_record(string step)
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1166", "1167"], staticPhones: true, ownProcess: true);
        hotel.Worker.UseClockOfItsOwn();
        await hotel.StartAsync();
        await hotel.WaitForStateAsync(await hotel.BookAsync("1166"), "Confirmed");
        hotel.Worker.SetClock(step);
        await hotel.Worker.WaitForLogAsync("This machine's clock was set");
        var number = (await hotel.Worker.SendAsync(HttpMethod.Post, "/api/wakeups", new { room = "1167", time = LabHotel.HotelTime((step[0] == '+' ? 3600 : -3600) + 4).ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) })).GetProperty("number").GetInt64();
        await hotel.WaitForStateAsync(number, "Confirmed");
        await hotel.RecordIsWholeAsync(output);
        // The PBX's own time is the row's; ours stands beside it.
        Assert.True(await hotel.QueryAsync<bool>("select max(at) - min(at) < interval '5 minutes' and max(abs(extract(epoch from received_at - at))) > 3500 from pbx_events"));
    }
}
