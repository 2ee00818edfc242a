using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Persistence;
using static Switchboard.LabTests.Postgres.PostgresServerTests;

namespace Switchboard.LabTests.Persistence;

/// <summary>What a worker does with a database whose schema is not its own, or that it may not change. No PBX is needed for it.</summary>
public partial class SchemaTests(PostgresServer server)
{
    private const string Released = "20261126120400_TransfersAndMessages";

    [GeneratedRegex("GRANT [^;]*")]
    private static partial Regex Grant();

    /// <summary>The schema of the release before, from before schemas were counted.</summary>
    internal static DatabaseTemplate Older { get; } = new("switchboard_6", async connectionString =>
    {
        var builder = new DbContextOptionsBuilder<SwitchboardDb>();
        SwitchboardDb.Configure(builder, connectionString);
        await using var db = new SwitchboardDb(builder.Options);
        await db.GetService<IMigrator>().MigrateAsync(Released);
    });

    [Fact]
    public async Task A_database_of_the_release_before_is_brought_to_this_one_and_says_so()
    {
        await using var database = await server.CreateDatabaseAsync(Older);
        await using var hotel = LabHotel.BuildOn(database.ConnectionString, []).WithoutPbx();
        await hotel.Worker.BeginAsync();
        await hotel.Worker.WaitForLogAsync("1 migrations applied now, schema 7", seconds: 90);
        Assert.Equal("7 6", await ScalarAsync(database.ConnectionString, "select number || ' ' || oldest_worker from switchboard_schema"));
        Assert.Equal(0, await hotel.Worker.StopAsync());
    }

    [Fact]
    public async Task One_schema_newer_is_run_on_and_nothing_of_it_is_changed()
    {
        await using var hotel = (await LabHotel.BuildAsync(server, [])).WithoutPbx();
        await ExecuteAsync(hotel.ConnectionString, "insert into switchboard_schema values (8, 7, now(), '9.0'); insert into schema_migrations values ('29990101000000_Next', '10.0')");
        await hotel.Worker.BeginAsync();
        await hotel.Worker.WaitForLogAsync("A newer version has changed the database: its schema has number 8 (Switchboard 9.0)", seconds: 90);
        await hotel.Worker.WaitForLogAsync("0 migrations applied now");
        await hotel.Worker.WaitForLogAsync("This worker holds the lock of PBX main");
        Assert.Equal(2L, await ScalarAsync(hotel.ConnectionString, "select count(*) from switchboard_schema"));
    }

    [Fact]
    public async Task Two_schemas_newer_are_refused_with_numbers_versions_and_what_to_do_and_the_worker_is_not_started_again()
    {
        await using var hotel = (await LabHotel.BuildAsync(server, [], ownProcess: true)).WithoutPbx();
        await ExecuteAsync(hotel.ConnectionString, "insert into switchboard_schema values (8, 7, now(), '9.0'), (9, 8, now(), '9.5')");
        await hotel.Worker.BeginAsync();
        Assert.Equal(78, await hotel.Worker.WaitForExitAsync(90));
        Assert.Contains("This worker must not run on this database: its schema has number 9, made by Switchboard 9.5 for workers that know 8 or later; this one,", hotel.Worker.Log, StringComparison.Ordinal);
        Assert.Contains("Do: install Switchboard 9.5 or later here", hotel.Worker.Log, StringComparison.Ordinal);
        Assert.Equal(0L, await ScalarAsync(hotel.ConnectionString, "select count(*) from api_tokens"));
    }

    [Fact]
    public async Task A_database_that_somebody_unknown_has_migrated_is_refused_by_the_migrations_name()
    {
        await using var database = await server.CreateDatabaseAsync(Older);
        await using var hotel = LabHotel.BuildOn(database.ConnectionString, [], ownProcess: true).WithoutPbx();
        await ExecuteAsync(hotel.ConnectionString, "insert into schema_migrations values ('29990101000000_Somebodys', '10.0')");
        await hotel.Worker.BeginAsync();
        Assert.Equal(78, await hotel.Worker.WaitForExitAsync(90));
        Assert.Contains("does not know (29990101000000_Somebodys)", hotel.Worker.Log, StringComparison.Ordinal);
        Assert.True((bool)(await ScalarAsync(hotel.ConnectionString, "select to_regclass('switchboard_schema') is null"))!);
    }

    [Fact]
    public async Task Without_the_right_to_create_tables_the_line_names_right_user_and_schema_and_the_GRANT_in_it_is_all_that_is_needed()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync();
        await ExecuteAsync(postgres.ConnectionString, "create role clerk login password 'clerk'");
        var asClerk = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Username = "clerk", Password = "clerk" }.ConnectionString;
        await using var hotel = LabHotel.BuildOn(asClerk, []).WithoutPbx();
        await hotel.Worker.BeginAsync();
        await hotel.Worker.WaitForLogAsync("PostgreSQL cannot be used since", seconds: 90);
        Assert.Contains("user 'clerk' has no right to create tables in schema 'public' of database 'switchboard'", hotel.Worker.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("PostgreSQL cannot be reached", hotel.Worker.Log, StringComparison.Ordinal);
        Assert.Equal(0L, await ScalarAsync(postgres.ConnectionString, "select count(*) from pg_class where relnamespace = 'public'::regnamespace"));

        await ExecuteAsync(postgres.ConnectionString, Grant().Match(hotel.Worker.Log).Value);
        await hotel.Worker.WaitForLogAsync("Database ready", seconds: 90);
    }

    [Fact]
    public async Task Tables_of_another_owner_are_named_with_what_to_do()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync();
        await Older.MigrateAsync(postgres.ConnectionString + ";Pooling=false");
        await ExecuteAsync(postgres.ConnectionString, "create role clerk login password 'clerk'; grant usage, create on schema public to clerk; grant select on all tables in schema public to clerk");
        var asClerk = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Username = "clerk", Password = "clerk" }.ConnectionString;
        await using var hotel = LabHotel.BuildOn(asClerk, []).WithoutPbx();
        await hotel.Worker.BeginAsync();
        await hotel.Worker.WaitForLogAsync("PostgreSQL cannot be used since", seconds: 90);
        Assert.Contains("user 'clerk' may not: permission denied for table schema_migrations", hotel.Worker.Log, StringComparison.Ordinal);
        Assert.Contains("REASSIGN OWNED BY their_owner TO \"clerk\"", hotel.Worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_does_not_hold_everybody_up_behind_a_backup_but_says_what_it_waits_for_and_comes_when_that_has_ended()
    {
        await using var database = await server.CreateDatabaseAsync(Older);
        await using var hotel = LabHotel.BuildOn(database.ConnectionString, []).WithoutPbx();
        await using (var backup = await database.OpenAsync())
        {
            // What pg_dump does with every table.
            await using var reading = await backup.BeginTransactionAsync();
            await using var hold = new NpgsqlCommand("lock table schema_migrations, calls, wake_up_calls in access share mode", backup, reading);
            await hold.ExecuteNonQueryAsync();
            await hotel.Worker.BeginAsync();
            await hotel.Worker.WaitForLogAsync("another session uses the tables (a backup, or a long query)", seconds: 90);
        }

        await hotel.Worker.WaitForLogAsync("1 migrations applied now, schema 7", seconds: 90);
    }

    [Fact]
    public async Task A_worker_of_this_schema_starts_while_a_backup_is_being_taken()
    {
        await using var hotel = (await LabHotel.BuildAsync(server, [])).WithoutPbx();
        await using var backup = new NpgsqlConnection(hotel.ConnectionString);
        await backup.OpenAsync();
        await using var reading = await backup.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("lock table schema_migrations, calls, wake_up_calls in access share mode", backup, reading);
        await hold.ExecuteNonQueryAsync();
        await hotel.Worker.BeginAsync();
        await hotel.Worker.WaitForLogAsync("Database ready", seconds: 90);
    }
}
