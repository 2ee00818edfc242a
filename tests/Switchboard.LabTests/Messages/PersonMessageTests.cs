using Npgsql;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Messages;

/// <summary>Messages for managers and departments: each asks for its delivery in the same transaction, and what staff did with it ends that.</summary>
public class PersonMessageTests(PostgresServer server)
{
    private const string Directory = "key,name,title,extension,hours,mobile,mail,deputy,languages\ngm,Chen Bo,General Manager,8100,,,,,en\n";

    [Fact]
    public async Task A_text_for_a_manager_goes_on_its_way_and_its_delivery_stops_when_staff_has_given_it_to_him()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1234"]);
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/directory/import", Directory);
        var said = await hotel.CliDoneAsync("message", "take", "gm", "--text", "The bus is late", "--by", "1007");
        Assert.Contains("General Manager Chen Bo (gm)", said, StringComparison.Ordinal);
        // By his extension as well.
        await hotel.CliDoneAsync("message", "take", "8100", "--text", "It has come");
        Assert.Equal("gm 8100, gm 8100", await hotel.QueryAsync<string>("select string_agg(person || ' ' || extension, ', ') from messages where room is null"));
        Assert.Equal(2, await hotel.QueryAsync<long>("select count(*) from deliveries d join messages m on m.id = d.subject where d.ended_at is null"));
        await hotel.CliDoneAsync("message", "deliver", "1", "--by", "1007");
        await hotel.CliDoneAsync("message", "delete", "2", "--by", "1007");
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from deliveries where ended_at is null"));
        Assert.DoesNotContain("Chen", hotel.Worker.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("bus", hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_ends_a_message_holds_its_delivery_first_so_that_nobody_who_acknowledges_it_meanwhile_waits_for_him()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1247"]);
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/directory/import", Directory);
        await hotel.CliDoneAsync("message", "take", "gm", "--text", "The bus is late");
        await using var acknowledges = new NpgsqlConnection(hotel.ConnectionString);
        await acknowledges.OpenAsync();
        await using (var transaction = await acknowledges.BeginTransactionAsync())
        {
            await HoldAsync("select number from deliveries for update");
            var delivers = hotel.Worker.SendAsync(HttpMethod.Post, "/api/messages/1/deliver", new { by = "1007" });
            Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%for update%'") > 0, TimeSpan.FromSeconds(10)), hotel.Worker.Log);
            await HoldAsync("select number from messages for update nowait");
            await transaction.RollbackAsync();
            await delivers;
        }

        Assert.Equal("Delivered Stopped", await hotel.QueryAsync<string>("select m.state || ' ' || d.state from messages m join deliveries d on d.subject = m.id"));

        async Task HoldAsync(string sql)
        {
            await using var command = acknowledges.CreateCommand();
            command.CommandText = sql;
            Assert.Equal(1L, await command.ExecuteScalarAsync());
        }
    }

    [Fact]
    public async Task A_text_is_read_aloud_to_the_manager_whose_key_1_makes_it_delivered_and_to_the_guest_at_98()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1235", "1236"], new Dictionary<string, string> { ["Speech:Command:0"] = Say });
        hotel.Pbx.ShortenPrompts();
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/directory/import", Directory.Replace("8100", "1236", StringComparison.Ordinal));
        await hotel.CliDoneAsync("message", "take", "gm", "--text", "The bus is late", "--by", "1007");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select concat_ws(' ', state, ended_by) from messages") == "Delivered gm", TimeSpan.FromSeconds(30)), hotel.Worker.Log);
        Assert.Equal("taken desk, delivered delivery", await hotel.QueryAsync<string>("select string_agg(what || ' ' || how, ', ' order by id) from message_events"));
        Assert.Equal(1, hotel.Phones.Calls("1236"));

        await hotel.CliDoneAsync("message", "take", "1235", "--text", "Good evening");
        await hotel.Phones.WaitForLampAsync("1235", "yes 1/0");
        await hotel.Phones.CallAsync("1235", "*98", "--keys", "w6000,2", "--for", "1500");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select state from messages where room = '1235'") == "Heard", TimeSpan.FromSeconds(5)), hotel.Worker.Log);
        await hotel.Phones.WaitForLampAsync("1235", "no 0/0");
        // What was spoken is gone with the calls.
        Assert.True(await Eventually.TrueAsync(() => System.IO.Directory.GetFiles(Path.Combine(hotel.Pbx.Folder, "spool", "switchboard-messages")).Length == 0, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_caller_leaves_a_message_for_a_manager_out_of_office_and_it_is_delivered_when_somebody_says_so()
    {
        // Out for the whole of this test, whenever it runs.
        var hour = (TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).Hour + 12) % 24;
        await using var hotel = await LabHotel.OpenAsync(server, ["1237"]);
        hotel.Pbx.ShortenPrompts();
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/directory/import", Directory.Replace("8100,", $"0003,{hour:00}:00-{hour:00}:30", StringComparison.Ordinal));
        Assert.True(await Eventually.TrueAsync(async () => (await hotel.Pbx.CommandAsync("database get switchboard_person 0003")).StartsWith("Value: gm:", StringComparison.Ordinal), TimeSpan.FromSeconds(5)), hotel.Worker.Log);
        await hotel.Phones.CallAsync("1237", "0003", "--speak", "3", "--keys", "w1500,1,w1500,speak,w3600,#,w1000,1", "--for", "2500");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select concat_ws(' ', person, extension, state, source) from messages") == "gm 0003 Waiting caller", TimeSpan.FromSeconds(10)), hotel.Worker.Log);
        Assert.Equal("gm", await hotel.QueryAsync<string>("select d.person from deliveries d join messages m on m.id = d.subject"));
        await hotel.CliDoneAsync("delivery", "acknowledge", "1", "--by", "1007");
        Assert.Equal("Delivered bootstrap/1007", await hotel.QueryAsync<string>("select concat_ws(' ', state, ended_by) from messages"));
    }

    [Fact]
    public async Task A_recording_that_is_not_what_the_caller_said_any_more_is_an_ERROR_at_the_next_call_to_the_manager()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["5138"], new Dictionary<string, string> { ["Deliveries:RingTime"] = "00:00:02", ["Deliveries:Pause"] = "00:00:01" });
        hotel.Pbx.ShortenPrompts();
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/directory/import", Directory.Replace("8100", "5138", StringComparison.Ordinal));
        await hotel.Worker.StopAsync();
        var recording = Path.Combine(hotel.Pbx.Folder, "spool", "switchboard-messages", "1764137000123-1764137000-1.wav");
        File.Copy(Path.Combine(hotel.Pbx.Folder, "data", "sounds", "en", "switchboard", "confirmed.wav"), recording);
        await hotel.Pbx.CommandAsync("database put switchboard_message 1764137000123-1764137000-1 done:1764137000123:house:5138:3::1764137000.1");
        await hotel.Worker.StartAsync();
        await hotel.Phones.WaitForAsync("5138", "CANCEL");
        await File.AppendAllTextAsync(recording, "somebody else's words");
        await hotel.Worker.WaitForLogAsync($"recording {recording} is not what was recorded (its checksum differs): it is not played", seconds: 30);
    }

    private static string Say => Path.GetFullPath(LabFiles.Script("../say"));
}
