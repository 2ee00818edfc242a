using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using static Switchboard.LabTests.Postgres.PostgresServerTests;

namespace Switchboard.LabTests.Persistence;

/// <summary>A backup is whole or not there, and is put back whole or not at all.</summary>
public sealed class BackupTests(PostgresServer server) : IDisposable
{
    private readonly string _folder = LabFiles.NewFolder("backup");

    public void Dispose() => LabFiles.Remove(_folder);

    [Fact]
    public async Task It_holds_database_recordings_and_configuration_but_no_secret_only_its_owner_reads_it_and_the_oldest_go()
    {
        await using var hotel = await BuildAsync();
        hotel.Worker.Set("Mail:Password", "mail-pass");
        // What a backup that was killed has left.
        Directory.CreateDirectory(Path.Combine(_folder, ".switchboard-20200101T000000Z.partial"));
        foreach (var old in (string[])["20200101T000000Z", "20200102T000000Z", "20200103T000000Z"]) Directory.CreateDirectory(Path.Combine(_folder, $"switchboard-{old}"));
        Directory.CreateDirectory(Path.Combine(_folder, "switchboard-of-somebody"));

        var backup = await LabBackup.TakeAsync(hotel.Worker, _folder, "--keep", "2");

        Assert.Equal(["SHA256SUMS", "appsettings.json", "backup.txt", "database.dump", "recordings.tar"], Directory.EnumerateFiles(backup).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(backup));
        Assert.All(Directory.EnumerateFiles(backup), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
        Assert.Contains("schema=7", await File.ReadAllTextAsync(Path.Combine(backup, "backup.txt")), StringComparison.Ordinal);
        var configuration = await File.ReadAllTextAsync(Path.Combine(backup, "appsettings.json"));
        Assert.Contains("Lab Hotel", configuration, StringComparison.Ordinal);
        Assert.DoesNotContain("mail-pass", configuration, StringComparison.Ordinal);
        Assert.DoesNotContain(new Npgsql.NpgsqlConnectionStringBuilder(hotel.ConnectionString).Password!, configuration, StringComparison.Ordinal);
        Assert.Equal(["switchboard-20200103T000000Z", Path.GetFileName(backup), "switchboard-of-somebody"], Directory.EnumerateDirectories(_folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_fails_leaves_nothing_that_looks_like_a_backup()
    {
        await using var empty = await server.CreateDatabaseAsync(DatabaseTemplate.Empty);
        await using var hotel = LabHotel.BuildOn(empty.ConnectionString, []).WithoutPbx();
        await RefusedAsync("backup", hotel, "this database holds no tables of Switchboard", _folder);
        await RefusedAsync("backup", hotel, "--keep '0': must be a number from 1", "--keep", "0", _folder);
        // In the midst of it: one table may not be read.
        await using var postgres = await PostgresServer.StartPrivateAsync(LabHotel.Schema);
        await ExecuteAsync(postgres.ConnectionString, "create role clerk login password 'clerk'; grant select on all tables in schema public to clerk; revoke select on staff_members from clerk");
        hotel.Worker.Set("Database:ConnectionString", new Npgsql.NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Username = "clerk", Password = "clerk" }.ConnectionString);
        await RefusedAsync("backup", hotel, "permission denied for table staff_members", _folder);
        hotel.Worker.Set("Database:ConnectionString", "Host=/nowhere;Username=u");
        await RefusedAsync("backup", hotel, "the database cannot be reached", _folder);
        Assert.Empty(Directory.EnumerateDirectories(_folder));
    }

    [Fact]
    public async Task A_damaged_one_a_database_that_is_not_empty_and_a_worker_that_serves_are_refused_and_nothing_changes()
    {
        await using var hotel = await BuildAsync();
        var backup = await LabBackup.TakeAsync(hotel.Worker, _folder);
        await RefusedAsync("restore", hotel, "the database is not empty", backup);
        await RefusedAsync("restore", hotel, "is no backup of deploy/backup", "--replace", _folder);
        await using (var worker = new Npgsql.NpgsqlConnection(hotel.ConnectionString + ";Application Name=switchboard desk/42;Pooling=false"))
        {
            await worker.OpenAsync();
            await RefusedAsync("restore", hotel, "a worker is connected to this database: switchboard desk/42, connected since", "--replace", backup);
        }

        var dump = Path.Combine(backup, "database.dump");
        var content = await File.ReadAllBytesAsync(dump);
        content[^100] ^= 1;
        await File.WriteAllBytesAsync(dump, content);
        await RefusedAsync("restore", hotel, "the backup is damaged, nothing was changed: database.dump: FAILED", "--replace", backup);
        Assert.Equal("1101", await hotel.QueryAsync<string>("select number from rooms"));
        Assert.Equal(0, await hotel.QueryAsync<long>("select count(*) from database_restores"));
    }

    [Fact]
    public async Task An_archive_that_ends_too_early_changes_nothing_even_where_its_checksum_is_right()
    {
        await using var hotel = await BuildAsync();
        var backup = await LabBackup.TakeAsync(hotel.Worker, _folder);
        var dump = Path.Combine(backup, "database.dump");
        var content = await File.ReadAllBytesAsync(dump);
        await File.WriteAllBytesAsync(dump, content[..(content.Length / 2)]);
        var (code, said) = await LabCommand.RunAsync("sh", ["-c", "cd \"$1\" && sha256sum $(ls | grep -v SHA) >SHA256SUMS", "sh", backup]);
        Assert.True(code == 0, said);
        await RefusedAsync("restore", hotel, "the database could not be restored and is as it was", "--replace", backup);
        Assert.Equal("1101", await hotel.QueryAsync<string>("select number from rooms"));
    }

    [Fact]
    public async Task What_is_put_back_is_what_there_was_marked_as_restored_and_numbers_that_were_given_since_are_given_to_nobody_else()
    {
        await using var hotel = await BuildAsync();
        await ExecuteAsync(hotel.ConnectionString, "create table pbx_events_20200101 (like pbx_events including defaults including constraints); alter table pbx_events attach partition pbx_events_20200101 for values from ('2020-01-01') to ('2020-01-02'); insert into pbx_events (session_id, sequence, at, received_at, pbx, source, headers) values (gen_random_uuid(), 1, '2020-01-01 10:00+00', now(), 'main', 'ami', '{}')");
        var backup = await LabBackup.TakeAsync(hotel.Worker, _folder);
        // What came after the backup, a newer schema's table among it.
        await ExecuteAsync(hotel.ConnectionString, "delete from rooms; create table later (id int); drop table pbx_events_20200101; create table pbx_events_20200102 (like pbx_events)");
        var (code, said) = await LabBackup.RunAsync("restore", hotel.Worker, "--replace", backup);
        Assert.True(code == 0, said);
        Assert.Equal("1101 1 7", await hotel.QueryAsync<string>("select concat_ws(' ', (select number from rooms), (select count(*) from pbx_events), (select max(number) from switchboard_schema))"));
        Assert.Null(await hotel.QueryAsync<string>("select to_regclass('later')::text || to_regclass('pbx_events_20200102')::text"));
        Assert.Equal(Path.GetFileName(backup), await hotel.QueryAsync<string>("select backup from database_restores where backup_taken_at < restored_at and restored_at > now() - interval '1 minute'"));
        Assert.True(await hotel.QueryAsync<long>("select nextval(pg_get_serial_sequence('wake_up_calls', 'number'))") > 1000);
        Assert.True(await hotel.QueryAsync<long>("select nextval('reserved_numbers')") > 10010000);
        // A worker of this version finds everything in its place.
        await hotel.Worker.BeginAsync();
        await hotel.Worker.WaitForLogAsync("0 migrations applied now", seconds: 90);
    }

    [Fact]
    public async Task A_backup_from_before_the_upgrade_is_put_back_and_its_restore_is_known_after_the_migration()
    {
        await using var database = await server.CreateDatabaseAsync(SchemaTests.Older);
        await using var hotel = LabHotel.BuildOn(database.ConnectionString, []).WithoutPbx();
        var backup = await LabBackup.TakeAsync(hotel.Worker, _folder);
        var (code, said) = await LabBackup.RunAsync("restore", hotel.Worker, "--replace", backup);
        Assert.True(code == 0, said);
        await hotel.Worker.BeginAsync();
        await hotel.Worker.WaitForLogAsync("1 migrations applied now, schema 7", seconds: 90);
        Assert.Equal(Path.GetFileName(backup), await hotel.QueryAsync<string>("select backup from database_restores"));
        Assert.Null(await hotel.QueryAsync<string>("select to_regclass('switchboard_restore_mark')::text"));
    }

    private async Task<LabHotel> BuildAsync()
    {
        var hotel = (await LabHotel.BuildAsync(server, [])).WithoutPbx();
        await ExecuteAsync(hotel.ConnectionString, "insert into rooms (number, pbx, dial_strings, sends_no_ringing, created_at, updated_at) values ('1101', 'main', '{PJSIP/1101}', false, now(), now())");
        return hotel;
    }

    private static async Task RefusedAsync(string script, LabHotel hotel, string why, params string[] arguments)
    {
        var (code, said) = await LabBackup.RunAsync(script, hotel.Worker, arguments);
        Assert.Equal(1, code);
        Assert.Contains(why, said, StringComparison.Ordinal);
    }
}
