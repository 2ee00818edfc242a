using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Postgres;

/// <summary>
/// A server made by deploy/lab/postgres in a folder of its own, on memory where there is room. Neither outlives this process,
/// however it ends: see <see cref="Keeper"/>.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private const long Room = 1L << 30;

    private static readonly ConcurrentDictionary<string, Lazy<Task<PrivatePostgres>>> Clusters = new();

    private readonly Keeper _folderKeeper;
    private Keeper? _server;

    private PrivatePostgres(string folder)
    {
        Folder = folder;
        // Every process of the server holds the lock on its folder, so the folder goes when the last of them is gone.
        _folderKeeper = Keeper.Start("/bin/sh", "-c", "cat >/dev/null; exec flock \"$1\" rm -rf -- \"$1\"", "sh", folder);
    }

    public string Folder { get; }

    /// <summary>The same after every start.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The postmaster; zero while there is none.</summary>
    public int ProcessId { get; private set; }

    private string ConnectionFile => Path.Combine(Folder, "connection");
    private string Log => Path.Combine(Folder, "log");

    internal static Task<PrivatePostgres> CreateAsync() => CreateAsync(_ => Task.CompletedTask);

    internal static async Task<PrivatePostgres> CreateAsync(DatabaseTemplate template)
    {
        var cluster = await Clusters.GetOrAdd(template.Name, _ => new(() => MakeClusterAsync(template))).Value;
        return await CreateAsync(postgres => CopyAsync(cluster.Folder, postgres.Folder));
    }

    private static async Task<PrivatePostgres> CreateAsync(Func<PrivatePostgres, Task> fillAsync)
    {
        var memory = new DirectoryInfo("/dev/shm");
        var parent = memory.Exists && new DriveInfo(memory.FullName).AvailableFreeSpace > Room ? memory.FullName : "/tmp";
        var folder = Path.Combine(parent, $"switchboard-pg-{Guid.NewGuid():N}"[..27]);
        Directory.CreateDirectory(folder);
        var postgres = new PrivatePostgres(folder);
        try
        {
            await fillAsync(postgres);
            await postgres.StartAsync();
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    // Stopped, and there until the test run ends: its keeper sees to that.
    private static async Task<PrivatePostgres> MakeClusterAsync(DatabaseTemplate template)
    {
        var cluster = await CreateAsync();
        await template.MigrateAsync(cluster.ConnectionString + ";Pooling=false");
        await cluster.KillAsync(PostgresSignal.Fast);
        return cluster;
    }

    private static async Task CopyAsync(string from, string to)
    {
        using var copy = Process.Start("cp", ["-a", Path.Combine(from, "data"), Path.Combine(from, "pg.password"), to]);
        await copy.WaitForExitAsync();
        if (copy.ExitCode != 0) throw new InvalidOperationException($"{from} could not be copied to {to}");
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>; returns when it accepts connections.</summary>
    public Task StartAsync() => StartTimes.OfAsync("a PostgreSQL of its own", BeginAsync);

    private async Task BeginAsync()
    {
        if (_server is not null) throw new InvalidOperationException("The server runs already");
        using var ready = new FileSystemWatcher(Folder, "connection");
        var accepts = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ready.Created += (_, _) => accepts.TrySetResult();
        // What the last run of the server left must not be taken for this one's.
        File.Delete(ConnectionFile);
        ready.EnableRaisingEvents = true;

        _server = Keeper.Start(
            "/bin/sh", "-c", "log=$1; shift; exec \"$@\" 2>>\"$log\"", "sh", Log,
            Checkout.PathOf("deploy/lab/keep"), Checkout.PathOf("deploy/lab/postgres"), Folder, "--fast");
        var ended = _server.WaitForExitAsync();
        try
        {
            var first = await _server.ReadLineAsync().WaitAsync(Patience, TimeProvider.System);
            if (first is not null && await Task.WhenAny(accepts.Task, ended).WaitAsync(Patience, TimeProvider.System) == accepts.Task)
            {
                ProcessId = int.Parse(first.AsSpan("pid ".Length), CultureInfo.InvariantCulture);
                ConnectionString = (await File.ReadAllTextAsync(ConnectionFile)).Trim();
                return;
            }
        }
        catch (TimeoutException) { /* said below, with the log */ }
        await StopKeeperAsync();
        var log = File.Exists(Log) ? await File.ReadAllTextAsync(Log) : "no log";
        throw new InvalidOperationException($"PostgreSQL did not start:\n{log}");
    }

    /// <summary>Sends a signal that ends the server, and returns when the postmaster is gone.</summary>
    public async Task KillAsync(PostgresSignal signal = PostgresSignal.Kill)
    {
        var server = _server ?? throw new InvalidOperationException("The server is not running");
        await Keeper.SignalAsync(ProcessId, (int)signal);
        await server.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        await StopKeeperAsync();
    }

    /// <summary>Stops the server and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await KillAsync(PostgresSignal.Fast);
        await _folderKeeper.CloseAsync();
    }

    /// <summary>What the kernel does to us at kill -9: our pipe ends close, and nothing else is done.</summary>
    internal async Task LetGoAsync()
    {
        _server?.ClosePipe();
        await _folderKeeper.CloseAsync();
        await StopKeeperAsync();
    }

    private async Task StopKeeperAsync()
    {
        if (_server is { } server) await server.CloseAsync();
        (_server, ProcessId) = (null, 0);
    }
}

/// <summary>How to end a server: PostgreSQL's three ways to shut down, and the kernel's.</summary>
public enum PostgresSignal
{
    /// <summary>SIGINT: rolls back, disconnects everybody, stops cleanly.</summary>
    Fast = 2,
    /// <summary>SIGQUIT: stops at once, recovers at the next start.</summary>
    Immediate = 3,
    /// <summary>SIGKILL: a crash.</summary>
    Kill = 9,
    /// <summary>SIGTERM: waits until everybody has left.</summary>
    Smart = 15,
}
