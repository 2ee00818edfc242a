using System.Globalization;
using Switchboard.Asterisk.Ami;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.EventRecord;

/// <summary>Nobody listened for a while: what happened is read from the PBX's own file, and the gap itself is on record.</summary>
public class RecordGapTests(PostgresServer server, ITestOutputHelper output)
{
    [Fact]
    public async Task Calls_of_a_time_without_a_worker_are_recovered_through_a_rotation_of_the_file_and_the_outage_is_a_row()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1162", "2162", "5162"], staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        foreach (var room in (string[])["1162", "2162", "5162"]) await hotel.BookAsync(room, LabHotel.HotelTime(5));
        foreach (var room in (string[])["1162", "2162", "5162"]) await hotel.Phones.WaitForAsync(room, "RINGING");
        await hotel.Worker.KillAsync(nextBeside: true);
        // The guest answers and the call goes on; in the middle of it somebody rotates the file.
        var file = Path.Combine(hotel.Pbx.Folder, "log", "cel-custom", "cel.csv");
        File.Move(file, file + ".1");
        await hotel.Phones.WaitForAsync("5162", "CANCEL");
        Assert.True(await Eventually.TrueAsync(() => File.Exists(file), TimeSpan.FromSeconds(20)));
        await hotel.Worker.StartAsync();
        var tally = await hotel.ReconcileAsync(40);
        output.WriteLine(tally.ToString());
        Assert.True(tally.IsWhole, $"{tally}\n{hotel.Worker.Log}");
        Assert.True(await hotel.QueryAsync<long>("select count(*) from pbx_events where source = 'cel'") > 0);
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select recovered from pbx_outages where cause = 'worker away' and missing is null") > 0, TimeSpan.FromSeconds(10)), hotel.Worker.Log);
        await hotel.Worker.WaitForLogAsync("Outage of the record of PBX main: worker away");
    }

    [Fact]
    public async Task Events_of_a_time_in_which_only_the_link_was_cut_are_recovered_as_well()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1163", "2163"], staticPhones: true);
        await hotel.Pbx.StartAsync();
        using var wire = new LabRelay(hotel.Pbx.AmiPort);
        hotel.Worker.Set("Pbx:Port", wire.Port.ToString(CultureInfo.InvariantCulture));
        await hotel.StartAsync(pbxIsThere: true);
        var at = LabHotel.HotelTime(5);
        await hotel.BookAsync("1163", at);
        var answersLate = await hotel.BookAsync("2163", at);
        await hotel.Phones.WaitForAsync("2163", "RINGING");
        wire.BecomeBlackHole();
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached since");
        wire.Heal();
        wire.Reset();
        await hotel.WaitForStateAsync(answersLate, "Answered");
        var tally = await hotel.ReconcileAsync(40);
        output.WriteLine(tally.ToString());
        Assert.True(tally.IsWhole, $"{tally}\n{hotel.Worker.Log}");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select recovered from pbx_outages where cause = 'link cut'") > 0, TimeSpan.FromSeconds(10)), hotel.Worker.Log);
    }

    [Fact]
    public async Task Calls_of_a_time_without_a_worker_are_that_outage_s_also_where_the_link_comes_later_than_the_worker()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1164"], staticPhones: true, ownProcess: true);
        await hotel.Pbx.StartAsync();
        using var wire = new LabRelay(hotel.Pbx.AmiPort);
        hotel.Worker.Set("Pbx:Port", wire.Port.ToString(CultureInfo.InvariantCulture));
        await hotel.StartAsync(pbxIsThere: true);
        await hotel.Worker.KillAsync(nextBeside: true);
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        await ami.Connection.SendAsync(new AmiAction("Originate").With("Channel", "PJSIP/1164").With("Application", "Wait").With("Data", "1").With("Async", "true"));
        await hotel.Phones.WaitForAsync("1164", "RINGING");
        wire.BecomeBlackHole();
        await hotel.Worker.StartAsync(waitUntilReady: false);
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached since");
        wire.Heal();
        wire.Reset();
        await hotel.Worker.WaitForLogAsync("Outage of the record of PBX main", seconds: 30);
        Assert.Equal("worker away true", await hotel.QueryAsync<string>("select string_agg(cause || ' ' || (recovered > 0)::text, ', ' order by id) from pbx_outages"));
    }

    [Fact]
    public async Task Calls_are_recovered_also_where_the_worker_was_killed_before_it_first_looked_at_the_file()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1165"], staticPhones: true, ownProcess: true);
        var file = await WriteYearsBeforeAsync(hotel);
        await hotel.StartAsync();
        await hotel.Worker.KillAsync(nextBeside: true);
        // It may have looked once by then: what it kept of that is taken away, as if it had been killed a moment earlier.
        await hotel.QueryAsync<object>("delete from pbx_cel_positions");
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        await ami.Connection.SendAsync(new AmiAction("Originate").With("Channel", "PJSIP/1165").With("Application", "Wait").With("Data", "1").With("Async", "true"));
        Assert.True(await Eventually.TrueAsync(() => File.ReadLines(file).Any(l => l.StartsWith("\"CHAN_END\"", StringComparison.Ordinal) && l.Contains("PJSIP/1165-", StringComparison.Ordinal)), TimeSpan.FromSeconds(20)));
        await hotel.Worker.StartAsync();
        await hotel.Worker.WaitForLogAsync("Outage of the record of PBX main", seconds: 30);
        Assert.Equal("worker away true", await hotel.QueryAsync<string>("select string_agg(cause || ' ' || (recovered > 0)::text, ', ' order by id) from pbx_outages"));
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from pbx_events where unique_id = 'old.1'"));
    }

    [Fact]
    public async Task A_first_start_takes_nothing_from_the_years_before_it()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1164"], staticPhones: true);
        await WriteYearsBeforeAsync(hotel);
        await hotel.StartAsync();
        await hotel.WaitForStateAsync(await hotel.BookAsync("1164"), "Confirmed");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from pbx_cel_positions where file_offset > 0") == 1, TimeSpan.FromSeconds(15)), hotel.Worker.Log);
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from pbx_events where unique_id = 'old.1'"));
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from pbx_events where source = 'cel'"));
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from pbx_outages"));
    }

    /// <summary>Leaves an event in the PBX's own file that is older than everything of ours; the answer is where the file lies.</summary>
    private static async Task<string> WriteYearsBeforeAsync(LabHotel hotel)
    {
        var folder = Path.Combine(hotel.Pbx.Folder, "log", "cel-custom");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "cel.csv");
        await File.WriteAllTextAsync(file, "\"CHAN_START\",\"1700000000.000001\",\"old.1\",\"old.1\",\"PJSIP/1164-00000001\",\"\",\"rooms\",\"\",\"\",\"1164\",\"\",\"\",\"\"\n");
        return file;
    }
}
