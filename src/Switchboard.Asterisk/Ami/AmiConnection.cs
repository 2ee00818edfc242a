using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// A connection to Asterisk's Manager Interface that is kept for ever: one owner task connects, logs in, waits for FullyBooted, watches,
/// and begins anew when the session dies. Nothing is ever replayed: an action that was pending fails, and its sender decides.
/// Follows Asterisk's AMI v2 specification and main/manager.c.
/// </summary>
public sealed class AmiConnection(AmiOptions options, TimeProvider time, ILogger<AmiConnection> logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<AmiSubscription> _subscriptions = [];
    private volatile AmiSession? _session;
    private AmiStatus _status = new(AmiState.Disconnected, 0, time.GetUtcNow(), null, null, 0);
    private long _lastOverflowLog;
    private int _failures;
    private DateTimeOffset _failingSince;
    private DateTimeOffset _lastFailureLog;

    /// <summary>Where the connection is just now.</summary>
    public AmiStatus Status => Volatile.Read(ref _status);

    /// <summary>Connects and stays connected until <paramref name="ct"/>. Call once.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var patience = Patience();
        try
        {
            while (true) await patience.ExecuteAsync(async token => await LiveAsync(token).ConfigureAwait(false), ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            SetState(AmiState.Disconnected, "stopped");
        }
    }

    /// <summary>Sends an action and returns Asterisk's response.</summary>
    /// <exception cref="AmiRejectedException">Asterisk answered Error.</exception>
    /// <exception cref="AmiNotConnectedException">There is no session; nothing was sent.</exception>
    /// <exception cref="AmiConnectionLostException">The session died before the response.</exception>
    /// <exception cref="AmiTimeoutException">No response within <see cref="AmiOptions.ActionTimeout"/>.</exception>
    public async Task<AmiMessage> SendAsync(AmiAction action, CancellationToken ct = default) =>
        await Session().SendAsync(action, options.ActionTimeout, ct).ConfigureAwait(false);

    /// <summary>Sends an action that answers with a list and returns its items, without the closing event.</summary>
    /// <param name="action">Such as CoreShowChannels.</param>
    /// <param name="notFoundIsEmpty">Some actions answer Error where there is nothing to list (DBGetTree); other errors are thrown.</param>
    /// <param name="ct">Stops waiting; the action itself is not undone.</param>
    public async Task<IReadOnlyList<AmiMessage>> SendListAsync(AmiAction action, bool notFoundIsEmpty = false, CancellationToken ct = default)
    {
        try
        {
            return await Session().SendListAsync(action, options.ActionTimeout, ct).ConfigureAwait(false);
        }
        catch (AmiRejectedException refused) when (notFoundIsEmpty && refused.NothingFound)
        {
            return [];
        }
    }

    /// <summary>Places a call asynchronously; returns when Asterisk has accepted it.</summary>
    /// <param name="originate">An Originate without Async, which is added; its Timeout (ms) bounds the wait for the outcome.</param>
    /// <param name="ct">Stops waiting for acceptance; the call is not undone.</param>
    public async Task<AmiOriginate> OriginateAsync(AmiAction originate, CancellationToken ct = default)
    {
        var ring = long.TryParse(originate.Get("Timeout"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var ms)
            ? TimeSpan.FromMilliseconds(ms)
            : TimeSpan.FromSeconds(30); // Asterisk's default
        if (originate.Get("Async") is null) originate.With("Async", "true");
        return await Session().OriginateAsync(originate, options.ActionTimeout, ring + TimeSpan.FromSeconds(15), ct).ConfigureAwait(false);
    }

    /// <summary>A queue of its own for a reader: everything from now on, or only events of these names (and always the connection's own changes).</summary>
    /// <param name="name">Who reads; for log lines.</param>
    /// <param name="eventNames">Compared as the set compares.</param>
    /// <param name="capacity">Events held for a slow reader; <see cref="AmiOptions.EventQueueCapacity"/> where null.</param>
    public AmiSubscription Subscribe(string name, IReadOnlySet<string>? eventNames = null, int? capacity = null)
    {
        var subscription = new AmiSubscription(name, eventNames, capacity ?? options.EventQueueCapacity, Unsubscribe, Overflowed);
        lock (_gate) _subscriptions.Add(subscription);
        return subscription;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_session is { } session) await session.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var subscription in _subscriptions) subscription.Complete();
        }
    }

    /// <summary>One life, from the connect to the death. One that dies young fails like a connect: who lets us in only to hang up is not hammered.</summary>
    private async Task LiveAsync(CancellationToken ct)
    {
        await using var life = await ConnectAsync(ct).ConfigureAwait(false);
        var began = time.GetTimestamp();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watch = life.Session.WatchAsync(watching.Token);
        await Task.WhenAny(life.Session.Died, Task.Delay(Timeout.InfiniteTimeSpan, time, watching.Token)).ConfigureAwait(false);
        await watching.CancelAsync().ConfigureAwait(false);
        await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ct.IsCancellationRequested && !life.Session.Died.IsCompleted)
        {
            await LogoffAsync(life.Session).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
        }

        var reason = await life.Session.Died.ConfigureAwait(false);
        End(life.Generation, reason);
        if (time.GetElapsedTime(began) < options.ReconnectDelayMax) throw new AmiConnectionLostException($"connected, then: {reason.Message}", reason);
        _failures = 0;
    }

    private async ValueTask<Life> ConnectAsync(CancellationToken ct)
    {
        var generation = Status.Generation + 1;
        var held = new List<AmiMessage>();
        var booted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var announced = false;
        // Runs on the reader only: Connected first, then what came before FullyBooted, then the rest as it comes.
        void OnEvent(AmiSession session, AmiMessage message)
        {
            if (announced)
            {
                Publish(new AmiEvent(generation, message));
                return;
            }

            held.Add(message);
            if (message.EventName != "FullyBooted") return;
            announced = true;
            _session = session;
            SetState(AmiState.Connected, null, generation, session.Banner);
            Publish(new AmiConnected(generation, session.Banner));
            foreach (var early in held) Publish(new AmiEvent(generation, early));
            held.Clear();
            booted.TrySetResult();
        }

        AmiSession? session = null;
        try
        {
            SetState(AmiState.Connecting, Status.LastError);
            session = await AmiSession.ConnectAsync(options, time, logger, OnEvent, ct).ConfigureAwait(false);
            SetState(AmiState.LoggingIn, Status.LastError);
            await session.LoginAsync(ct).ConfigureAwait(false);
            if (!booted.Task.IsCompleted) SetState(AmiState.WaitingForFullyBooted, Status.LastError);
            await WaitForBootAsync(booted.Task, session, ct).ConfigureAwait(false);
            logger.Connected(options.Host, options.Port, options.Username, session.Banner, generation);
            return new Life(session, generation);
        }
        catch (Exception failed)
        {
            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
            if (announced) End(generation, failed);
            else SetState(AmiState.Disconnected, failed.Message);
            throw;
        }
    }

    private async Task WaitForBootAsync(Task booted, AmiSession session, CancellationToken ct)
    {
        try
        {
            var first = await Task.WhenAny(booted, session.Died).WaitAsync(options.FullyBootedTimeout, time, ct).ConfigureAwait(false);
            if (first != booted) throw await session.Died.ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new AmiConnectionLostException($"no FullyBooted within {options.FullyBootedTimeout.TotalSeconds:0.#} s of the login");
        }
    }

    private void End(long generation, Exception reason)
    {
        _session = null;
        SetState(AmiState.Disconnected, reason.Message);
        logger.Disconnected(generation, options.Host, options.Port, reason.Message);
        Publish(new AmiDisconnected(generation, reason));
    }

    private async Task LogoffAsync(AmiSession session)
    {
        try
        {
            await session.SendAsync(new AmiAction("Logoff"), TimeSpan.FromSeconds(1), CancellationToken.None).ConfigureAwait(false);
        }
        catch (AmiException)
        {
            // It is gone, or slow to say goodbye; we are leaving either way.
        }

        _session = null;
    }

    private ResiliencePipeline Patience() => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<AmiException>(),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.ReconnectDelayMin,
            MaxDelay = options.ReconnectDelayMax,
            // A refused login is not put right by haste.
            DelayGenerator = retry => new(retry.Outcome.Exception is AmiLoginFailedException ? options.RefusedLoginDelay : null),
            OnRetry = retry =>
            {
                LogFailure(retry.Outcome.Exception!);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private void LogFailure(Exception failure)
    {
        var now = time.GetUtcNow();
        if (failure is AmiLoginFailedException)
        {
            logger.LoginRefused(options.Username, options.Host, options.Port, failure.Message, options.RefusedLoginDelay);
            return;
        }

        if (_failures++ == 0) _failingSince = now;
        else if (now - _lastFailureLog < TimeSpan.FromMinutes(1)) return;
        _lastFailureLog = now;
        logger.CannotConnect(options.Host, options.Port, _failures, _failingSince, failure.Message);
    }

    private AmiSession Session() => Status.State == AmiState.Connected && _session is { } session
        ? session
        : throw new AmiNotConnectedException($"not connected to {options.Host}:{options.Port}: {Status.LastError ?? Status.State.ToString()}");

    private void SetState(AmiState state, string? error, long? generation = null, string? banner = null)
    {
        lock (_gate)
        {
            var before = _status;
            // Reader and owner both report; a session that has booted is not talked back into waiting for it.
            if (state == AmiState.WaitingForFullyBooted && before.State == AmiState.Connected) return;
            var since = (before.State == AmiState.Connected) == (state == AmiState.Connected) ? before.Since : time.GetUtcNow();
            Volatile.Write(ref _status, before with
            {
                State = state,
                Since = since,
                LastError = error,
                Generation = generation ?? before.Generation,
                Banner = banner ?? before.Banner,
            });
        }
    }

    private void Publish(AmiNotification notification)
    {
        lock (_gate)
        {
            foreach (var subscription in _subscriptions) subscription.Publish(notification);
        }
    }

    private void Unsubscribe(AmiSubscription subscription)
    {
        lock (_gate) _subscriptions.Remove(subscription);
    }

    // Called under the gate, by Publish.
    private void Overflowed(AmiSubscription subscription, long lost)
    {
        Volatile.Write(ref _status, _status with { LostEvents = _status.LostEvents + 1 });
        if (lost != 1 && time.GetElapsedTime(_lastOverflowLog) < TimeSpan.FromMinutes(1)) return;
        _lastOverflowLog = time.GetTimestamp();
        logger.Overflow(subscription.Name, lost);
    }

    private readonly record struct Life(AmiSession Session, long Generation) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Session.DisposeAsync();
    }
}
