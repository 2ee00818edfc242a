using System.Collections.Concurrent;

using Npgsql;

namespace Switchboard.LabTests.Postgres;

/// <summary>What a test's database starts with. <paramref name="MigrateAsync"/> gets a connection string and is run once a
/// test run for each <paramref name="Name"/>, however many databases are cloned from it.</summary>
public sealed record DatabaseTemplate(string Name, Func<string, Task> MigrateAsync)
{
    public static DatabaseTemplate Empty { get; } = new("empty", _ => Task.CompletedTask);
}

/// <summary>The databases of one test run on one server: templates, migrated once, and their clones.</summary>
internal sealed class DatabaseCloner(string connectionString) : IAsyncDisposable
{
    // A run's own names: a server named by its connection string may serve several runs at a time.
    private readonly string _run = $"switchboard_test_{Guid.NewGuid():N}"[..25];
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _templates = new();
    private int _clones;

    public async Task<TestDatabase> CloneAsync(DatabaseTemplate template)
    {
        var source = await _templates.GetOrAdd(template.Name, _ => new(() => MigrateAsync(template))).Value;
        var name = $"{_run}_{Interlocked.Increment(ref _clones)}";
        await ExecuteAsync($"""CREATE DATABASE "{name}" TEMPLATE "{source}" """);
        return new(this, name, For(name).ConnectionString);
    }

    public Task DropAsync(string name) => ExecuteAsync($"""DROP DATABASE IF EXISTS "{name}" WITH (FORCE)""");

    public async ValueTask DisposeAsync()
    {
        foreach (var template in _templates.Values)
        {
            // A template that failed has failed its tests already; there may be nothing to drop.
            if (template.IsValueCreated && template.Value.IsCompletedSuccessfully) await DropAsync(await template.Value);
        }
    }

    private async Task<string> MigrateAsync(DatabaseTemplate template)
    {
        var name = $"{_run}_{template.Name}";
        if (name.Length > 63 || name.Contains('"')) throw new ArgumentException($"'{template.Name}' is no name for a template");
        await ExecuteAsync($"""CREATE DATABASE "{name}" """);
        try
        {
            // Without a pool, because a database with a session in it cannot be cloned.
            var unpooled = For(name);
            unpooled.Pooling = false;
            await template.MigrateAsync(unpooled.ConnectionString);
        }
        catch
        {
            await DropAsync(name);
            throw;
        }
        return name;
    }

    private NpgsqlConnectionStringBuilder For(string database) => new(connectionString) { Database = database };

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
