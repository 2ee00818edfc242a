namespace Switchboard.LabTests.Lab;

/// <summary>One life of a worker, from its start to its end.</summary>
internal interface IWorkerLife : IAsyncDisposable
{
    /// <summary>All that it has written so far.</summary>
    string Output { get; }

    bool HasExited { get; }

    /// <summary>The process that it runs in.</summary>
    int Pid { get; }

    /// <summary>Asks it to stop, as SIGTERM does.</summary>
    Task StopAsync();

    /// <summary>Waits for its end; its exit code.</summary>
    Task<int> WaitForExitAsync(TimeSpan atMost);
}

/// <summary>A life in a process of its own, which may be killed, stalled, given another clock or environment, and measured.</summary>
internal sealed class WorkerInItsOwnProcess(LabProcess process) : IWorkerLife
{
    public string Output => process.Output;
    public bool HasExited => process.HasExited;
    public int Pid => process.Pid;

    public Task SignalAsync(string signal) => process.SignalAsync(signal);

    public Task StopAsync() => SignalAsync("TERM");

    public Task<int> WaitForExitAsync(TimeSpan atMost) => process.WaitForExitAsync(atMost);

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
