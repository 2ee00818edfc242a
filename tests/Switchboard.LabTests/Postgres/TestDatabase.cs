using Npgsql;

namespace Switchboard.LabTests.Postgres;

/// <summary>A test class's own database, dropped when it is disposed, sessions or not.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly DatabaseCloner _cloner;

    internal TestDatabase(DatabaseCloner cloner, string name, string connectionString) =>
        (_cloner, Name, ConnectionString) = (cloner, name, connectionString);

    public string Name { get; }
    public string ConnectionString { get; }

    public async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs a statement; its first value, as text.</summary>
    public async Task<string?> QueryAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        // Else the pool keeps sessions that the drop breaks, and a pool for each class of the run.
        await using (var connection = new NpgsqlConnection(ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await _cloner.DropAsync(Name);
    }
}
