using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using static Switchboard.LabTests.Postgres.PostgresServerTests;

namespace Switchboard.LabTests.Persistence;

/// <summary>The database is lost, and last night's comes back: real PBX, real phones.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly string _folder = LabFiles.NewFolder("backup");

    public void Dispose() => LabFiles.Remove(_folder);

    [Fact]
    public async Task Restored_into_an_empty_system_what_fell_due_meanwhile_is_missed_and_listed_and_never_rung_and_what_is_to_come_rings()
    {
        await using var lost = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(lost.ConnectionString, ["1181", "1182", "1183", "1184", "5181"], new Dictionary<string, string> { ["WakeUpCalls:Pause"] = "00:00:40" }, staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        var recording = Path.Combine(hotel.Pbx.Folder, "spool", "switchboard-messages", "1764150000000-restore.wav");
        await File.WriteAllTextAsync(recording, "RIFF");
        var coming = await hotel.BookAsync("1183", LabHotel.HotelTime(7200));
        var soon = LabHotel.HotelTime(20);
        await hotel.BookAsync("1181", soon);
        var cancelled = await hotel.BookAsync("1182", soon.AddSeconds(1));
        var ringing = await hotel.BookAsync("5181", LabHotel.HotelTime(4));
        await hotel.Phones.WaitForAsync("5181", "RINGING");

        var backup = await LabBackup.TakeAsync(hotel.Worker, _folder);
        Assert.True(LabHotel.HotelTime() < soon, "the backup took too long for this test");
        await hotel.Worker.SendAsync(HttpMethod.Post, $"/api/wakeups/{cancelled}/cancel", new { by = "1007" });
        await hotel.Phones.WaitForAsync("1181", "KEY 1", seconds: 60);
        await lost.KillAsync(PostgresSignal.Fast);
        await hotel.Worker.WaitForLogAsync("Going on without PostgreSQL");
        // In this machine's journal only.
        await hotel.BookAsync("1184", LabHotel.HotelTime(7200));
        await hotel.Worker.KillAsync(nextBeside: true);
        File.Delete(recording);
        var rung = hotel.Phones.Calls("5181");

        await using var found = await PostgresServer.StartPrivateAsync();
        hotel.Worker.Set("Database:ConnectionString", found.ConnectionString);
        var (code, said) = await LabBackup.RunAsync("restore", hotel.Worker, backup);
        Assert.True(code == 0, said);
        await hotel.Worker.StartAsync();

        await hotel.Worker.WaitForLogAsync("3 wake-ups that fell due in between were not rung", seconds: 30);
        await hotel.Worker.WaitForLogAsync("was put aside in");
        Assert.Equal("1181 Missed, 1182 Missed, 1183 Booked, 5181 Missed", await TextAsync(found, "select string_agg(room || ' ' || state, ', ' order by room) from wake_up_calls"));
        Assert.Equal("1181, 1182, 5181", await TextAsync(found, "select string_agg(room, ', ' order by room) from knock_entries where reason like 'fell due between the backup of%' and closed_at is null"));
        Assert.Equal("Unknown", await TextAsync(found, "select string_agg(outcome, ',') from wake_up_attempts"));
        var detail = await hotel.Worker.GetAsync($"/api/wakeups/{ringing}");
        Assert.Contains("whether it rang then is not known", detail.ToString(), StringComparison.Ordinal);
        Assert.Equal("database-restored", await TextAsync(found, "select string_agg(kind, ',') from notices where kind = 'database-restored'"));
        // The journal's booking is not smuggled in, nor thrown away.
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(hotel.Worker.JournalFolder, "main", "set-aside"), "*.journal", SearchOption.AllDirectories));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(recording));

        // A wake-up that is still to come.
        var at = LabHotel.HotelTime(4);
        await hotel.Worker.SendAsync(HttpMethod.Put, $"/api/wakeups/{coming}", new { time = at.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture), date = at.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), by = "1007" });
        await hotel.WaitForStateAsync(coming, "Confirmed");
        Assert.Equal((1, 0, rung, 1, 0), (hotel.Phones.Calls("1181"), hotel.Phones.Calls("1182"), hotel.Phones.Calls("5181"), hotel.Phones.Calls("1183"), hotel.Phones.Calls("1184")));

        // Once: the next start finds it settled. Numbers that people had noted are nobody else's.
        await hotel.Worker.StopAsync();
        await hotel.Worker.StartAsync();
        Assert.Equal("1 3 1", await TextAsync(found, "select concat_ws(' ', (select count(*) from notices where kind = 'database-restored'), (select count(*) from knock_entries), (select count(*) from database_restore_settlements))"));
        Assert.True(await hotel.BookAsync("1184", LabHotel.HotelTime(7200)) > 1000);
        // What the PBX itself wrote down of the lost time is on record again.
        Assert.True(await Eventually.TrueAsync(async () => await TextAsync(found, "select 'yes' from pbx_events where event = 'CEL' and channel like 'PJSIP/1181%' limit 1") == "yes", TimeSpan.FromSeconds(30)), hotel.Worker.Log);
    }

    [Fact]
    public async Task A_worker_that_goes_on_while_the_database_is_restored_stores_nothing_of_its_own_in_it_and_begins_anew()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await using var hotel = LabHotel.BuildOn(postgres.ConnectionString, ["1191", "1192"], staticPhones: true, ownProcess: true);
        await hotel.StartAsync();
        await hotel.BookAsync("1191", LabHotel.HotelTime(7200));
        var backup = await LabBackup.TakeAsync(hotel.Worker, _folder);
        await hotel.BookAsync("1192", LabHotel.HotelTime(7200));
        var (code, said) = await LabBackup.RunAsync("restore", hotel.Worker, "--replace", backup);
        Assert.Equal(1, code);
        Assert.Contains("a worker is connected to this database: switchboard ", said, StringComparison.Ordinal);

        // It cannot be asked, and has no connection.
        await hotel.Worker.SignalAsync("STOP");
        await postgres.KillAsync(PostgresSignal.Fast);
        await postgres.StartAsync();
        (code, said) = await LabBackup.RunAsync("restore", hotel.Worker, "--replace", backup);
        Assert.True(code == 0, said);
        await hotel.Worker.SignalAsync("CONT");
        Assert.Equal(75, await hotel.Worker.WaitForExitAsync(90));
        Assert.Contains("while this worker went on without it", hotel.Worker.Log, StringComparison.Ordinal);

        await hotel.Worker.StartAsync();
        await hotel.Worker.WaitForLogAsync("0 wake-ups that fell due in between were not rung", seconds: 30);
        Assert.Equal("1191 Booked", await TextAsync(postgres, "select string_agg(room || ' ' || state, ', ') from wake_up_calls"));
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from rejected_facts"));
    }

    private static async Task<string?> TextAsync(PrivatePostgres postgres, string sql) => await ScalarAsync(postgres.ConnectionString, sql) as string;
}
