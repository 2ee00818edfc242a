using System.Globalization;
using System.Net;
using System.Text.Json;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.Stays;

/// <summary>Guests come, move and leave, and their wake-ups with them: real phones, real database.</summary>
public class StayTests(PostgresServer server)
{
    [Fact]
    public async Task A_guest_who_checks_out_while_the_phone_rings_is_hung_up_on_and_the_next_guest_is_never_rung()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["5131"]);
        await CheckInAsync(hotel, "5131", "Ann Miller");
        var ringing = await hotel.BookAsync("5131");
        var later = await hotel.BookAsync("5131", LabHotel.HotelTime(3600));
        await hotel.Phones.WaitForAsync("5131", "RINGING");

        var done = await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-out", new { room = "5131", by = "1007" });
        Assert.Equal([$"wake-up {ringing} at {await ClockOf(hotel, ringing)} cancelled", $"wake-up {later} at {await ClockOf(hotel, later)} cancelled", "outside calls barred"], NotesOf(done));
        await hotel.Phones.WaitForAsync("5131", "CANCEL");
        await CheckInAsync(hotel, "5131", "王小明");

        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from wake_up_attempts where outcome = 'Cancelled'") == 1, TimeSpan.FromSeconds(10)), hotel.Worker.Log);
        Assert.Equal("Cancelled guest checked out bootstrap/1007", await hotel.QueryAsync<string>(
            $"select c.state || ' ' || t.cause || ' ' || t.by from wake_up_calls c join wake_up_transitions t on t.wake_up_call_id = c.id and t.to_state = 'Cancelled' where c.number = {ringing}"));
        Assert.Null(await hotel.KnockEntryAsync("5131"));
        // Its pause of 2 s is over when another one has rung and ended; the new guest was called for that one only.
        var own = await hotel.BookAsync("5131");
        await hotel.WaitForStateAsync(own, "Unanswered");
        Assert.Equal(4, hotel.Phones.Calls("5131"));
        foreach (var name in (string[])["Miller", "王小明"]) Assert.DoesNotContain(name, hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_who_moves_is_rung_in_the_new_room_even_from_one_moment_to_the_next()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["5132", "1132", "1133"]);
        var stay = await CheckInAsync(hotel, "5132", "Ann Miller");
        var ringing = await hotel.BookAsync("5132");
        await hotel.Phones.WaitForAsync("5132", "RINGING");

        var moved = await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/stays/{stay}/move", new { to = "1132", by = "1007" });
        Assert.Equal([$"wake-up {ringing} at {await ClockOf(hotel, ringing)} goes to room 1132", "long-distance level 1 goes along"], NotesOf(moved));
        var detail = await hotel.WaitForStateAsync(ringing, "Confirmed");
        Assert.Equal("1132", detail.GetProperty("call").GetProperty("room").GetString());
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select string_agg(outcome, ',' order by number) from wake_up_attempts") == "Cancelled,Confirmed", TimeSpan.FromSeconds(10)), hotel.Worker.Log);
        Assert.Equal((1, 1), (hotel.Phones.Calls("5132"), hotel.Phones.Calls("1132")));

        // What is booked goes along; for a minute that the new room has already one is enough.
        var at = LabHotel.HotelTime(7200);
        var (kept, met) = (await hotel.BookAsync("1133", at), await hotel.BookAsync("1132", at));
        var soon = await hotel.BookAsync("1132", LabHotel.HotelTime(4));
        moved = await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/move", new { room = "1132", to = "1133" });
        Assert.Equal([$"wake-up {soon} at {await ClockOf(hotel, soon)} goes to room 1133", $"wake-up {met} at {await ClockOf(hotel, met)} cancelled: room 1133 has wake-up {kept} for that time", $"wake-up {kept} at {await ClockOf(hotel, kept)} was booked for room 1133 before", "long-distance level 1 goes along"], NotesOf(moved));
        await hotel.WaitForStateAsync(soon, "Confirmed");
        Assert.Equal((1, 1), (hotel.Phones.Calls("1132"), hotel.Phones.Calls("1133")));
        Assert.Equal("CheckedIn 5132, Moved 5132-1132, Moved 1132-1133", await hotel.QueryAsync<string>("select string_agg(concat_ws('-', step || ' ' || room, to_room), ', ' order by id) from stay_events"));
        var history = await hotel.CliDoneAsync("stay", "history", "1132");
        Assert.Contains("Ann Miller", history, StringComparison.Ordinal);
        Assert.Contains($"wake-up {ringing} at", history, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guests_who_share_a_room_keep_their_own_wake_ups_and_the_rooms_goes_with_the_last_of_them()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1134", "1135"]);
        await hotel.CliDoneAsync("stay", "check-in", "1134", "--name", "王小明", "--title", "先生", "--lang", "zh", "--by", "1007");
        Assert.Contains("room 1134 is shared: 2 guests", await hotel.CliDoneAsync("stay", "check-in", "1134", "--name", "李 Li", "--by", "1007"), StringComparison.Ordinal);
        var stays = await hotel.Worker.GetAsync("/api/stays?room=1134");
        var (wang, li) = (stays[0].GetProperty("number").GetInt64(), stays[1].GetProperty("number").GetInt64());

        var at = LabHotel.HotelTime(3600);
        var his = await BookAsync(hotel, "1134", at, wang);
        var hers = await BookAsync(hotel, "1134", at.AddMinutes(1), li);
        var rooms = await BookAsync(hotel, "1134", at.AddMinutes(2), null);
        Assert.Contains($"stays {wang}, {li}", (await hotel.Worker.SendAsync(HttpMethod.Post, "/api/wakeups/preview", new { room = "1134", time = "06:00" })).GetProperty("notices")[0].GetString(), StringComparison.Ordinal);
        // The guest's own language.
        Assert.Equal("zh", await hotel.QueryAsync<string>($"select language from wake_up_calls where number = {his}"));

        var (code, said) = await hotel.CliAsync("stay", "check-out", "1134");
        Assert.Equal(1, code);
        Assert.Contains($"2 guests, stays {wang}, {li}", said, StringComparison.Ordinal);
        Assert.DoesNotContain("小明", said, StringComparison.Ordinal);
        said = await hotel.CliDoneAsync("stay", "check-out", "1134", "--guest", "小明", "--by", "1007");
        Assert.Contains($"wake-up {his} at", said, StringComparison.Ordinal);
        Assert.Contains("room 1134 keeps 1 guest", said, StringComparison.Ordinal);
        Assert.Equal($"{hers},{rooms}", await OpenWakeUpsAsync(hotel));

        said = await hotel.CliDoneAsync("stay", "check-out", "1134", "--by", "1007");
        Assert.Contains($"wake-up {hers} at", said, StringComparison.Ordinal);
        Assert.Contains($"wake-up {rooms} at", said, StringComparison.Ordinal);
        Assert.Null(await OpenWakeUpsAsync(hotel));

        // Whoever is the last one is certain, also when both leave in the same moment.
        for (var round = 0; round < 3; round++)
        {
            var both = await Task.WhenAll(CheckInAsync(hotel, "1134", "A Guest"), CheckInAsync(hotel, "1134", "B Guest"));
            await BookAsync(hotel, "1134", at, null);
            var booking = Enumerable.Range(5, 8).Select(minute => BookAsync(hotel, "1134", at.AddMinutes(minute), null)).ToList();
            await Task.WhenAll(both.Reverse().Select(stay => hotel.Worker.SendAsync(HttpMethod.Post, $"/api/stays/{stay}/check-out", new { })));
            await Task.WhenAll(booking);
            // What was booked after the last one had left is the empty room's.
            Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from wake_up_calls where ended_at is null and (stay_id is not null or recorded_at < (select max(checked_out_at) from stays))"));
            foreach (var number in (await OpenWakeUpsAsync(hotel))?.Split(',') ?? []) await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/wakeups/{number}/cancel", new { });
        }

        // All at once, and one who has the room alone takes the room's along.
        await CheckInAsync(hotel, "1134", "A Guest");
        await CheckInAsync(hotel, "1134", "B Guest");
        await BookAsync(hotel, "1134", at, null);
        await hotel.CliDoneAsync("stay", "check-out", "1134", "--guest", "A Guest");
        await hotel.CliDoneAsync("stay", "move", "1134", "1135");
        Assert.Equal("1135 true", await hotel.QueryAsync<string>("select room || ' ' || (stay_id is not null)::text from wake_up_calls where ended_at is null"));
        await CheckInAsync(hotel, "1135", "C Guest");
        Assert.Contains("cancelled", await hotel.CliDoneAsync("stay", "check-out", "1135", "--all"), StringComparison.Ordinal);
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from stays where checked_out_at is null"));
        Assert.Contains("Nobody is checked in.", await hotel.CliDoneAsync("stay", "list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_moves_into_an_empty_room_finds_nothing_of_those_who_were_there_before()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1136", "1137"]);
        await hotel.CliDoneAsync("forward", "set", "1137", "1136");
        await hotel.CliDoneAsync("dnd", "set", "1137");
        var before = await BookAsync(hotel, "1137", LabHotel.HotelTime(3600), null);
        await hotel.CliDoneAsync("stay", "check-in", "1136", "--name", "Feng");
        var said = await hotel.CliDoneAsync("stay", "move", "1136", "1137");
        Assert.Contains("forwarding of room 1137 to 1136 ended", said, StringComparison.Ordinal);
        Assert.Contains("do not disturb released in room 1137", said, StringComparison.Ordinal);
        Assert.Contains($"wake-up {before} at", said, StringComparison.Ordinal);
        Assert.Contains("was booked for room 1137 before", said, StringComparison.Ordinal);
        Assert.Equal("0 0", await hotel.QueryAsync<string>("select (select count(*) from room_locks where released_at is null) || ' ' || (select count(*) from extension_states where forward_to is not null)"));

        // Who wants not to be disturbed finds it so.
        await hotel.CliDoneAsync("dnd", "set", "1136");
        await hotel.CliDoneAsync("dnd", "set", "1137");
        Assert.Contains("room 1136 is locked already", await hotel.CliDoneAsync("stay", "move", "1137", "1136"), StringComparison.Ordinal);
        Assert.Equal("1136", await hotel.QueryAsync<string>("select string_agg(room, ',') from room_locks where released_at is null"));
    }

    [Fact]
    public async Task A_wake_up_whose_stay_has_ended_by_whatever_way_is_cancelled_when_it_is_due_and_not_dialled()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1136"]);
        await CheckInAsync(hotel, "1136", "Ann Miller");
        var left = await hotel.BookAsync("1136", LabHotel.HotelTime(15));
        await hotel.QueryAsync<object>("update stays set checked_out_at = now(), checked_out_by = 'sql'");
        var detail = await hotel.WaitForStateAsync(left, "Cancelled");
        Assert.Equal("guest checked out", detail.GetProperty("history").EnumerateArray().Last().GetProperty("cause").GetString());
        await hotel.Worker.WaitForLogAsync("its guest has checked out");
        Assert.Equal(0, hotel.Phones.Calls("1136"));
        Assert.Null(await hotel.KnockEntryAsync("1136"));
    }

    [Fact]
    public async Task Bad_input_changes_nothing_and_housekeeping_sees_rooms_without_names()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1137", "1138"]);
        await hotel.Pbx.StartAsync();
        await hotel.Worker.StartAsync();
        await hotel.ImportRoomsAsync();
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/rooms/import", "number,pbx,dial_strings\n1139,annex,PJSIP/1139\n");
        var yesterday = LabHotel.HotelTime(-86_400).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        await RefusedAsync(hotel, "check-in", new { room = "9999", guestName = "Ann" }, HttpStatusCode.BadRequest, "room '9999'");
        await RefusedAsync(hotel, "check-in", new { room = "1137" }, HttpStatusCode.BadRequest, "guestName");
        await RefusedAsync(hotel, "check-in", new { room = "1137", guestName = "Ann\r\nAction: Hangup" }, HttpStatusCode.BadRequest, "one line");
        await RefusedAsync(hotel, "check-in", new { room = "1137", guestName = new string('x', 5000) }, HttpStatusCode.BadRequest, "1 to 80 characters");
        await RefusedAsync(hotel, "check-in", new { room = "1137", guestName = "Ann", language = "fr" }, HttpStatusCode.BadRequest, "language 'fr'");
        await RefusedAsync(hotel, "check-in", new { room = "1137", guestName = "Ann", until = yesterday }, HttpStatusCode.BadRequest, "is past");
        await RefusedAsync(hotel, "check-in", new { room = "1137", guestName = "Ann", level = 4 }, HttpStatusCode.BadRequest, "level '4'");
        await RefusedAsync(hotel, "check-in", new { room = "1137", guestName = "Ann", by = "10 07" }, HttpStatusCode.BadRequest, "staff number");
        await RefusedAsync(hotel, "check-in", new { room = "1139", guestName = "Ann" }, HttpStatusCode.Conflict, "PBX annex");
        await RefusedAsync(hotel, "check-out", new { room = "1137" }, HttpStatusCode.Conflict, "obody is checked in in room 1137");
        await RefusedAsync(hotel, "move", new { room = "1137", to = "1138" }, HttpStatusCode.Conflict, "obody is checked in in room 1137");
        await RefusedAsync(hotel, "17/check-out", new { }, HttpStatusCode.NotFound, "no stay 17");
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from stays"));

        var stay = await CheckInAsync(hotel, "1137", "Ann Miller");
        await RefusedAsync(hotel, "check-in", new { room = "1137", guestName = "ann miller" }, HttpStatusCode.Conflict, "already");
        await RefusedAsync(hotel, $"{stay}/move", new { to = "1137" }, HttpStatusCode.BadRequest, "another room");
        await RefusedAsync(hotel, $"{stay}/move", new { to = "9999" }, HttpStatusCode.BadRequest, "to '9999'");
        await RefusedAsync(hotel, $"{stay}/move", new { to = "1139" }, HttpStatusCode.Conflict, "PBX annex");
        await RefusedAsync(hotel, "check-out", new { room = "1137", guest = "Bob" }, HttpStatusCode.BadRequest, "guest 'Bob'");
        await RefusedAsync(hotel, "check-out", new { room = "1137", guest = "Ann", all = true }, HttpStatusCode.BadRequest, "left out");
        using (var booking = await hotel.Worker.TrySendAsync(HttpMethod.Post, "/api/wakeups", new { room = "1137", time = "06:00", stay = stay + 1 }))
            Assert.Equal(HttpStatusCode.BadRequest, booking.StatusCode);
        Assert.Equal("1 1", await hotel.QueryAsync<string>("select (select count(*) from stays where checked_out_at is null) || ' ' || (select count(*) from stay_events)"));
        // An occupied room may be moved into.
        await CheckInAsync(hotel, "1138", "Bob");
        Assert.Equal(["room 1138 is shared: 2 guests"], NotesOf(await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/stays/{stay}/move", new { to = "1138" })));
        await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/stays/{stay}/check-out", new { });
        await RefusedAsync(hotel, $"{stay}/check-out", new { }, HttpStatusCode.Conflict, "has ended already");

        var maid = (await hotel.Worker.SendAsync(HttpMethod.Post, "/api/tokens", new { name = "maid", role = "housekeeping" })).GetProperty("token").GetString()!;
        hotel.Worker.UseToken(maid);
        var seen = Assert.Single((await hotel.Worker.GetAsync("/api/stays")).EnumerateArray());
        Assert.Equal(("1138", null), (seen.GetProperty("room").GetString(), seen.GetProperty("guestName").GetString()));
        foreach (var path in (string[])["/api/stays/history?room=1137", "/api/guests?name=bob", "/api/directory"])
        {
            using var answer = await hotel.Worker.TrySendAsync(HttpMethod.Get, path, null);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        await RefusedAsync(hotel, "check-in", new { room = "1137", guestName = "Ann" }, HttpStatusCode.Forbidden, "");
        foreach (var name in (string[])["Miller", "Bob"]) Assert.DoesNotContain(name, hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_PostgreSQL_is_away_the_guests_are_known_and_none_is_checked_in_moved_or_checked_out()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1140", "1150"], staticPhones: true);
        await hotel.StartAsync();
        await CheckInAsync(hotel, "1140", "王小明");
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/directory/import", "key,name,extension\ngm,总经理,8001\n");
        await postgres.KillAsync(PostgresSignal.Fast);
        await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL");

        Assert.Equal("王小明", Assert.Single((await hotel.Worker.GetAsync("/api/stays?room=1140")).EnumerateArray()).GetProperty("guestName").GetString());
        Assert.Equal("8001", Assert.Single((await hotel.Worker.GetAsync("/api/directory?find=" + Uri.EscapeDataString("经理"))).EnumerateArray()).GetProperty("extension").GetString());
        await RefusedAsync(hotel, "check-in", new { room = "1150", guestName = "Ann" }, HttpStatusCode.ServiceUnavailable, "The database is away: guests can be checked in");
        await RefusedAsync(hotel, "check-out", new { room = "1140" }, HttpStatusCode.ServiceUnavailable, "Nothing was stored");
        await RefusedAsync(hotel, "move", new { room = "1140", to = "1150" }, HttpStatusCode.ServiceUnavailable, "Nothing was stored");
        // Booked and asked for without it: the guest's all the same, and who asked is on record.
        var call = await hotel.BookAsync("1140");
        Assert.Equal("1140", Assert.Single((await hotel.Worker.GetAsync("/api/guests?name=" + Uri.EscapeDataString("王"))).EnumerateArray()).GetProperty("room").GetString());
        await hotel.WaitForStateAsync(call, "Confirmed");

        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("PostgreSQL has everything again");
        Assert.Equal("true 王 1", await hotel.QueryAsync<string>(
            "select (select (c.stay_id = s.id)::text from wake_up_calls c, stays s) || ' ' || (select text || ' ' || found from guest_lookups)"));
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-out", new { room = "1140" });
        Assert.Empty((await hotel.Worker.GetAsync("/api/stays")).EnumerateArray());
    }

    internal static async Task<long> CheckInAsync(LabHotel hotel, string room, string guestName) =>
        (await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room, guestName })).GetProperty("stays")[0].GetProperty("number").GetInt64();

    private static string[] NotesOf(JsonElement result) => [.. result.GetProperty("notes").EnumerateArray().Select(n => n.GetString()!)];

    private static async Task<string> ClockOf(LabHotel hotel, long number) =>
        (await hotel.QueryAsync<string>($"select case when extract(second from time) = 0 then to_char(time, 'HH24:MI') else to_char(time, 'HH24:MI:SS') end from wake_up_calls where number = {number}"))!;

    private static async Task<long> BookAsync(LabHotel hotel, string room, DateTimeOffset at, long? stay) => (await hotel.Worker.SendAsync(HttpMethod.Post, "/api/wakeups", new
    {
        room,
        time = at.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
        date = at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        stay,
    })).GetProperty("number").GetInt64();

    private static Task<string?> OpenWakeUpsAsync(LabHotel hotel) => hotel.QueryAsync<string>("select string_agg(number::text, ',' order by number) from wake_up_calls where ended_at is null");

    private static async Task RefusedAsync(LabHotel hotel, string what, object body, HttpStatusCode status, string why)
    {
        using var refused = await hotel.Worker.TrySendAsync(HttpMethod.Post, $"/api/stays/{what}", body);
        var text = JsonSerializer.Deserialize<JsonElement>(await refused.Content.ReadAsStringAsync());
        Assert.True(refused.StatusCode == status, $"{what} {JsonSerializer.Serialize(body)}: {(int)refused.StatusCode} {text}");
        Assert.Contains(why, text.TryGetProperty("detail", out var detail) ? detail.GetString() : "", StringComparison.Ordinal);
    }
}
