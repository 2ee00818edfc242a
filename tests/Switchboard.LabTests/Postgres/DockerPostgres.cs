using Testcontainers.PostgreSql;

namespace Switchboard.LabTests.Postgres;

/// <summary>PostgreSQL in a container, its cluster in memory.</summary>
internal static class DockerPostgres
{
    public const string ImageVariable = "SWITCHBOARD_TEST_POSTGRES_IMAGE";

    // Long enough to pull the image over a hotel's line, short enough not to be taken for a hang.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <exception cref="Exception">No engine answers, or it can neither find nor pull the image in time.</exception>
    public static async Task<PostgreSqlContainer> StartAsync()
    {
        var image = Environment.GetEnvironmentVariable(ImageVariable);
        var container = new PostgreSqlBuilder(string.IsNullOrWhiteSpace(image) ? "postgres:17" : image)
            .WithUsername("switchboard").WithDatabase("switchboard").WithPassword($"{Guid.NewGuid():N}")
            // Images differ in where they keep the cluster (18 moved it), so it is told.
            .WithTmpfsMount("/switchboard").WithEnvironment("PGDATA", "/switchboard/data")
            .WithCommand("-c", "max_connections=200")
            // Docker's default is every address of the machine.
            .WithCreateParameterModifier(create =>
            {
                var ports = create.HostConfig?.PortBindings?.Values ?? [];
                foreach (var binding in ports.SelectMany(bindings => bindings)) binding.HostIP = "127.0.0.1";
            })
            .Build();
        try
        {
            using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
            await container.StartAsync(patience.Token);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }
}
