using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// A connection to Asterisk's Manager Interface that is kept for ever: one owner task connects, logs in, waits for FullyBooted, watches,
/// and begins anew when the session dies. Nothing is ever replayed: an action that was pending fails, and its sender decides.
/// Follows Asterisk's AMI v2 specification and main/manager.c.
/// </summary>
public sealed class AmiConnection : IAsyncDisposable
{
    private readonly AmiOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<AmiConnection> _logger;
    private readonly AmiEventHub _hub;
    private readonly Lock _gate = new();
    private volatile AmiSession? _session;
    private AmiStatus _status;
    private int _failures;
    private DateTimeOffset _failingSince;
    private DateTimeOffset _lastFailureLog;

    /// <summary>A connection that begins with <see cref="RunAsync"/>.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public AmiConnection(AmiOptions options, TimeProvider time, ILogger<AmiConnection> logger)
    {
        options.Validate();
        (_options, _time, _logger, _hub) = (options, time, logger, new AmiEventHub(time, logger));
        _status = new(AmiState.Disconnected, 0, time.GetUtcNow(), null, AmiTrouble.None, null, 0);
    }

    /// <summary>Where the connection is just now.</summary>
    public AmiStatus Status => Volatile.Read(ref _status) with { LostEvents = _hub.Lost };

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
            SetState(AmiState.Disconnected, "stopped", AmiTrouble.None);
        }
    }

    /// <summary>Sends an action and returns Asterisk's response.</summary>
    /// <exception cref="AmiRejectedException">Asterisk answered Error.</exception>
    /// <exception cref="AmiNotConnectedException">There is no session; nothing was sent.</exception>
    /// <exception cref="AmiConnectionLostException">The session died before the response.</exception>
    /// <exception cref="AmiTimeoutException">No response within <see cref="AmiOptions.ActionTimeout"/>.</exception>
    public async Task<AmiMessage> SendAsync(AmiAction action, CancellationToken ct = default) =>
        await Session().SendAsync(action, _options.ActionTimeout, ct).ConfigureAwait(false);

    /// <summary>
    /// Sends an action that answers with a list and hands out its items as they come, without the closing event. Breaking off is allowed at
    /// any time; what still comes of the list is swallowed.
    /// </summary>
    /// <param name="action">Such as CoreShowChannels.</param>
    /// <param name="notFoundIsEmpty">Some actions answer Error where there is nothing to list (DBGetTree); other errors are thrown.</param>
    /// <param name="ct">Stops waiting; the action itself is not undone.</param>
    /// <exception cref="AmiException">As of <see cref="SendAsync"/>; the deadline is one for each next item.</exception>
    public async IAsyncEnumerable<AmiMessage> ListAsync(AmiAction action, bool notFoundIsEmpty = false, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var items = Session().ListAsync(action, _options.ActionTimeout, ct).GetAsyncEnumerator(ct);
        await using (items.ConfigureAwait(false))
        {
            while (true)
            {
                try
                {
                    if (!await items.MoveNextAsync().ConfigureAwait(false)) yield break;
                }
                catch (AmiRejectedException refused) when (notFoundIsEmpty && refused.NothingFound)
                {
                    yield break;
                }

                yield return items.Current;
            }
        }
    }

    /// <summary>As <see cref="ListAsync"/>, when the list has come to its end.</summary>
    public async Task<IReadOnlyList<AmiMessage>> SendListAsync(AmiAction action, bool notFoundIsEmpty = false, CancellationToken ct = default)
    {
        var items = new List<AmiMessage>();
        await foreach (var item in ListAsync(action, notFoundIsEmpty, ct).ConfigureAwait(false)) items.Add(item);
        return items;
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
        return await Session().OriginateAsync(originate, _options.ActionTimeout, ring + TimeSpan.FromSeconds(15), ct).ConfigureAwait(false);
    }

    /// <summary>A queue of its own for a reader: everything from now on, or only events of these names (and always the connection's own changes).</summary>
    /// <param name="name">Who reads; for log lines.</param>
    /// <param name="eventNames">Compared as the set compares.</param>
    /// <param name="capacity">Events held for a slow reader; <see cref="AmiOptions.EventQueueCapacity"/> where null.</param>
    public AmiSubscription Subscribe(string name, IReadOnlySet<string>? eventNames = null, int? capacity = null) =>
        _hub.Subscribe(name, eventNames, capacity ?? _options.EventQueueCapacity);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_session is { } session) await session.DisposeAsync().ConfigureAwait(false);
        _hub.Complete();
    }

    /// <summary>One life, from the connect to the death. One that dies young fails like a connect: who lets us in only to hang up is not hammered.</summary>
    private async Task LiveAsync(CancellationToken ct)
    {
        await using var life = await ConnectAsync(ct).ConfigureAwait(false);
        var began = _time.GetTimestamp();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watch = life.Session.WatchAsync(watching.Token);
        await Task.WhenAny(life.Session.Died, Task.Delay(Timeout.InfiniteTimeSpan, _time, watching.Token)).ConfigureAwait(false);
        await watching.CancelAsync().ConfigureAwait(false);
        await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ct.IsCancellationRequested && !life.Session.Died.IsCompleted)
        {
            await LogoffAsync(life.Session).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
        }

        var reason = await life.Session.Died.ConfigureAwait(false);
        await EndAsync(life, reason).ConfigureAwait(false);
        if (_time.GetElapsedTime(began) < _options.ReconnectDelayMax) throw new AmiConnectionLostException($"connected, then: {reason.Message}", reason);
        _failures = 0;
    }

    private async ValueTask<AmiLife> ConnectAsync(CancellationToken ct)
    {
        var life = new AmiLife(Status.Generation + 1, _hub, _time, OnBooted);
        try
        {
            SetState(AmiState.Connecting);
            life.Session = await AmiSession.ConnectAsync(_options, _time, _logger, life, ct).ConfigureAwait(false);
            SetState(AmiState.LoggingIn);
            await life.Session.LoginAsync(ct).ConfigureAwait(false);
            if (!life.Booted.IsCompleted) SetState(AmiState.WaitingForFullyBooted);
            await WaitForBootAsync(life, ct).ConfigureAwait(false);
            _logger.Connected(_options.Host, _options.Port, _options.Username, life.Session.Banner, life.Generation);
            return life;
        }
        catch (Exception failed)
        {
            // Stopped in the very moment of getting through: Asterisk has let us in, and is told goodbye.
            if (ct.IsCancellationRequested && _session is { } open) await LogoffAsync(open).ConfigureAwait(false);
            await life.DisposeAsync().ConfigureAwait(false);
            if (life.Booted.IsCompleted) await EndAsync(life, failed).ConfigureAwait(false);
            else SetState(AmiState.Disconnected, failed.Message, TroubleOf(failed));
            throw;
        }
    }

    // By the session's reader, before the first event is told.
    private void OnBooted(AmiLife life, AmiSession session)
    {
        _session = session;
        SetState(AmiState.Connected, null, AmiTrouble.None, life.Generation, session.Banner);
    }

    private async Task WaitForBootAsync(AmiLife life, CancellationToken ct)
    {
        try
        {
            var first = await Task.WhenAny(life.Booted, life.Session.Died).WaitAsync(_options.FullyBootedTimeout, _time, ct).ConfigureAwait(false);
            if (first != life.Booted) throw await life.Session.Died.ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new AmiConnectionLostException($"no FullyBooted within {_options.FullyBootedTimeout.TotalSeconds:0.#} s of the login");
        }
    }

    private async Task EndAsync(AmiLife life, Exception reason)
    {
        _session = null;
        SetState(AmiState.Disconnected, reason.Message, TroubleOf(reason));
        _logger.Disconnected(life.Generation, _options.Host, _options.Port, reason.Message);
        // Its reader may still hand on what had come; Disconnected is the last word of a generation.
        await life.DisposeAsync().ConfigureAwait(false);
        _hub.Publish(new AmiDisconnected(life.Generation, reason));
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

    private ResiliencePipeline Patience() => new ResiliencePipelineBuilder { TimeProvider = _time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<AmiException>(),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = _options.ReconnectDelayMin,
            MaxDelay = _options.ReconnectDelayMax,
            // A refused login or certificate is not put right by haste.
            DelayGenerator = retry => new(retry.Outcome.Exception is AmiLoginFailedException or AmiTlsException ? _options.RefusedLoginDelay : null),
            OnRetry = retry =>
            {
                LogFailure(retry.Outcome.Exception!);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private void LogFailure(Exception failure)
    {
        var now = _time.GetUtcNow();
        if (failure is AmiLoginFailedException)
        {
            _logger.LoginRefused(_options.Username, _options.Host, _options.Port, failure.Message, _options.RefusedLoginDelay);
            return;
        }

        if (failure is AmiTlsException)
        {
            _logger.TlsRefused(_options.Host, _options.Port, failure.Message, _options.RefusedLoginDelay);
            return;
        }

        if (_failures++ == 0) _failingSince = now;
        else if (now - _lastFailureLog < TimeSpan.FromMinutes(1)) return;
        _lastFailureLog = now;
        _logger.CannotConnect(_options.Host, _options.Port, _failures, _failingSince, failure.Message);
    }

    private AmiSession Session() => Volatile.Read(ref _status).State == AmiState.Connected && _session is { } session
        ? session
        : throw new AmiNotConnectedException($"not connected to {_options.Host}:{_options.Port}: {Status.LastError ?? Status.State.ToString()}");

    private static AmiTrouble TroubleOf(Exception failure) => failure switch
    {
        AmiLoginFailedException => AmiTrouble.LoginRefused,
        AmiTlsException => AmiTrouble.NotTrusted,
        AmiProtocolException => AmiTrouble.NotAsterisk,
        _ => AmiTrouble.Unreachable,
    };

    // While it tries again, the last failure stands.
    private void SetState(AmiState state)
    {
        var before = Volatile.Read(ref _status);
        SetState(state, before.LastError, before.Trouble);
    }

    private void SetState(AmiState state, string? error, AmiTrouble trouble, long? generation = null, string? banner = null)
    {
        lock (_gate)
        {
            var before = _status;
            // Reader and owner both report; a session that has booted is not talked back into waiting for it.
            if (state == AmiState.WaitingForFullyBooted && before.State == AmiState.Connected) return;
            var since = (before.State == AmiState.Connected) == (state == AmiState.Connected) ? before.Since : _time.GetUtcNow();
            Volatile.Write(ref _status, before with
            {
                State = state,
                Since = since,
                LastError = error,
                Trouble = trouble,
                Generation = generation ?? before.Generation,
                Banner = banner ?? before.Banner,
            });
        }
    }
}
