using Npgsql;

using static Switchboard.LabTests.Postgres.PostgresServerTests;

namespace Switchboard.LabTests.Postgres;

public class PrivatePostgresTests
{
    [Theory]
    [InlineData(PostgresSignal.Kill)]
    [InlineData(PostgresSignal.Immediate)]
    [InlineData(PostgresSignal.Fast)]
    public async Task What_was_committed_is_there_after_the_server_was_killed_and_started_again(PostgresSignal signal)
    {
        await using var postgres = await PostgresServer.StartPrivateAsync();
        var before = (postgres.ConnectionString, postgres.ProcessId);
        await ExecuteAsync(Unpooled(postgres), "CREATE TABLE room (number text); INSERT INTO room VALUES ('101')");

        await postgres.KillAsync(signal);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ScalarAsync(Unpooled(postgres), "SELECT 1"));
        await postgres.StartAsync();

        Assert.Equal(before.ConnectionString, postgres.ConnectionString);
        Assert.NotEqual(before.ProcessId, postgres.ProcessId);
        Assert.Equal("101", await ScalarAsync(Unpooled(postgres), "SELECT number FROM room"));
    }

    [Fact]
    public async Task A_server_starts_while_sessions_of_the_killed_one_are_still_going()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync();
        await using var session = new NpgsqlConnection(Unpooled(postgres));
        await session.OpenAsync();

        await postgres.KillAsync();
        await postgres.StartAsync();

        Assert.Equal(1, await ScalarAsync(Unpooled(postgres), "SELECT 1"));
    }

    [Fact]
    public async Task The_server_stops_and_its_folder_goes_when_the_test_process_lets_go_of_the_pipe()
    {
        var postgres = await PostgresServer.StartPrivateAsync();
        await using var session = new NpgsqlConnection(Unpooled(postgres));
        await session.OpenAsync();
        var process = postgres.ProcessId;

        await postgres.LetGoAsync();

        Assert.False(IsAlive(process));
        Assert.False(Directory.Exists(postgres.Folder));
    }

    [Fact]
    public async Task It_listens_on_its_socket_only_and_wants_the_password()
    {
        await using var postgres = await PostgresServer.StartPrivateAsync();

        Assert.Equal("", await ScalarAsync(Unpooled(postgres), "SHOW listen_addresses"));
        Assert.Equal("UTF8", await ScalarAsync(Unpooled(postgres), "SHOW server_encoding"));
        var guess = new NpgsqlConnectionStringBuilder(Unpooled(postgres)) { Password = "guess" }.ConnectionString;
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(guess, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
    }

    // Where nobody reaps orphans, as in a container without an init, a dead process keeps its entry but no command line.
    private static bool IsAlive(int process)
    {
        var commandLine = $"/proc/{process}/cmdline";
        return File.Exists(commandLine) && File.ReadAllText(commandLine).Length > 0;
    }

    // A pool would hand out sessions of the server that was killed.
    private static string Unpooled(PrivatePostgres postgres) =>
        new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false }.ConnectionString;
}
