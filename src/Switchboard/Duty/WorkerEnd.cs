namespace Switchboard.Duty;

/// <summary>The worker ends by itself, with a code that says to its supervisor whether to start it again.</summary>
public sealed class WorkerEnd(IHostApplicationLifetime lifetime)
{
    /// <summary>EX_CONFIG: it would only end again.</summary>
    public const int Configuration = 78;

    /// <summary>EX_TEMPFAIL: to be started again at once.</summary>
    public const int StartAgain = 75;

    /// <summary>The exit code that this has come to; 0 while nothing has ended it.</summary>
    public int Code { get; private set; }

    /// <summary>Begins the end. A host that is stopped while it starts calls that a failure, so its start is waited for.</summary>
    public async Task EndAsync(int code, CancellationToken ct)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registered = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(ct);
        if (Code == 0) Code = code;
        lifetime.StopApplication();
    }
}
