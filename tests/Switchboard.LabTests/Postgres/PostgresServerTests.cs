using Npgsql;

namespace Switchboard.LabTests.Postgres;

public class PostgresServerTests(PostgresServer server)
{
    private static readonly DatabaseTemplate Rooms = new("rooms", cs => ExecuteAsync(cs, "CREATE TABLE room (number text)"));

    [Fact]
    public async Task A_clone_has_the_templates_tables_and_shares_nothing_with_its_siblings()
    {
        await using var one = await server.CreateDatabaseAsync(Rooms);
        await using var two = await server.CreateDatabaseAsync(Rooms);

        await ExecuteAsync(one.ConnectionString, "INSERT INTO room VALUES ('101')");

        Assert.Equal(1L, await ScalarAsync(one.ConnectionString, "SELECT count(*) FROM room"));
        Assert.Equal(0L, await ScalarAsync(two.ConnectionString, "SELECT count(*) FROM room"));
    }

    [Fact]
    public async Task Migrations_run_once_for_many_clones_made_at_a_time()
    {
        var runs = 0;
        var template = new DatabaseTemplate("once", async cs =>
        {
            Interlocked.Increment(ref runs);
            await ExecuteAsync(cs, "CREATE TABLE wake_up (id int)");
        });

        var clones = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.CreateDatabaseAsync(template)));

        Assert.Equal(1, runs);
        foreach (var clone in clones)
        {
            Assert.Equal(0L, await ScalarAsync(clone.ConnectionString, "SELECT count(*) FROM wake_up"));
            await clone.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_disposed_database_is_gone_even_while_a_session_is_in_it()
    {
        var database = await server.CreateDatabaseAsync(DatabaseTemplate.Empty);
        await using var session = await database.OpenAsync();

        await database.DisposeAsync();

        var left = $"SELECT count(*) FROM pg_database WHERE datname = '{database.Name}'";
        Assert.Equal(0L, await ScalarAsync(await server.GetConnectionStringAsync(), left));
    }

    [Fact]
    public async Task A_failed_migration_fails_every_test_that_asks_and_leaves_no_database()
    {
        var broken = new DatabaseTemplate("broken", cs => ExecuteAsync(cs, "CREATE TABLE"));

        await Assert.ThrowsAsync<PostgresException>(() => server.CreateDatabaseAsync(broken));
        await Assert.ThrowsAsync<PostgresException>(() => server.CreateDatabaseAsync(broken));

        var left = "SELECT count(*) FROM pg_database WHERE datname LIKE '%_broken'";
        Assert.Equal(0L, await ScalarAsync(await server.GetConnectionStringAsync(), left));
    }

    [Fact]
    public async Task The_console_says_which_server_was_taken_and_why()
    {
        var console = new StringWriter();
        await using var named = new PostgresServer("Host=/nowhere;Username=nobody", console);

        Assert.Equal("Host=/nowhere;Username=nobody", await named.GetConnectionStringAsync());
        Assert.Equal(
            "PostgreSQL for tests: the server in the environment (SWITCHBOARD_TEST_POSTGRES is a connection string)",
            console.ToString().Trim());
    }

    [Fact]
    public async Task A_choice_that_means_nothing_is_refused()
    {
        await using var server = new PostgresServer("lokal", TextWriter.Null);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(server.GetConnectionStringAsync);

        Assert.Contains("'local' or 'docker'", refused.Message, StringComparison.Ordinal);
    }

    internal static async Task ExecuteAsync(string connectionString, string sql) => await ScalarAsync(connectionString, sql);

    internal static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
