using Microsoft.Extensions.DependencyInjection;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.LabTests.Deliveries;

/// <summary>Messages on their way to managers: real phones that press 1 or do not, the line to outside, a mail server.</summary>
public class DeliveryTests(PostgresServer server)
{
    [Fact]
    public async Task Nobody_at_the_extension_then_the_mobile_outside_presses_1_and_it_is_known_who_has_it()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new DeliveryRig(database.ConnectionString);
        await rig.StartAsync();
        await rig.ImportAsync("general-manager,王建国 Wang Jianguo,总经理,5185,,+8613800000001,gm@hotel.example,duty-manager,en\nduty-manager,Li Min,,1185,,,,,en\n");
        var subject = await rig.RequestAsync("general-manager");
        await rig.WaitForStoryAsync(subject, "general-manager Extension NoAnswer, general-manager Mobile Acknowledged; Acknowledged by general-manager key");
        // The line was given the number as it is dialled in this country, and the deputy was left in peace.
        Assert.Equal((1, 1, 0), (rig.Phones.Calls("5185"), rig.Outside.Calls("13800000001"), rig.Phones.Calls("1185")));
        Assert.Equal("general-manager", Assert.Single(rig.Acknowledged));
        Assert.Empty(rig.Inbox.Mails);
        Assert.Equal("delivery-acknowledged", await rig.QueryAsync("select string_agg(kind, ',') from notices where kind like 'delivery%'"));
        Assert.Equal("general-manager Mobile t t t", await rig.QueryAsync("select person || ' ' || way || ' ' || string_agg(left((sent_at is not null)::text, 1) || ' ' || left((answered_at is not null)::text, 1) || ' ' || left((ended_at is not null)::text, 1), '') from delivery_attempts where outcome = 'Acknowledged' group by person, way"));
        Assert.True(rig.Pbx.Warnings().Length == 0, rig.Pbx.Warnings());
    }

    [Fact]
    public async Task A_text_is_read_aloud_at_the_extension_and_key_1_confirms_it()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new DeliveryRig(database.ConnectionString);
        await rig.StartAsync();
        await rig.Pbx.CommandAsync("logger add channel prompts verbose(3)");
        await rig.ImportAsync("housekeeping,Housekeeping,,1185,,,,,en\n");
        var subject = await rig.RequestAsync("housekeeping", "Two more pillows for the suite, please.");
        await rig.WaitForStoryAsync(subject, "housekeeping Extension Acknowledged; Acknowledged by housekeeping key");
        await rig.Phones.WaitForAsync("1185", "BYE-RECEIVED");
        var prompts = await File.ReadAllTextAsync(Path.Combine(rig.Pbx.Folder, "log", "prompts"), TestContext.Current.CancellationToken);
        foreach (var prompt in (string[])["switchboard/deliver-for", "switchboard/n-8", "/say-", "switchboard/deliver-thanks"]) Assert.Contains(prompt, prompts, StringComparison.Ordinal);
        // What was spoken is gone with the call.
        Assert.True(await Eventually.TrueAsync(() => Directory.GetFiles(rig.Messages).Length == 0, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_voice_mail_that_answers_the_mobile_gets_nothing_of_the_message()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new DeliveryRig(database.ConnectionString, new Dictionary<string, string> { ["Deliveries:Pause"] = "01:00:00" });
        await rig.StartAsync();
        await rig.Pbx.CommandAsync("logger add channel prompts verbose(3)");
        var hour = (TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).Hour + 12) % 24;
        await rig.ImportAsync($"engineering,Engineering,,1185,{hour:00}:00-{hour:00}:30,210000001,,,en\n");
        var subject = await rig.RequestAsync("engineering");
        await rig.WaitForStoryAsync(subject, "engineering Mobile NoKey; Waiting", 60);
        var prompts = await File.ReadAllTextAsync(Path.Combine(rig.Pbx.Folder, "log", "prompts"), TestContext.Current.CancellationToken);
        Assert.Contains("switchboard/deliver-hear", prompts, StringComparison.Ordinal);
        Assert.DoesNotContain($"{subject:N}", prompts, StringComparison.Ordinal);
        Assert.DoesNotContain("switchboard/deliver-keys", prompts, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_hangs_up_before_the_text_is_read_leaves_no_file_of_it()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new DeliveryRig(database.ConnectionString, new Dictionary<string, string> { ["Deliveries:Pause"] = "01:00:00" });
        await rig.StartAsync();
        // Longer than this phone listens.
        const string prompt = "en/switchboard/deliver-for.wav";
        File.Copy(Path.Combine(LabFiles.Root, "asterisk-config", "sounds", prompt), Path.Combine(rig.Pbx.Folder, "data", "sounds", prompt), overwrite: true);
        await rig.ImportAsync("security,Security,,3185,,,,,en\n");
        var subject = await rig.RequestAsync("security", "The back door is open.");
        Assert.True(await Eventually.TrueAsync(() => Directory.GetFiles(rig.Messages, "say-*").Length == 1, TimeSpan.FromSeconds(20)), "nothing was spoken");
        await rig.WaitForStoryAsync(subject, "security Extension NoKey; Waiting");
        Assert.True(await Eventually.TrueAsync(() => Directory.GetFiles(rig.Messages).Length == 0, TimeSpan.FromSeconds(10)), "what was spoken is left");
    }

    [Fact]
    public async Task What_is_stopped_says_why_in_its_row_and_not_in_the_log_and_another_PBXs_delivery_is_left_to_its_worker()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new DeliveryRig(database.ConnectionString);
        await rig.StartAsync();
        await rig.ImportAsync("engineering,Engineering,,5185,,510000003,,,en\n");
        var subject = await rig.RequestAsync("engineering");
        await rig.Phones.WaitForAsync("5185", "RINGING");
        var (code, said) = await rig.CliAsync("delivery", "stop", "1", "--why", "Mr. Secret came in person", "--by", "1007");
        Assert.True(code == 0, said);
        Assert.Contains("Stopped by bootstrap/1007 Mr. Secret came in person", await rig.StoryAsync(subject), StringComparison.Ordinal);
        Assert.Contains(rig.Logged, line => line.Contains("stopped by bootstrap/1007", StringComparison.Ordinal));
        Assert.DoesNotContain(rig.Logged, line => line.Contains("Secret", StringComparison.Ordinal));

        await rig.QueryAsync("""
            insert into deliveries (id, number, subject, pbx, person, requested_by, requested_at, state, round, attempts, next_attempt_at)
              values (gen_random_uuid(), 900, gen_random_uuid(), 'annex', 'engineering', 'desk', now(), 'Waiting', 1, 0, now())
            """);
        foreach (var arguments in (string[][])[["acknowledge", "900"], ["stop", "900", "--why", "x"]])
        {
            (code, said) = await rig.CliAsync(["delivery", .. arguments]);
            Assert.True(code == 1 && said.Contains("ask the worker of annex", StringComparison.Ordinal), said);
        }
    }

    [Fact]
    public async Task No_key_then_a_mail_then_deputies_who_hang_up_or_are_busy_and_round_again_until_the_office_acknowledges_which_ends_what_rings()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new DeliveryRig(database.ConnectionString, new Dictionary<string, string> { ["Deliveries:RingTime"] = "00:00:20" });
        await rig.StartAsync();
        await rig.ImportAsync("sales,陈红 Chen Hong,销售部经理,2185,,,sales@hotel.example,night-manager,en\nnight-manager,Zhou,,3185,,,,duty-manager,en\nduty-manager,Li Min,,6185,,510000001,,,en\n");
        var subject = await rig.RequestAsync("sales");
        await rig.WaitForStoryAsync(subject, "sales Extension NoKey, sales Mail Sent, night-manager Extension NoKey, duty-manager Extension Busy, duty-manager Mobile -; Attempting", 60);
        var mail = Assert.Single(rig.Inbox.Mails);
        Assert.Equal("sales@hotel.example", mail.To.ToString());
        Assert.Contains("Mr. Guest, 02112345678", mail.TextBody, StringComparison.Ordinal);
        Assert.Single(mail.Attachments);
        await rig.Outside.WaitForAsync("510000001", "RINGING");

        var (code, said) = await rig.CliAsync("delivery", "list");
        Assert.True(code == 0 && said.Contains("duty-manager by Mobile 510000001: goes on", StringComparison.Ordinal), said);
        (code, said) = await rig.CliAsync("delivery", "acknowledge", "1", "--by", "1007");
        Assert.True(code == 0 && said.Contains("Recorded: sales has delivery 1, after 5 attempts.", StringComparison.Ordinal), said);
        await rig.Outside.WaitForAsync("510000001", "CANCEL");
        await rig.WaitForStoryAsync(subject, "sales Extension NoKey, sales Mail Sent, night-manager Extension NoKey, duty-manager Extension Busy, duty-manager Mobile Cancelled; Acknowledged by bootstrap/1007 desk");
        Assert.Equal("bootstrap/1007", Assert.Single(rig.Acknowledged));
        (code, said) = await rig.CliAsync("delivery", "acknowledge", "1");
        Assert.True(code == 1 && said.Contains("delivery 1 has ended already: Acknowledged by bootstrap/1007", StringComparison.Ordinal), said);
        (code, said) = await rig.CliAsync("delivery", "show", "1");
        Assert.True(code == 0 && said.Contains("Chen Hong", StringComparison.Ordinal) && said.Contains("Cancelled", StringComparison.Ordinal), said);
        (code, said) = await rig.CliAsync("delivery", "stop", "2", "--why", "x");
        Assert.True(code == 1 && said.Contains("there is no delivery 2", StringComparison.Ordinal), said);
    }

    [Fact]
    public async Task Out_of_office_hours_the_extension_stays_silent_unless_nothing_rings_and_an_emergency_number_is_never_dialled()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new DeliveryRig(database.ConnectionString, new Dictionary<string, string> { ["Deliveries:GiveUpAfter"] = "00:00:08", ["Outside:Emergency:0"] = "13800000110" });
        await rig.StartAsync();
        // Out for the whole of this test, whenever it runs: only at an hour half a day away.
        var hour = (TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).Hour + 12) % 24;
        // The latter rings; the former's only way is one that is never dialled, so somebody may hear the phone on the desk.
        await rig.ImportAsync($"security,Security,,1185,{hour:00}:00-{hour:00}:30,+8613800000110,,,en\nengineering,Engineering,,2185,{hour:00}:00-{hour:00}:30,510000110,,,en\n");
        await rig.WaitForStoryAsync(await rig.RequestAsync("security"), "security Mobile Failed, security Extension Acknowledged; Acknowledged by security key");
        var subject = await rig.RequestAsync("engineering");
        Assert.True(await Eventually.TrueAsync(async () => (await rig.StoryAsync(subject))?.Contains("; GivenUp", StringComparison.Ordinal) == true, TimeSpan.FromSeconds(30)), await rig.StoryAsync(subject));
        Assert.Equal("Mobile NoAnswer", await rig.QueryAsync("select string_agg(distinct way || ' ' || outcome, ', ') from delivery_attempts where person = 'engineering'"));
        Assert.Equal((1, 0, 0), (rig.Phones.Calls("1185"), rig.Phones.Calls("2185"), rig.Outside.Calls("13800000110")));
        Assert.Equal("delivery-acknowledged,delivery-given-up", await rig.QueryAsync("select string_agg(kind, ',' order by kind) from notices where kind like 'delivery%'"));
    }

    [Fact]
    public async Task A_worker_that_died_while_it_rang_goes_on_with_the_next_way()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new DeliveryRig(database.ConnectionString, new Dictionary<string, string> { ["Deliveries:RingTime"] = "00:00:03" });
        await rig.StartAsync();
        await rig.ImportAsync("general-manager,Wang,,5185,,13800000002,,,en\n");
        var subject = await rig.RequestAsync("general-manager");
        await rig.Phones.WaitForAsync("5185", "RINGING");
        Assert.True(await Eventually.TrueAsync(async () => await rig.QueryAsync("select outcome from delivery_attempts where sent_at is not null") is null && await rig.StoryAsync(subject) is not null, TimeSpan.FromSeconds(5)));
        await rig.StopWorkerAsync();
        await rig.StartWorkerAsync();
        await rig.WaitForStoryAsync(subject, "general-manager Extension Unknown, general-manager Mobile Acknowledged; Acknowledged by general-manager key");
    }

    [Fact]
    public async Task A_PBX_that_died_while_it_rang_goes_on_with_the_next_way_and_one_that_is_away_only_delays()
    {
        await using var database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var rig = new DeliveryRig(database.ConnectionString, new Dictionary<string, string> { ["Deliveries:RingTime"] = "00:00:10" });
        await rig.StartAsync();
        await rig.ImportAsync("general-manager,Wang,,5185,,13800000003,,,en\nsecurity,Security,,1185,,,security@hotel.example,,en\n");
        var subject = await rig.RequestAsync("general-manager");
        await rig.Phones.WaitForAsync("5185", "RINGING");
        await rig.Pbx.KillAsync();
        Assert.True(await Eventually.TrueAsync(() => !rig.Services.GetRequiredService<HotelPbx>().IsReady, TimeSpan.FromSeconds(10)));
        // What needs no PBX does not wait for it.
        var other = await rig.RequestAsync("security");
        await rig.WaitForStoryAsync(other, "security Mail Sent; Waiting");
        await rig.Pbx.StartAsync();
        await rig.WaitForStoryAsync(subject, "general-manager Extension Unknown, general-manager Mobile Acknowledged; Acknowledged by general-manager key", 60);
        await rig.WaitForStoryAsync(other, "security Mail Sent, security Extension Acknowledged; Acknowledged by security key", 60);
    }

    [Fact]
    public async Task Without_PostgreSQL_a_delivery_is_taken_carried_out_and_stored_when_it_returns()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var rig = new DeliveryRig(postgres.ConnectionString);
        await rig.StartAsync();
        var local = rig.Services.GetRequiredService<LocalStore>();
        Assert.True(await Eventually.TrueAsync(() => local.IsOnline, TimeSpan.FromSeconds(20)));
        Assert.True(await Eventually.TrueAsync(rig.HasCopy, TimeSpan.FromSeconds(20)));
        await rig.ImportAsync("security,Security,,1185,,,,,en\n");
        await postgres.KillAsync(PostgresSignal.Fast);
        Assert.True(await Eventually.TrueAsync(() => !local.IsOnline, TimeSpan.FromSeconds(20)));
        // Of one whose content this machine has no copy of nothing is given up.
        var unknown = await rig.RequestAsync("security", hide: true);
        var subject = await rig.RequestAsync("security");
        await rig.Phones.WaitForAsync("1185", "BYE-RECEIVED");
        Assert.True(await Eventually.TrueAsync(() => rig.Acknowledged.Count == 1, TimeSpan.FromSeconds(10)));
        rig.Show(unknown);
        await postgres.StartAsync();
        Assert.True(await Eventually.TrueAsync(() => local.IsOnline, TimeSpan.FromSeconds(30)));
        await rig.WaitForStoryAsync(subject, "security Extension Acknowledged; Acknowledged by security key");
        await rig.WaitForStoryAsync(unknown, "security Extension Acknowledged; Acknowledged by security key");
    }
}
