using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Messages;

/// <summary>Messages from the one who leaves them to the one who hears them: real callers and room phones, lamps by real NOTIFY.</summary>
public class MessageTests(PostgresServer server)
{
    // Busy at once: 1 for a message, speaks five seconds, ends with #, keeps it.
    private static readonly string[] LeavesAMessage = ["--speak", "5", "--keys", "w1500,1,w1500,speak,w5600,#,w1000,1", "--for", "2500"];

    [Fact]
    public async Task A_text_is_repeated_back_lights_the_lamp_within_a_second_is_read_and_printed_by_name_and_delivered_the_lamp_goes_out()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1221", "1222"]);
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1221", guestName = "Wang Wei" });
        // What runs for the first time in this process is compiled first; in the shipped worker it is already.
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/messages", new { to = "1222", text = "x", by = "1007" });
        await hotel.Phones.WaitForLampAsync("1222", "yes 1/0");
        var (taken, lit) = await Openings.MeasureAsync(async () =>
        {
            var began = TimeProvider.System.GetTimestamp();
            var message = new { to = "1221", text = "Please call 今晚八点", from = "Mr Li", number = "138 0013 8000", by = "1007" };
            var answer = await hotel.Worker.SendAsync(HttpMethod.Post, "/api/messages", message);
            await hotel.Phones.WaitForLampAsync("1221", "yes 1/0");
            return (answer, TimeProvider.System.GetElapsedTime(began));
        });
        TestContext.Current.SendDiagnosticMessage($"the lamp was lit {lit.TotalMilliseconds:F0} ms after the message was sent");
        Assert.True(lit < TimeSpan.FromSeconds(1), $"it took {lit}");
        Assert.Equal("Please call 今晚八点 Mr Li 138 0013 8000 Wang Wei", $"{taken.GetProperty("text").GetString()} {taken.GetProperty("from").GetString()} {taken.GetProperty("fromNumber").GetString()} {taken.GetProperty("guest").GetString()}");

        var said = await hotel.CliDoneAsync("message", "take", "1221", "--text", "The bus comes at nine", "--by", "1007");
        Assert.Contains("Repeat it to the caller", said, StringComparison.Ordinal);
        Assert.Contains("The bus comes at nine", said, StringComparison.Ordinal);
        await hotel.Phones.WaitForLampAsync("1221", "yes 2/0");
        var list = await hotel.CliDoneAsync("message", "list", "--room", "1221", "--open");
        Assert.Contains("Waiting", list, StringComparison.Ordinal);
        Assert.DoesNotContain("bus", list, StringComparison.Ordinal);
        var number = taken.GetProperty("message").GetProperty("number").GetInt64();
        Assert.Contains("今晚八点", await hotel.CliDoneAsync("message", "read", $"{number}", "--by", "1008"), StringComparison.Ordinal);
        Assert.Contains("bus comes at nine", await hotel.CliDoneAsync("message", "print", "--room", "1221", "--by", "1009"), StringComparison.Ordinal);
        await hotel.CliDoneAsync("message", "deliver", $"{number}", "--by", "1008");
        await hotel.Phones.WaitForLampAsync("1221", "yes 1/0");
        await hotel.CliDoneAsync("message", "close", $"{number + 1}", "--reason", "his wife told him", "--by", "1008");
        await hotel.Phones.WaitForLampAsync("1221", "no 0/0");
        var (code, again) = await hotel.CliAsync("message", "close", $"{number}");
        Assert.True(code == 1 && again.Contains($"message {number} has ended already: delivered, by bootstrap/1008", StringComparison.OrdinalIgnoreCase), again);
        Assert.Equal("taken bootstrap/1007, read bootstrap/1008, printed bootstrap/1009, delivered bootstrap/1008", await hotel.QueryAsync<string>(
            $"select string_agg(what || ' ' || by, ', ' order by e.id) from message_events e join messages m on m.id = e.message_id where m.number = {number}"));
        Assert.Equal("a message waits for room 1221", await hotel.QueryAsync<string>("select min(text) from notices where kind = 'message'"));
        foreach (var secret in (string[])["今晚", "bus", "Mr Li", "138 0013", "Wang", "wife"]) Assert.DoesNotContain(secret, hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_caller_recorded_is_stored_with_its_checksum_heard_at_98_kept_with_the_lamp_out_and_deleted_with_its_file()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["6121", "1223"]);
        hotel.Pbx.ShortenPrompts();
        await hotel.Phones.CallAsync("1223", "6121", LeavesAMessage);
        await MessagesAreAsync(hotel, "1 6121 Waiting caller");
        await hotel.Phones.WaitForLampAsync("6121", "yes 1/0");
        var file = Assert.Single(Recordings(hotel));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file))), await hotel.QueryAsync<string>("select recording_sha256 from messages"));
        Assert.InRange(await hotel.QueryAsync<int>("select recording_seconds from messages"), 2, 7);
        Assert.Equal(Path.GetFileName(file), await hotel.QueryAsync<string>("select recording from messages"));
        Assert.Equal(1, await hotel.QueryAsync<long>("select count(*) from notices where kind = 'message' and room = '6121'"));
        Assert.True(await Eventually.TrueAsync(async () => !(await hotel.Pbx.CommandAsync("database show switchboard_message")).Contains("/switchboard_message/", StringComparison.Ordinal), TimeSpan.FromSeconds(5)));

        // Staff hears it by its number.
        var copy = Path.Combine(hotel.Pbx.Folder, "copy.wav");
        await hotel.CliDoneAsync("message", "audio", "1", "--output", copy, "--by", "1007");
        Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(copy));

        // Another one in its place is not played.
        var sound = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, [.. sound[..^1], (byte)~sound[^1]]);
        await hotel.Phones.CallAsync("6121", "*98", "--for", "3000");
        await hotel.Worker.WaitForLogAsync("is not what was recorded");
        await File.WriteAllBytesAsync(file, sound);

        // A guest who hangs up while it plays has not heard it.
        await hotel.Phones.CallAsync("6121", "*98", "--for", "1200");
        await MessagesAreAsync(hotel, "1 6121 Waiting caller");
        // Heard, and kept.
        await hotel.Phones.CallAsync("6121", "*98", "--keys", "w8500,2", "--for", "2000");
        await MessagesAreAsync(hotel, "1 6121 Heard caller");
        await hotel.Phones.WaitForLampAsync("6121", "no 0/0");
        Assert.True(File.Exists(file));
        // Heard again, and deleted.
        await hotel.Phones.CallAsync("6121", "*98", "--keys", "w8500,1,w8000,3", "--for", "1500");
        await MessagesAreAsync(hotel, "1 6121 Deleted caller");
        Assert.Empty(Recordings(hotel));
        Assert.Equal("taken caller, listened to bootstrap/1007, told at the phone that it is at the desk *98, heard *98, heard again *98, heard again *98, deleted by the guest *98", await hotel.QueryAsync<string>("select string_agg(what || ' ' || by, ', ' order by id) from message_events"));
    }

    [Fact]
    public async Task Key_0_at_98_gets_an_operator_and_so_does_a_worker_that_is_away()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1224"]);
        hotel.Pbx.ShortenPrompts();
        await hotel.CliDoneAsync("message", "take", "1224", "--text", "x");
        // A text without a program that reads it: it is at the desk, and waits.
        // How soon the worker has said the first sentence is not known: the guest presses 0 until somebody answers.
        await hotel.Phones.CallUntilAnOperatorAnswersAsync("1224", "*98", "--keys", string.Join(',', Enumerable.Repeat("w300,0", 40)));
        await MessagesAreAsync(hotel, "1 1224 Waiting operator");
        await hotel.Worker.StopAsync();
        await hotel.Phones.CallUntilAnOperatorAnswersAsync("1224", "*98");
    }

    [Fact]
    public async Task What_was_recorded_while_the_worker_was_away_or_when_Asterisk_was_killed_is_taken_over_once_with_the_lamp_lit_all_the_while()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["6122", "6123", "1225"]);
        hotel.Pbx.ShortenPrompts();
        Assert.True(await Eventually.TrueAsync(async () => (await hotel.Pbx.CommandAsync("database show switchboard_room")).Contains("/switchboard_room/6123", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));
        await hotel.Worker.StopAsync();
        var ended = await hotel.Phones.CallAsync("1225", "6122", LeavesAMessage);
        Assert.True(await Eventually.TrueAsync(() => hotel.Phones.MessageLamp("6122").LastOrDefault() == "yes 1/0", TimeSpan.FromSeconds(5)),
            $"{ended}: {await hotel.Pbx.CommandAsync("database show switchboard_message")}");
        await hotel.Worker.StartAsync();
        await MessagesAreAsync(hotel, "1 6122 Waiting caller");
        // Told by its call file and by AstDB; stored once, and the lamp was never put out.
        Assert.Equal(1, await hotel.QueryAsync<long>("select count(*) from notices where kind = 'message'"));
        Assert.DoesNotContain("no 0/0", hotel.Phones.MessageLamp("6122").SkipWhile(l => l != "yes 1/0"));
        // Asterisk dies while somebody speaks: what is in the file is the message.
        var earlier = Recordings(hotel);
        await using (await hotel.Phones.BeginCallAsync("1225", "6123", "--speak", "20", "--keys", "w1500,1,w1500,speak", "--for", "30000"))
        {
            Assert.True(await Eventually.TrueAsync(() => Recordings(hotel).Except(earlier).Any(f => new FileInfo(f).Length > 64_000), TimeSpan.FromSeconds(20)), "nobody speaks");
            await hotel.Pbx.KillAsync();
        }

        await hotel.Pbx.StartAsync();
        await MessagesAreAsync(hotel, "1 6122 Waiting caller", "2 6123 Waiting caller");
        // The restarted PBX has forgotten every lamp: the phones are told again.
        await hotel.Phones.RegisterAsync(300, "6122", "6123");
        await hotel.Phones.WaitForLampAsync("6122", "yes 1/0");
        await hotel.Phones.WaitForLampAsync("6123", "yes 1/0");
        Assert.True(await hotel.QueryAsync<int>("select recording_seconds from messages where room = '6123'") >= 3);
    }

    [Fact]
    public async Task Lamps_are_right_again_after_a_restart_of_Asterisk_of_the_worker_and_of_the_phone_and_for_a_phone_that_was_away()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1226", "7121"], ownProcess: true);
        await hotel.CliDoneAsync("message", "take", "1226", "--text", "x");
        await hotel.CliDoneAsync("message", "take", "7121", "--text", "x");
        await hotel.Phones.WaitForLampAsync("1226", "yes 1/0");
        // The phone that was unplugged when it was left.
        await hotel.Phones.RegisterAsync(300, "7121");
        await hotel.Phones.WaitForLampAsync("7121", "yes 1/0");
        var told = hotel.Phones.MessageLamp("1226").Length;
        await hotel.Phones.RegisterAsync(300, "1226");
        Assert.True(await Eventually.TrueAsync(() => hotel.Phones.MessageLamp("1226").Length > told, TimeSpan.FromSeconds(5)), "the phone that was restarted was not told");
        told = hotel.Phones.MessageLamp("1226").Length;
        await hotel.Pbx.StopAsync();
        await hotel.Pbx.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => hotel.Phones.MessageLamp("1226").Length > told, TimeSpan.FromSeconds(20)), hotel.Worker.Log);
        await hotel.Phones.WaitForLampAsync("1226", "yes 1/0");
        // Ended while the PBX is away: dark when it is back.
        await hotel.Pbx.StopAsync();
        await hotel.CliDoneAsync("message", "deliver", "1");
        Assert.Contains("The PBX cannot be reached", await hotel.CliDoneAsync("message", "take", "7121", "--text", "y"), StringComparison.Ordinal);
        await hotel.Pbx.StartAsync();
        await hotel.Phones.WaitForLampAsync("1226", "no 0/0", seconds: 20);
        await hotel.Phones.WaitForLampAsync("7121", "yes 2/0");
        await hotel.Worker.KillAsync(nextBeside: true);
        await hotel.Worker.StartAsync();
        await hotel.Worker.WaitForLogAsync("PBX main ready", times: 2);
        await hotel.Phones.WaitForLampAsync("7121", "yes 2/0");
        await hotel.Phones.WaitForLampAsync("1226", "no 0/0");
    }

    [Fact]
    public async Task At_check_out_what_was_not_collected_is_said_the_next_guest_never_hears_it_and_it_goes_with_its_recording()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["6124", "1227", "1228"], new Dictionary<string, string> { ["Messages:AfterCheckOut"] = "00:00:25" });
        hotel.Pbx.ShortenPrompts();
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "6124", guestName = "Wang" });
        await hotel.Phones.CallAsync("1227", "6124", LeavesAMessage);
        await MessagesAreAsync(hotel, "1 6124 Waiting caller");
        await hotel.CliDoneAsync("message", "take", "6124", "--text", "x");
        await hotel.Phones.WaitForLampAsync("6124", "yes 2/0");
        var moved = await hotel.CliDoneAsync("stay", "move", "6124", "1228");
        Assert.Contains("2 messages (1, 2) go along to room 1228", moved, StringComparison.Ordinal);
        await hotel.Phones.WaitForLampAsync("6124", "no 0/0");
        await hotel.Phones.WaitForLampAsync("1228", "yes 2/0");
        var left = await hotel.CliDoneAsync("stay", "check-out", "1228");
        Assert.Contains("2 messages were not collected (1, 2)", left, StringComparison.Ordinal);
        await hotel.Phones.WaitForLampAsync("1228", "no 0/0");
        // The next guest: nothing to hear, though the last one's is there still.
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1228", guestName = "Sun" });
        await hotel.Pbx.CommandAsync("logger add channel prompts verbose(3)");
        await hotel.Phones.CallAsync("1228", "*98", "--for", "8000");
        var heard = (await File.ReadAllLinesAsync(Path.Combine(hotel.Pbx.Folder, "log", "prompts"))).Where(l => l.Contains("<PJSIP/1228-", StringComparison.Ordinal) && l.Contains("Playing '", StringComparison.Ordinal)).ToList();
        Assert.Contains(heard, l => l.Contains("switchboard/messages-none.", StringComparison.Ordinal));
        Assert.DoesNotContain(heard, l => !l.Contains("switchboard/messages-none.", StringComparison.Ordinal));
        Assert.Single(Recordings(hotel));
        Assert.Contains("guest gone", await hotel.CliDoneAsync("message", "list", "--open"), StringComparison.Ordinal);
        await hotel.CliDoneAsync("message", "handover", "2", "--to", "the agency");
        Assert.True(await Eventually.TrueAsync(() => Recordings(hotel).Length == 0, TimeSpan.FromSeconds(60)), hotel.Worker.Log);
        await MessagesAreAsync(hotel, "1 1228 Deleted caller", "2 1228 Closed operator");
        Assert.Equal("not collected before check-out", await hotel.QueryAsync<string>("select end_reason from messages where number = 1"));
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from message_events where what like 'heard%'"));
    }

    [Fact]
    public async Task What_was_recorded_for_a_guest_who_has_left_by_the_time_it_is_taken_over_is_not_the_next_guests()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1239"]);
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1239", guestName = "Wang" });
        var then = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 1;
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-out", new { room = "1239" });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1239", guestName = "Sun" });
        await hotel.Worker.StopAsync();
        await hotel.Pbx.CommandAsync($"database put switchboard_message {then}-1764137000-1 done:{then}:room:1239:7::1764137000.1");
        // And one for the guest of now, taken down by a PBX that did not know its rooms.
        await hotel.Pbx.CommandAsync($"database put switchboard_message {then + 60_000}-1764137000-2 done:{then + 60_000}:house:1239:7::1764137000.2");
        await hotel.Worker.StartAsync();
        await MessagesAreAsync(hotel, "1 1239 Waiting caller", "2 1239 Waiting caller");
        Assert.Equal("Wang True, Sun", await hotel.QueryAsync<string>("select string_agg(concat_ws(' ', m.guest_name, case when m.left_at is not null and s.checked_out_at is not null then 'True' end), ', ' order by m.taken_at) from messages m join stays s on s.id = m.stay_id"));
        Assert.Contains("a guest who has left room 1239", await hotel.CliDoneAsync("notices", "--kind", "message"), StringComparison.Ordinal);
        Assert.True(await Eventually.TrueAsync(async () => await hotel.Pbx.CommandAsync("database get switchboard_lamp 1239") == "Value: 1", TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task What_was_recorded_for_a_guest_who_has_moved_by_the_time_it_is_taken_over_goes_where_he_is_and_who_moved_in_since_never_hears_it()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1241", "1242", "1243", "1244"]);
        foreach (var (room, guestName) in ((string, string)[])[("1241", "Wang"), ("1243", "Ma"), ("1244", "Chen")]) await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room, guestName });
        var then = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 1;
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/move", new { room = "1241", to = "1242" });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1241", guestName = "Sun" });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-out", new { room = "1243" });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/move", new { room = "1244", to = "1243" });
        await hotel.Worker.StopAsync();
        await hotel.Pbx.CommandAsync($"database put switchboard_message {then}-1764137000-1 done:{then}:room:1241:7::1764137000.1");
        await hotel.Pbx.CommandAsync($"database put switchboard_message {then}-1764137000-2 done:{then}:room:1243:7::1764137000.2");
        await hotel.Worker.StartAsync();
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select string_agg(concat_ws(' ', room, guest_name, case when left_at is not null then 'left' end), ', ' order by recording) from messages")
            == "1242 Wang, 1243 Ma left", TimeSpan.FromSeconds(20)), hotel.Worker.Log);
        await hotel.Phones.WaitForLampAsync("1242", "yes 1/0");
        Assert.True(await Eventually.TrueAsync(async () => (await hotel.Pbx.CommandAsync("database show switchboard_lamp")).Contains("\n1 results", StringComparison.Ordinal), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task What_was_left_for_a_room_before_a_guest_moves_in_is_not_told_there_and_the_guests_own_is()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1245", "1246"]);
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1245", guestName = "Wang" });
        await hotel.CliDoneAsync("message", "take", "1246", "--text", "not his");
        await hotel.CliDoneAsync("message", "take", "1245", "--text", "his");
        await hotel.Phones.WaitForLampAsync("1246", "yes 1/0");
        var moved = await hotel.CliDoneAsync("stay", "move", "1245", "1246");
        Assert.Contains("message 1 was left for room 1246 before", moved, StringComparison.Ordinal);
        Assert.Contains("1 message (2) goes along to room 1246", moved, StringComparison.Ordinal);
        Assert.Equal("1 1246 left, 2 1246", await hotel.QueryAsync<string>("select string_agg(concat_ws(' ', number, room, case when left_at is not null then 'left' end), ', ' order by number) from messages"));
        Assert.Equal("left before this guest came move", await hotel.QueryAsync<string>("select what || ' ' || how from message_events e join messages m on m.id = e.message_id where number = 1 and what <> 'taken'"));
        Assert.True(await Eventually.TrueAsync(async () => (await hotel.Pbx.CommandAsync("database show switchboard_lamp")) is var lamps && lamps.Contains("/1246", StringComparison.Ordinal) && lamps.Contains("\n1 results", StringComparison.Ordinal), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_recording_that_failed_is_an_ERROR_with_its_path_and_one_whose_file_is_gone_or_changed_is_told_as_that()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1229"]);
        await hotel.Worker.StopAsync();
        await hotel.Pbx.CommandAsync("database put switchboard_message 1764137000123-1764137000-1 failed:1764137000123:room:1229:0:13800138000:1764137000.1");
        await hotel.Pbx.CommandAsync("database put switchboard_message 1764137000124-1764137000-2 done:1764137000124:room:1229:7:13800138000:1764137000.2");
        await hotel.Pbx.CommandAsync("database put switchboard_message 1764137000125-1764137000-3 done:1764137000125:house:8199:7::1764137000.3");
        await hotel.Pbx.CommandAsync("database put switchboard_message 1764137000126-1764137000-4 empty:1764137000126:room:1229:0::1764137000.4");
        await hotel.Pbx.CommandAsync("database put switchboard_message 1764137000127-1764137000-5 recording:1764137000127:room:1229:0::1764137000.5");
        await hotel.Pbx.CommandAsync("database put switchboard_message 1764137000129-1764137000-7 recording:1764137000129:room:1229:0::1764137000.7");
        await hotel.Pbx.CommandAsync("database put switchboard_message 1764137000128-1764137000-6 next:1764137000128:room:1229:0::1764137000.6");
        await hotel.Pbx.CommandAsync("database put switchboard_message 1764137000130-1764137000-8 replaced:1764137000130:room:1229:7::1764137000.8");
        await File.WriteAllBytesAsync(Recording(hotel, "1764137000130-1764137000-8"), new byte[100]);
        await File.WriteAllBytesAsync(Recording(hotel, "1764137000128-1764137000-6"), new byte[100]);
        // Too large to be read: nobody knows whether it is silence.
        await using (var large = File.Create(Recording(hotel, "1764137000129-1764137000-7"))) large.SetLength(65L * 1024 * 1024);
        await File.WriteAllBytesAsync(Recording(hotel, "1764137000125-1764137000-3"), new byte[100]);
        await File.WriteAllBytesAsync(Recording(hotel, "1764137000126-1764137000-4"), new byte[44]);
        await hotel.Worker.StartAsync();
        await hotel.Worker.WaitForLogAsync(Recording(hotel, "1764137000124-1764137000-2") + " is not there");
        Assert.Matches($"EROR .*could not be recorded as {Recording(hotel, "1764137000123-1764137000-1")}", hotel.Worker.Log);
        await hotel.Worker.WaitForLogAsync("switchboard_message/1764137000128-1764137000-6 is not of a known shape");
        await hotel.Worker.WaitForLogAsync($"{Recording(hotel, "1764137000129-1764137000-7")} cannot be read");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select string_agg(coalesce(room, extension) || ' ' || state || ' ' || coalesce(caller_number, '-'), ', ' order by taken_at) from messages")
            == "1229 Closed 13800138000, 1229 Waiting 13800138000, 8199 Waiting -", TimeSpan.FromSeconds(5)), hotel.Worker.Log);
        Assert.Equal(1, await hotel.QueryAsync<long>("select count(*) from notices where kind = 'message-failed'"));
        Assert.False(File.Exists(Recording(hotel, "1764137000126-1764137000-4")));
        Assert.False(File.Exists(Recording(hotel, "1764137000130-1764137000-8")));
        Assert.True(await Eventually.TrueAsync(async () => (await hotel.Pbx.CommandAsync("database show switchboard_message")).Contains("\n2 results", StringComparison.Ordinal), TimeSpan.FromSeconds(5)), await hotel.Pbx.CommandAsync("database show switchboard_message"));
        // What nobody could judge is kept, entry and file.
        foreach (var kept in (string[])["1764137000128-1764137000-6", "1764137000129-1764137000-7"])
        {
            Assert.StartsWith("Value: ", await hotel.Pbx.CommandAsync($"database get switchboard_message {kept}"), StringComparison.Ordinal);
            Assert.True(File.Exists(Recording(hotel, kept)), kept);
        }

        var (gone, changed) = (await NumberAsync(hotel, "1764137000124-1764137000-2"), await NumberAsync(hotel, "1764137000125-1764137000-3"));
        Assert.Contains("The recording is not there", await hotel.CliDoneAsync("message", "read", $"{gone}"), StringComparison.Ordinal);
        await RefusedAsync(hotel, HttpMethod.Get, $"/api/messages/{gone}/audio", null, HttpStatusCode.NotFound, "is not there");
        await File.WriteAllBytesAsync(Recording(hotel, "1764137000125-1764137000-3"), new byte[101]);
        await RefusedAsync(hotel, HttpMethod.Get, $"/api/messages/{changed}/audio", null, HttpStatusCode.Conflict, "its checksum differs");
        Assert.DoesNotContain("13800138000", hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_taken_is_refused_with_the_field_and_what_is_allowed_and_unknown_messages_are_not_found()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1230", "1231"], new Dictionary<string, string> { ["Stays:Complete"] = "true" });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1230", guestName = "Zhao" });
        await TakeRefusedAsync(new { to = "9999", text = "x" }, HttpStatusCode.BadRequest, "must be a room of the hotel, or the key");
        await TakeRefusedAsync(new { to = "1231", text = "x" }, HttpStatusCode.Conflict, "room 1231 is vacant");
        await TakeRefusedAsync(new { to = "1230", text = "" }, HttpStatusCode.BadRequest, "must be 1 to 1000 characters");
        await TakeRefusedAsync(new { to = "1230", text = new string('x', 1001) }, HttpStatusCode.BadRequest, "must be 1 to 1000 characters");
        await TakeRefusedAsync(new { to = "1230", text = "a\u0007b" }, HttpStatusCode.BadRequest, "must be 1 to 1000 characters");
        await TakeRefusedAsync(new { to = "1230", text = "x", number = "call me" }, HttpStatusCode.BadRequest, "must be a telephone number");
        await TakeRefusedAsync(new { to = "1230", text = "x", guest = "Nobody" }, HttpStatusCode.BadRequest, "must be a part of the name of a guest in room 1230");
        await TakeRefusedAsync(new { to = "1230", text = "x", by = "10 07" }, HttpStatusCode.BadRequest, "must be a staff number");
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from messages"));
        await RefusedAsync(hotel, HttpMethod.Post, "/api/messages/17/read", new { }, HttpStatusCode.NotFound, "there is no message 17");
        await RefusedAsync(hotel, HttpMethod.Post, "/api/messages/print", new { }, HttpStatusCode.BadRequest, "must be given, or a room");
        await RefusedAsync(hotel, HttpMethod.Get, "/api/messages?room=9999", null, HttpStatusCode.BadRequest, "must be a room of the hotel");
        await hotel.CliDoneAsync("message", "take", "1230", "--text", new string('字', 1000), "--guest", "zha");
        await RefusedAsync(hotel, HttpMethod.Get, "/api/messages/1/audio", null, HttpStatusCode.Conflict, "message 1 is a text");
        // Of two who end it at once one is told who was first.
        var ends = await Task.WhenAll(new[] { "1007", "1008" }.Select(by => hotel.Worker.TrySendAsync(HttpMethod.Post, "/api/messages/1/deliver", new { by })));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], ends.Select(e => e.StatusCode).Order());
        // What was deleted says nothing to anybody.
        await hotel.CliDoneAsync("message", "take", "1230", "--text", "secret", "--from", "Mr Li");
        await hotel.CliDoneAsync("message", "delete", "2");
        await RefusedAsync(hotel, HttpMethod.Post, "/api/messages/2/read", new { }, HttpStatusCode.Conflict, "message 2 was deleted");
        await RefusedAsync(hotel, HttpMethod.Post, "/api/messages/print", new { number = 2 }, HttpStatusCode.Conflict, "message 2 was deleted");
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from messages where number = 2 and (text is not null or caller_name is not null)"));
        // Housekeeping has no business with them.
        var token = (await hotel.Worker.SendAsync(HttpMethod.Post, "/api/tokens", new { name = "hk", role = "housekeeping" })).GetProperty("token").GetString()!;
        hotel.Worker.UseToken(token);
        using var forbidden = await hotel.Worker.TrySendAsync(HttpMethod.Get, "/api/messages", null);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);

        Task TakeRefusedAsync(object asked, HttpStatusCode status, string says) => RefusedAsync(hotel, HttpMethod.Post, "/api/messages", asked, status, says);
    }

    [Fact]
    public async Task Messages_are_taken_recorded_and_ended_without_PostgreSQL_and_all_of_it_is_stored_when_it_is_back()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["6125", "1232", "1233"], staticPhones: true);
        await hotel.StartAsync();
        hotel.Pbx.ShortenPrompts();
        await hotel.CliDoneAsync("message", "take", "1232", "--text", "before");
        await postgres.KillAsync(PostgresSignal.Fast);
        await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL");
        await hotel.CliDoneAsync("message", "take", "1233", "--text", "meanwhile");
        await hotel.Phones.WaitForLampAsync("1233", "yes 1/0");
        Assert.Contains("before", await hotel.CliDoneAsync("message", "read", "1"), StringComparison.Ordinal);
        await hotel.CliDoneAsync("message", "deliver", "1");
        await hotel.Phones.WaitForLampAsync("1232", "no 0/0");
        await hotel.Phones.CallAsync("1232", "6125", LeavesAMessage);
        await hotel.Phones.WaitForLampAsync("6125", "yes 1/0");
        await hotel.Phones.CallAsync("6125", "*98", "--keys", "w8500,2", "--for", "1500");
        await hotel.Phones.WaitForLampAsync("6125", "no 0/0");
        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("PostgreSQL has everything again");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select string_agg(room || ' ' || state, ', ' order by room) from messages") == "1232 Delivered, 1233 Waiting, 6125 Heard", TimeSpan.FromSeconds(10)), hotel.Worker.Log);
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from rejected_facts"));
    }

    private static string Recording(LabHotel hotel, string id) => Path.Combine(hotel.Pbx.Folder, "spool", "switchboard-messages", id + ".wav");

    private static string[] Recordings(LabHotel hotel) => Directory.GetFiles(Path.Combine(hotel.Pbx.Folder, "spool", "switchboard-messages"), "*.wav");

    private static Task<long> NumberAsync(LabHotel hotel, string id) => hotel.QueryAsync<long>($"select number from messages where recording = '{id}.wav'");

    private static async Task MessagesAreAsync(LabHotel hotel, params string[] expected)
    {
        string? last = null;
        var wanted = string.Join(", ", expected);
        var so = await Eventually.TrueAsync(async () => (last = await hotel.QueryAsync<string>("select string_agg(concat_ws(' ', number, room, state, source), ', ' order by number) from messages")) == wanted, TimeSpan.FromSeconds(20));
        Assert.True(so, $"expected {wanted}, but: {last}\n{hotel.Worker.Log}");
    }

    private static async Task RefusedAsync(LabHotel hotel, HttpMethod method, string path, object? body, HttpStatusCode status, string says)
    {
        using var answer = await hotel.Worker.TrySendAsync(method, path, body);
        var text = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync()).ToString();
        Assert.True(answer.StatusCode == status && System.Text.RegularExpressions.Regex.Unescape(text).Contains(says, StringComparison.OrdinalIgnoreCase), $"{path}: {answer.StatusCode} {text}");
    }
}
