using System.Diagnostics;
using System.Text;

namespace Switchboard.LabTests.Lab;

/// <summary>A child that cannot outlive us: deploy/lab/keep holds it and ends it when our end of the pipe closes, even after kill -9.</summary>
internal sealed class LabProcess : IAsyncDisposable
{
    private readonly Process _keeper;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<int> _pid = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LabProcess(Process keeper) => _keeper = keeper;

    /// <summary>The pid of the thing itself, not of its keeper.</summary>
    public int Pid => _pid.Task.Result;

    public bool HasExited => _keeper.HasExited;

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    public static async Task<LabProcess> StartAsync(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(LabFiles.Script("keep"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(file);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = new LabProcess(Process.Start(start)!);
        process._keeper.OutputDataReceived += (_, line) => process.Take(line.Data);
        process._keeper.ErrorDataReceived += (_, line) => process.Take(line.Data);
        process._keeper.BeginOutputReadLine();
        process._keeper.BeginErrorReadLine();
        await process._pid.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        return process;
    }

    /// <summary>Sends a signal to the thing itself, by name: KILL, TERM, STOP, CONT.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until it has ended.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan atMost)
    {
        await _keeper.WaitForExitAsync().WaitAsync(atMost, TimeProvider.System);
        return _keeper.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_keeper.HasExited)
        {
            _keeper.StandardInput.Close();
            await _keeper.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(15), TimeProvider.System);
        }

        _keeper.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null) return;
        if (line.StartsWith("pid ", StringComparison.Ordinal) && int.TryParse(line.AsSpan(4), out var pid)) _pid.TrySetResult(pid);
        lock (_output) _output.AppendLine(line);
    }
}
