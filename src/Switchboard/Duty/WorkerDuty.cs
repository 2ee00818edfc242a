using NodaTime;

namespace Switchboard.Duty;

/// <summary>What this worker does for its PBX.</summary>
public enum DutyState
{
    /// <summary>It does not know yet whether another one is there.</summary>
    Starting,

    /// <summary>Another worker serves the PBX: this one waits, hears nothing and stores nothing.</summary>
    StandingBy,

    /// <summary>It serves the PBX.</summary>
    OnDuty,

    /// <summary>It served the PBX, another one does now: it ends.</summary>
    StoodDown,
}

/// <summary>
/// The one gate before everything that serves the PBX: the link to it, the record, dialogues, what rings. PostgreSQL's lock and the lease at the PBX
/// open it; standing down closes it for good, since what this process knows may be old by then. Thread-safe.
/// </summary>
public sealed class WorkerDuty
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _id = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private readonly Action _stop;
    private volatile DutyState _state = DutyState.Starting;
    private volatile Rival? _rival;

    /// <param name="time">The clock.</param>
    /// <param name="stop">Ends the worker, so that whoever supervises it starts it again.</param>
    public WorkerDuty(TimeProvider time, Action stop) => (_time, _stop) = (time, stop);

    public DutyState State => _state;

    public bool IsOn => _state == DutyState.OnDuty;

    /// <summary>Whom it stands by for, or stood down for.</summary>
    public Rival? Rival => _rival;

    /// <summary>Can it do its duty: with the database, or from this machine's copy? One that cannot is no reason for another one to wait.</summary>
    public Func<bool> Serves { get; set; } = () => true;

    /// <summary>On duty since; null before.</summary>
    public Instant? Since { get; private set; }

    /// <summary>What the PBX knows this worker by; null while that is not known, and where nobody shares the PBX (<see cref="Alone"/>).</summary>
    public string? Id => _id.Task is { IsCompletedSuccessfully: true, Result: { Length: > 0 } id } ? id : null;

    /// <summary>Raised when <see cref="State"/> or <see cref="Rival"/> changed.</summary>
    public event Action? Changed;

    /// <summary>On duty from the start, without a lease: a part of the worker that runs by itself.</summary>
    public static WorkerDuty Alone(TimeProvider time)
    {
        var duty = new WorkerDuty(time, () => { });
        duty.Identify("");
        duty.Begin();
        return duty;
    }

    /// <summary>Its id is decided; once.</summary>
    public void Identify(string id) => _id.TrySetResult(id);

    /// <summary>Waits until its id is decided.</summary>
    public Task<string> IdentityAsync(CancellationToken ct) => _id.Task.WaitAsync(Timeout.InfiniteTimeSpan, _time, ct);

    /// <summary>Waits until it is on duty.</summary>
    public Task WhenOnAsync(CancellationToken ct) => _begun.Task.WaitAsync(Timeout.InfiniteTimeSpan, _time, ct);

    /// <summary>Nobody else is there: it serves. Returns for whom it had stood by, or null.</summary>
    public Rival? Begin()
    {
        Rival? before;
        lock (_lock)
        {
            if (_state is DutyState.OnDuty or DutyState.StoodDown) return null;
            before = _rival;
            Since = Instant.FromDateTimeOffset(_time.GetUtcNow());
            (_state, _rival) = (DutyState.OnDuty, null);
        }

        _begun.TrySetResult();
        Changed?.Invoke();
        return before;
    }

    /// <summary>Another one serves. Without effect on a worker that serves already.</summary>
    public void StandBy(Rival rival)
    {
        lock (_lock)
        {
            if (_state is DutyState.OnDuty or DutyState.StoodDown || (_state == DutyState.StandingBy && _rival == rival)) return;
            (_state, _rival) = (DutyState.StandingBy, rival);
        }

        Changed?.Invoke();
    }

    /// <summary>Another one serves in its stead: this process ends.</summary>
    public void StandDown(Rival rival)
    {
        lock (_lock)
        {
            if (_state == DutyState.StoodDown) return;
            (_state, _rival) = (DutyState.StoodDown, rival);
        }

        Changed?.Invoke();
        _stop();
    }
}
