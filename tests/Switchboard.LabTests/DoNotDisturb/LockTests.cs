using System.Globalization;
using System.Net;
using System.Text.Json;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;

namespace Switchboard.LabTests.DoNotDisturb;

/// <summary>Rooms locked and released at the desk and at the phone: PostgreSQL and the real Asterisk hold the same, and so do callers hear.</summary>
public class LockTests(PostgresServer server)
{
    [Fact]
    public async Task A_room_locked_at_the_desk_is_locked_for_callers_at_once_and_every_operator_is_told_and_so_is_its_release()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1281", "1282", "2281"]);
        hotel.Pbx.ShortenPrompts();
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        var said = await hotel.CliDoneAsync("dnd", "set", "1281", "--guest", "Wang Wei", "--by", "1007");
        Assert.Equal("Room 1281 is locked.", said.Trim());
        Assert.Matches(@"^on:[0-9]{13}:desk:$", await ami.AstDbAsync("switchboard_dnd", "1281"));
        // The lamp.
        Assert.Equal("INUSE", await ami.AstDbAsync("CustomDevstate", "DND1281"));

        // A caller hears that the guest takes no calls, presses 0 and comes to the operator; the room never rings.
        await hotel.Phones.CallUntilAnOperatorAnswersAsync("1282", "1281", "--keys", "w1500,0,w1500,0");
        Assert.Equal(0, hotel.Phones.Calls("1281"));
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select string_agg(outcome, ',') from locked_calls where room = '1281'") == "operator", TimeSpan.FromSeconds(5)), hotel.Worker.Log);

        Assert.Contains("Wang Wei", await hotel.CliDoneAsync("dnd", "list"), StringComparison.Ordinal);
        var (code, again) = await hotel.CliAsync("dnd", "set", "1281");
        Assert.Equal(1, code);
        Assert.Contains("room 1281 is locked already, since", again, StringComparison.Ordinal);
        Assert.Equal("Room 1281 is released.", (await hotel.CliDoneAsync("dnd", "release", "1281", "--by", "1008")).Trim());
        Assert.Null(await ami.AstDbAsync("switchboard_dnd", "1281"));
        Assert.Equal("NOT_INUSE", await ami.AstDbAsync("CustomDevstate", "DND1281"));
        (code, again) = await hotel.CliAsync("dnd", "release", "1281");
        Assert.Equal((1, "error: room 1281 is not locked"), (code, again.Trim().TrimEnd('.').Replace("Room", "room", StringComparison.Ordinal)));
        await hotel.Phones.CallAsync("2281", "1281", "--for", "300");
        Assert.Equal(1, hotel.Phones.Calls("1281"));

        Assert.Equal("bootstrap/1007 desk, bootstrap/1008 desk, effective both", await hotel.QueryAsync<string>("""
            select format('%s %s, %s %s, effective %s', set_by, set_how, released_by, released_how,
              case when effective_at - set_at < interval '1 s' and release_effective_at - released_at < interval '1 s' then 'both' else 'late' end) from room_locks
            """));
        Assert.Equal("dnd-set, call-returned, dnd-released", await hotel.QueryAsync<string>("select string_agg(kind, ', ' order by at) from notices where room = '1281'"));
        var history = await hotel.CliDoneAsync("dnd", "history", "1281");
        Assert.Contains("call: operator", history, StringComparison.Ordinal);
        // Who may not know guests' names learns none, and the log has none either.
        var token = (await hotel.Worker.SendAsync(HttpMethod.Post, "/api/tokens", new { name = "hk", role = "housekeeping" })).GetProperty("token").GetString()!;
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/1281", new { guest = "Wang Wei" });
        hotel.Worker.UseToken(token);
        var list = await hotel.Worker.GetAsync("/api/dnd");
        Assert.Equal(JsonValueKind.Null, list[0].GetProperty("guest").ValueKind);
        Assert.DoesNotContain("Wang", hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_locks_and_releases_at_the_phone_also_while_the_worker_is_away_and_the_newer_change_counts()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1283", "1284"]);
        hotel.Pbx.ShortenPrompts();
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1283", guestName = "Li Na" });
        await hotel.Phones.CallAsync("1283", "*78", "--for", "200");
        await LocksAreAsync(hotel, "1283 Li Na guest open");
        await hotel.Phones.CallAsync("1283", "*79", "--for", "200");
        await LocksAreAsync(hotel, "1283 Li Na guest guest");
        Assert.True(await Eventually.TrueAsync(async () => await ami.AstDbAsync("switchboard_dnd", "1283") is null, TimeSpan.FromSeconds(5)));
        // The desk says until then, the guest later says until I say so.
        await hotel.CliDoneAsync("dnd", "set", "1284", "--until", "2h");
        await hotel.Phones.CallAsync("1284", "*78", "--for", "200");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from room_locks where room = '1284' and until is null and released_at is null") == 1, TimeSpan.FromSeconds(5)), hotel.Worker.Log);
        await hotel.CliDoneAsync("dnd", "release", "1284");

        // The worker is away: locked at the phone, it holds for callers, and is taken over.
        await hotel.Worker.StopAsync();
        await hotel.Phones.CallAsync("1283", "*78", "--for", "200");
        await hotel.Phones.CallUntilAnOperatorAnswersAsync("1284", "1283", "--keys", "w1500,0,w1500,0");
        Assert.Equal(0, hotel.Phones.Calls("1283"));
        await hotel.Worker.StartAsync();
        await LocksAreAsync(hotel, "1283 Li Na guest guest", "1283 Li Na guest open", "1284 - desk desk");
        // Released at the desk; away again, locked and released at the phone; then released once more, which says so.
        await hotel.CliDoneAsync("dnd", "release", "1283");
        await hotel.Worker.StopAsync();
        await hotel.Phones.CallAsync("1284", "*78", "--for", "200");
        await hotel.Phones.CallAsync("1284", "*79", "--for", "200");
        await hotel.Worker.StartAsync();
        await hotel.Worker.WaitForLogAsync("AstDB of PBX main differed", times: 2);
        await LocksAreAsync(hotel, "1283 Li Na guest guest", "1283 Li Na guest desk", "1284 - desk desk");
        Assert.True(await Eventually.TrueAsync(async () => await ami.AstDbAsync("switchboard_dnd", "1284") is null, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Locked_while_the_PBX_cannot_be_reached_it_is_pending_said_so_and_applied_when_it_is_back()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1285", "1286", "1287"]);
        await hotel.Pbx.StartAsync();
        using var wire = new LabRelay(hotel.Pbx.AmiPort);
        hotel.Worker.Set("Pbx:Port", wire.Port.ToString(CultureInfo.InvariantCulture));
        await hotel.StartAsync(pbxIsThere: true);
        hotel.Pbx.ShortenPrompts();
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        await hotel.CliDoneAsync("dnd", "set", "1287");
        // Only what was said when the wire is cut is to be pending.
        Assert.True(await Eventually.TrueAsync(() => hotel.NothingWaitsForPbxAsync(), TimeSpan.FromSeconds(10)), hotel.Worker.Log);
        wire.BecomeBlackHole();
        wire.Reset();
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached");
        var said = await hotel.CliDoneAsync("dnd", "set", "1285");
        Assert.Contains("Room 1285 is locked, PENDING.", said, StringComparison.Ordinal);
        Assert.Contains("takes effect as soon as it is back", said, StringComparison.Ordinal);
        Assert.Contains("pending", await hotel.CliDoneAsync("dnd", "list"), StringComparison.Ordinal);
        Assert.Contains("PENDING", await hotel.CliDoneAsync("dnd", "release", "1287"), StringComparison.Ordinal);
        // The guest of 1286 presses meanwhile, and the one of 1285 presses *79 later than the desk locked: his word is the newer one.
        await hotel.Phones.CallAsync("1286", "*78", "--for", "200");
        await hotel.Phones.CallAsync("1285", "*79", "--for", "200");
        Assert.NotNull(await ami.AstDbAsync("switchboard_dnd", "1287"));
        wire.Heal();
        await hotel.Worker.WaitForLogAsync("Over after", seconds: 30);
        await LocksAreAsync(hotel, "1285 - desk guest", "1286 - guest open", "1287 - desk desk");
        Assert.True(await Eventually.TrueAsync(async () => await ami.AstDbAsync("switchboard_dnd", "1287") is null && await ami.AstDbAsync("switchboard_dnd", "1285") is null, TimeSpan.FromSeconds(5)));
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("select string_agg(room, ',') from notices where kind = 'dnd-applied'") == "1287", TimeSpan.FromSeconds(5)), hotel.Worker.Log);
        Assert.Contains("room 1287 is released now", await hotel.CliDoneAsync("notices", "--kind", "dnd-applied"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_with_an_end_releases_itself_on_time_also_when_the_worker_is_away_just_then()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1288", "1289"]);
        hotel.Pbx.ShortenPrompts();
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/1288", new { until = At(4) });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/1289", new { until = At(9) });
        await LocksAreAsync(hotel, "1288 - desk expired", "1289 - desk open");
        Assert.True(await Eventually.TrueAsync(async () => await ami.AstDbAsync("switchboard_dnd", "1288") is null, TimeSpan.FromSeconds(2)));
        await hotel.Worker.StopAsync();
        // Nobody carries it out, and callers come through all the same.
        var until = await hotel.QueryAsync<DateTime>("select until from room_locks where room = '1289'");
        Assert.True(await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow().UtcDateTime > until, TimeSpan.FromSeconds(12)));
        await hotel.Phones.CallAsync("1288", "1289", "--for", "300");
        Assert.Equal(1, hotel.Phones.Calls("1289"));
        await hotel.Worker.StartAsync();
        await LocksAreAsync(hotel, "1288 - desk expired", "1289 - desk expired");
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from room_locks where released_at <> until"));
    }

    [Fact]
    public async Task A_room_locked_for_long_is_reported_for_a_welfare_check_and_again_until_somebody_has_looked()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1290", "1291"], new Dictionary<string, string> { ["DoNotDisturb:WelfareCheckAfter"] = "00:00:03" });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/1290", new { });
        await hotel.Worker.WaitForLogAsync("a welfare check is due, duty-manager of the directory cannot be told from here: the duty manager is to be told. Do:");
        await hotel.Worker.WaitForLogAsync("Room 1290 is locked since", times: 2);
        Assert.Contains("1290", await hotel.CliDoneAsync("dnd", "report"), StringComparison.Ordinal);
        await hotel.CliDoneAsync("dnd", "check", "1290", "--name", "Chen", "--outcome", "spoke to the guest, all well");
        Assert.Equal("Chen: spoke to the guest, all well", await hotel.QueryAsync<string>("select done_by || ': ' || outcome from welfare_checks where done_at is not null limit 1"));
        var (code, said) = await hotel.CliAsync("dnd", "check", "1291", "--name", "Chen", "--outcome", "x");
        Assert.True(code == 1 && said.Contains("no welfare check of room 1291 is due", StringComparison.OrdinalIgnoreCase), said);
        await hotel.CliDoneAsync("dnd", "release", "1290");
        Assert.DoesNotContain("all well", hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_duty_manager_is_called_for_a_welfare_check_and_key_1_says_that_they_know_while_the_check_stays_due()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["2287", "1288"], new Dictionary<string, string>
        {
            ["DoNotDisturb:WelfareCheckAfter"] = "00:00:20",
            ["Speech:Command:0"] = Path.Combine(LabFiles.Root, "deploy", "say"),
        });
        hotel.Pbx.ShortenPrompts();
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/directory/import", DutyManager("1288"));
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/2287", new { });
        await hotel.Worker.WaitForLogAsync("a welfare check is due, duty-manager is being told. Do:", seconds: 40);
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from deliveries where state = 'Acknowledged' and ended_by = 'duty-manager' and ended_how = 'key'") > 0, TimeSpan.FromSeconds(60)), hotel.Worker.Log);
        Assert.True(await hotel.QueryAsync<long>("select count(*) from room_lock_events where what = 'welfare check: told' and by = 'duty-manager'") > 0);
        // That somebody knows is not yet that somebody has looked.
        Assert.Contains("2287", await hotel.CliDoneAsync("dnd", "report"), StringComparison.Ordinal);
        Assert.Contains("welfare check: told", await hotel.CliDoneAsync("dnd", "history", "2287"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_called_any_more_for_a_welfare_check_that_is_done_asked_for_anew_or_of_a_room_that_was_released()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["2287", "2288", "5188"], new Dictionary<string, string>
        {
            ["DoNotDisturb:WelfareCheckAfter"] = "00:00:06",
            ["Deliveries:RingTime"] = "00:00:02",
            ["Deliveries:Pause"] = "00:00:01",
        });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/directory/import", DutyManager("5188"));
        foreach (var room in (string[])["2287", "2288"]) await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/dnd/{room}", new { });
        foreach (var room in (string[])["2287", "2288"]) await hotel.Worker.WaitForLogAsync($"Room {room} is locked since", times: 2, seconds: 30);
        Assert.Equal(1, await hotel.QueryAsync<long>($"{DeliveriesOf("2287")} and d.ended_at is null"));
        Assert.True(await hotel.QueryAsync<long>($"{DeliveriesOf("2287")} and d.ended_how = 'asked for again'") > 0);
        Assert.Contains("duty-manager is being told again: nobody has acknowledged the last one", hotel.Worker.Log, StringComparison.Ordinal);

        await hotel.CliDoneAsync("dnd", "check", "2287", "--name", "Chen", "--outcome", "all well");
        Assert.Equal(1, await hotel.QueryAsync<long>($"{DeliveriesOf("2287")} and d.ended_how = 'the check is done'"));
        await hotel.CliDoneAsync("dnd", "release", "2287");
        await hotel.CliDoneAsync("dnd", "release", "2288");
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>($"{DeliveriesOf("2288")} and d.ended_how = 'there is nothing left to deliver'") == 1, TimeSpan.FromSeconds(20)), hotel.Worker.Log);
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<long>("select count(*) from deliveries where ended_at is null") == 0, TimeSpan.FromSeconds(20)), hotel.Worker.Log);
        Assert.True(hotel.Phones.Calls("5188") > 0);
    }

    [Fact]
    public async Task What_cannot_be_locked_is_refused_with_the_field_and_what_is_allowed()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1292", "1293"], new Dictionary<string, string> { ["Stays:Complete"] = "true" });
        await RefusedAsync(hotel, "9999", new { }, HttpStatusCode.BadRequest, "must be a room of the hotel");
        await RefusedAsync(hotel, "1292", new { }, HttpStatusCode.Conflict, "room 1292 is vacant");
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1292", guestName = "Zhao" });
        await RefusedAsync(hotel, "1292", new { until = "2020-01-01T10:00" }, HttpStatusCode.BadRequest, "is past: it is");
        await RefusedAsync(hotel, "1292", new { until = "tomorrow" }, HttpStatusCode.BadRequest, "must be a time on the hotel's clocks");
        await RefusedAsync(hotel, "1292", new { until = "99999h" }, HttpStatusCode.BadRequest, "must be by");
        await RefusedAsync(hotel, "1292", new { guest = "a\nb" }, HttpStatusCode.BadRequest, "must be 1 to 100 characters on one line");
        await RefusedAsync(hotel, "1292", new { by = "10 07" }, HttpStatusCode.BadRequest, "must be a staff number");
        await RefusedAsync(hotel, "1292/release", new { }, HttpStatusCode.Conflict, "room 1292 is not locked");
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from room_locks"));
    }

    [Fact]
    public async Task Rooms_are_locked_and_released_without_PostgreSQL_and_all_of_it_is_stored_when_it_is_back()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1294", "1295", "1296"], staticPhones: true);
        await hotel.StartAsync();
        hotel.Pbx.ShortenPrompts();
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/1294", new { guest = "Sun" });
        await postgres.KillAsync(PostgresSignal.Fast);
        // In the moment in which nobody knows yet that it has gone.
        await hotel.Phones.CallAsync("1296", "110", "--for", "300");
        await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL");
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/1294/release", new { by = "1007" });
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/dnd/1295", new { until = "2h" });
        await hotel.Phones.CallAsync("1296", "*78", "--for", "200");
        Assert.True(await Eventually.TrueAsync(async () => (await hotel.Worker.GetAsync("/api/dnd")).GetArrayLength() == 2, TimeSpan.FromSeconds(5)), hotel.Worker.Log);
        Assert.NotNull(await ami.AstDbAsync("switchboard_dnd", "1295"));
        Assert.Null(await ami.AstDbAsync("switchboard_dnd", "1294"));
        await postgres.StartAsync();
        await hotel.Worker.WaitForLogAsync("PostgreSQL has everything again");
        await LocksAreAsync(hotel, "1294 Sun desk desk", "1295 - desk open", "1296 - guest open");
        Assert.Equal("1296 110 1", await hotel.QueryAsync<string>("select room || ' ' || number || ' ' || (select count(*) from notices where kind = 'emergency-call') from outside_calls"));
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from rejected_facts"));
    }

    [Fact]
    public async Task A_stays_end_releases_its_room_and_bars_the_phone_and_a_move_takes_lock_level_and_forwarding_along()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1297", "1298", "1299"], new Dictionary<string, string> { ["Stays:Complete"] = "true" });
        hotel.Pbx.ShortenPrompts();
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        await AstDbIsAsync(ami, "switchboard_room", "1297", "0:0:en:PJSIP/1297");
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1297", guestName = "Qian", language = "zh", level = 2 });
        await AstDbIsAsync(ami, "switchboard_room", "1297", "1:2:zh:PJSIP/1297");
        await hotel.CliDoneAsync("forward", "set", "1297", "1299");
        await hotel.CliDoneAsync("dnd", "set", "1297");
        var moved = await hotel.CliDoneAsync("stay", "move", "1297", "1298");
        Assert.Contains("do not disturb goes along to room 1298", moved, StringComparison.Ordinal);
        await AstDbIsAsync(ami, "switchboard_room", "1298", "1:2:zh:PJSIP/1298");
        await AstDbIsAsync(ami, "switchboard_room", "1297", "0:0:en:PJSIP/1297");
        await AstDbIsAsync(ami, "switchboard_dnd", "1297", null);
        await AstDbIsAsync(ami, "switchboard_forward", "1297", null);
        Assert.EndsWith(":desk:1299", await ami.AstDbAsync("switchboard_forward", "1298"), StringComparison.Ordinal);
        Assert.StartsWith("on:", await ami.AstDbAsync("switchboard_dnd", "1298"), StringComparison.Ordinal);
        var gone = await hotel.CliDoneAsync("stay", "check-out", "1298");
        Assert.Contains("do not disturb released", gone, StringComparison.Ordinal);
        await AstDbIsAsync(ami, "switchboard_room", "1298", "0:0:en:PJSIP/1298");
        await AstDbIsAsync(ami, "switchboard_dnd", "1298", null);
        await AstDbIsAsync(ami, "switchboard_forward", "1298", null);
        Assert.Equal("level 2>0 check-out, forward 1299>- check-out", await hotel.QueryAsync<string>("""
            select string_agg(format('%s %s>%s %s', what, coalesce(from_value, '-'), coalesce(to_value, '-'), how), ', ' order by id) from extension_changes where room = '1298' and how = 'check-out'
            """));
        var (code, said) = await hotel.CliAsync("level", "set", "1298", "3");
        Assert.True(code == 1 && said.Contains("is vacant", StringComparison.Ordinal), said);
    }

    [Fact]
    public async Task What_a_guest_pressed_who_has_left_meanwhile_is_not_the_next_guests_and_a_check_in_begins_with_nothing_left_over()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1321", "1322", "1323"], new Dictionary<string, string> { ["Stays:Complete"] = "true" });
        await hotel.Pbx.StartAsync();
        using var wire = new LabRelay(hotel.Pbx.AmiPort);
        hotel.Worker.Set("Pbx:Port", wire.Port.ToString(CultureInfo.InvariantCulture));
        await hotel.StartAsync(pbxIsThere: true);
        hotel.Pbx.ShortenPrompts();
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        foreach (var room in (string[])["1321", "1322", "1323"]) await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room, guestName = "Feng" });
        await AstDbIsAsync(ami, "switchboard_room", "1323", "1:1:en:PJSIP/1323");
        wire.BecomeBlackHole();
        wire.Reset();
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached");
        await hotel.Phones.CallAsync("1321", "*78", "--for", "200");
        await hotel.Phones.CallAsync("1322", "*721323", "--for", "200");
        foreach (var room in (string[])["1321", "1322"])
        {
            await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-out", new { room });
            await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room, guestName = "Chu" });
        }

        wire.Heal();
        await hotel.Worker.WaitForLogAsync("Over after", seconds: 30);
        await AstDbIsAsync(ami, "switchboard_dnd", "1321", null, 15);
        await AstDbIsAsync(ami, "switchboard_forward", "1322", null, 15);
        Assert.Equal("0 0", await hotel.QueryAsync<string>("select (select count(*) from room_locks) || ' ' || (select count(*) from extension_states where forward_to is not null)"));
        // Forwarded and locked by the desk for a room that nobody stays in: not what the next guest finds.
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-out", new { room = "1323" });
        await hotel.CliDoneAsync("forward", "set", "1323", "1321");
        Assert.Contains("forwarding to 1321 ended", await hotel.CliDoneAsync("stay", "check-in", "1323", "--name", "Wei"), StringComparison.Ordinal);
        await AstDbIsAsync(ami, "switchboard_forward", "1323", null);
    }

    [Fact]
    public async Task Where_not_every_guest_is_checked_in_the_key_of_one_who_has_left_since_locks_no_room_and_an_unknown_guests_does()
    {
        await using var hotel = await LabHotel.BuildAsync(server, ["1326", "1327"]);
        await hotel.Pbx.StartAsync();
        using var wire = new LabRelay(hotel.Pbx.AmiPort);
        hotel.Worker.Set("Pbx:Port", wire.Port.ToString(CultureInfo.InvariantCulture));
        await hotel.StartAsync(pbxIsThere: true);
        hotel.Pbx.ShortenPrompts();
        await using var ami = await LabAmi.ConnectAsync(hotel.Pbx);
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-in", new { room = "1326", guestName = "Feng" });
        await Eventually.TrueAsync(async () => await ami.AstDbAsync("switchboard_room", "1326") is ['1', ..], TimeSpan.FromSeconds(10));
        wire.BecomeBlackHole();
        wire.Reset();
        await hotel.Worker.WaitForLogAsync("PBX main cannot be reached");
        foreach (var room in (string[])["1326", "1327"]) await hotel.Phones.CallAsync(room, "*78", "--for", "200");
        await hotel.Worker.SendAsync(HttpMethod.Post, "/api/stays/check-out", new { room = "1326" });
        wire.Heal();
        await hotel.Worker.WaitForLogAsync("Over after", seconds: 30);
        await AstDbIsAsync(ami, "switchboard_dnd", "1326", null, 15);
        await LocksAreAsync(hotel, "1327 - guest open");
    }

    [Fact]
    public async Task What_the_dialplan_told_while_nobody_listened_is_read_from_the_PBXs_own_file_once()
    {
        await using var hotel = await LabHotel.OpenAsync(server, ["1324", "1325"], ownProcess: true);
        hotel.Pbx.ShortenPrompts();
        await hotel.CliDoneAsync("dnd", "set", "1324");
        await hotel.Phones.CallAsync("1325", "1324", "--keys", "w1500,0", "--for", "1500");
        await hotel.Worker.WaitForLogAsync("Call to locked room 1324");
        await hotel.Worker.KillAsync(nextBeside: true);
        await hotel.Phones.CallAsync("1325", "110", "--for", "1000");
        await hotel.Phones.CallAsync("1325", "1324", "--keys", "w1500,0", "--for", "1500");
        await hotel.Worker.StartAsync();
        Assert.True(await Eventually.TrueAsync(async () => await hotel.QueryAsync<string>("""
            select (select string_agg(outcome, ',') from locked_calls) || ' ' || (select string_agg(room || ' ' || number || ' ' || outcome, ',') from outside_calls) || ' '
              || (select count(*) from notices where kind = 'emergency-call')
            """) == "operator,operator 1325 110 emergency 1", TimeSpan.FromSeconds(20)), hotel.Worker.Log);
    }

    private static string At(int seconds) => LabHotel.HotelTime(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    private static async Task AstDbIsAsync(LabAmi ami, string family, string key, string? value, int seconds = 5)
    {
        string? last = null;
        Assert.True(await Eventually.TrueAsync(async () => (last = await ami.AstDbAsync(family, key)) == value, TimeSpan.FromSeconds(seconds)), $"{family}/{key} is '{last}', not '{value}'");
    }

    /// <summary>Room, guest, how set and how released of every lock, in order.</summary>
    private static async Task LocksAreAsync(LabHotel hotel, params string[] locks)
    {
        string? last = null;
        Assert.True(await Eventually.TrueAsync(async () => (last = await hotel.QueryAsync<string>(
            "select string_agg(format('%s %s %s %s', room, coalesce(guest_name, '-'), set_how, coalesce(released_how, 'open')), ', ' order by room, set_at) from room_locks")) == string.Join(", ", locks), TimeSpan.FromSeconds(12)),
            $"{last}\n{hotel.Worker.Log}");
    }

    private static async Task RefusedAsync(LabHotel hotel, string path, object body, HttpStatusCode status, string says)
    {
        using var answer = await hotel.Worker.TrySendAsync(HttpMethod.Post, $"/api/dnd/{path}", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status && text.Contains(says, StringComparison.Ordinal), $"{(int)answer.StatusCode} {text}");
    }

    private static string DutyManager(string extension) => $"key,name,title,extension,hours,mobile,mail,deputy,languages\nduty-manager,Li Min,Duty Manager,{extension},,,,,en\n";

    private static string DeliveriesOf(string room) => $"select count(*) from deliveries d join welfare_checks c on c.id = d.subject where c.room = '{room}'";
}
