using System.Diagnostics;
using System.Globalization;

namespace Switchboard.LabTests.Postgres;

/// <summary>
/// A process that ends when the pipe to its standard input closes, which the kernel sees to even when we are killed. It has a
/// session of its own, or Ctrl-C at the terminal would end it before it has cleaned up.
/// </summary>
internal sealed class Keeper
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly Process _process;

    private Keeper(Process process) => _process = process;

    public static Keeper Start(params string[] command)
    {
        var start = new ProcessStartInfo("setsid", command) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return new(Process.Start(start)!);
    }

    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync();

    public Task WaitForExitAsync() => _process.WaitForExitAsync();

    public void ClosePipe() => _process.StandardInput.Close();

    /// <summary>Closes the pipe and waits until the process has cleaned up.</summary>
    public async Task CloseAsync()
    {
        ClosePipe();
        await _process.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        _process.Dispose();
    }

    public static async Task SignalAsync(int processId, int signal)
    {
        string[] arguments = [$"-{signal.ToString(CultureInfo.InvariantCulture)}", processId.ToString(CultureInfo.InvariantCulture)];
        using var kill = Process.Start(new ProcessStartInfo("kill", arguments))!;
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0) throw new InvalidOperationException($"Process {processId} takes no signal {signal}");
    }
}

internal static class Checkout
{
    private static readonly string Root = Find();

    public static string PathOf(string file) => Path.Combine(Root, file);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Switchboard.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is in no checkout of Switchboard");
    }
}
