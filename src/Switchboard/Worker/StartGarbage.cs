using System.Runtime.InteropServices;

namespace Switchboard.Worker;

/// <summary>
/// Starting reads every booking and builds the database's model; what that took is given back to the machine once, so that a worker that
/// then sleeps for months does not keep it.
/// </summary>
internal sealed class StartGarbage(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(After, time, stoppingToken);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            // What the compiler needed while everything was compiled: freed, but kept by glibc for the next time. 6 MB of 150.
            if (OperatingSystem.IsLinux()) _ = Trim(0);
        }
        catch (Exception otherLibrary) when (otherLibrary is DllNotFoundException or EntryPointNotFoundException)
        {
            // musl keeps less and has nothing to trim.
        }
    }

    [DllImport("libc.so.6", EntryPoint = "malloc_trim", ExactSpelling = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Trim(nuint pad);
}
