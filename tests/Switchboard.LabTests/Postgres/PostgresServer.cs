using DotNet.Testcontainers.Builders;

using Switchboard.LabTests.Postgres;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Switchboard.LabTests.Postgres;

/// <summary>
/// The PostgreSQL of a test run, started when the first test asks for it. SWITCHBOARD_TEST_POSTGRES says which: a connection
/// string (of a user who may create databases), <c>local</c> or <c>docker</c>; unset takes Docker when it can, else local.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string Variable = "SWITCHBOARD_TEST_POSTGRES";

    private readonly Lazy<Task<Running>> _running;

    public PostgresServer() : this(Environment.GetEnvironmentVariable(Variable), Console.Out) { }

    internal PostgresServer(string? choice, TextWriter console) => _running = new(() => StartAsync(choice?.Trim(), console));

    /// <summary>A server of the caller's own, to be killed and started at will, made from nothing.</summary>
    public static Task<PrivatePostgres> StartPrivateAsync() => PrivatePostgres.CreateAsync();

    /// <summary>The same with what <paramref name="template"/> brings, a copy of a cluster that is made once a test run.</summary>
    public static Task<PrivatePostgres> StartPrivateAsync(DatabaseTemplate template) => PrivatePostgres.CreateAsync(template);

    /// <summary>The maintenance database: for tests that need a server but no schema.</summary>
    public async Task<string> GetConnectionStringAsync() => (await _running.Value).ConnectionString;

    /// <summary>A new database with what <paramref name="template"/> brings; dispose it after use.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(DatabaseTemplate template) =>
        await (await _running.Value).Databases.CloneAsync(template);

    public async ValueTask DisposeAsync()
    {
        // One that never started has said so in the tests that asked for it.
        if (!_running.IsValueCreated || !_running.Value.IsCompletedSuccessfully) return;
        var running = await _running.Value;
        await running.Databases.DisposeAsync();
        if (running.Server is not null) await running.Server.DisposeAsync();
    }

    private static async Task<Running> StartAsync(string? choice, TextWriter console)
    {
        switch (choice)
        {
            case "local":
                return await LocalAsync($"{Variable}=local");
            case "docker":
                return await DockerAsync($"{Variable}=docker");
            case null or "":
                try
                {
                    return await DockerAsync($"{Variable} is not set and a Docker engine answers");
                }
                catch (DockerUnavailableException)
                {
                    return await LocalAsync($"{Variable} is not set and no Docker engine answers");
                }
                catch (Exception e)
                {
                    // No image, no network, too slow: all the same to somebody who only wants to run the tests.
                    return await LocalAsync($"{Variable} is not set and Docker cannot: {e.Message.ReplaceLineEndings(" ")}");
                }
            case var text when text.Contains('='):
                return Say("the server in the environment", $"{Variable} is a connection string", text, null);
            default:
                throw new InvalidOperationException($"{Variable}={choice}: it takes a connection string, 'local' or 'docker'");
        }

        async Task<Running> LocalAsync(string why)
        {
            var server = await PrivatePostgres.CreateAsync();
            return Say($"local, in {server.Folder}", why, server.ConnectionString, server);
        }

        async Task<Running> DockerAsync(string why)
        {
            var container = await DockerPostgres.StartAsync();
            return Say($"docker, {container.Image.FullName}", why, container.GetConnectionString(), container);
        }

        Running Say(string which, string why, string connectionString, IAsyncDisposable? server)
        {
            console.WriteLine($"PostgreSQL for tests: {which} ({why})");
            return new(connectionString, new(connectionString), server);
        }
    }

    private sealed record Running(string ConnectionString, DatabaseCloner Databases, IAsyncDisposable? Server);
}
