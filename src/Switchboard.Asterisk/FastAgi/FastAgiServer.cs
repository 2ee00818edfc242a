using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Switchboard.Asterisk.FastAgi;

/// <summary>A dialogue. It has come to its end when it returns; whatever it throws makes AGISTATUS FAILURE, so that the dialplan goes another way.</summary>
/// <param name="session">The caller.</param>
/// <param name="ct">Cancelled when the dialogue has taken too long or the server stops; whether the caller is gone says <see cref="AgiSession.HungUp"/>.</param>
public delegate Task AgiHandler(AgiSession session, CancellationToken ct);

/// <summary>What the server is doing, and has done since its start.</summary>
/// <param name="EndPoint">Where it listens; null while it cannot.</param>
/// <param name="Running">Dialogues now.</param>
/// <param name="Finished">Dialogues that came to their end, or whose caller hung up.</param>
/// <param name="Failed">Dialogues that failed or were ended.</param>
/// <param name="Refused">Connections that became no dialogue.</param>
public sealed record FastAgiStatus(IPEndPoint? EndPoint, int Running, long Finished, long Failed, long Refused);

/// <summary>
/// A FastAGI server: Asterisk's dialplan asks for a script by name, and its handler talks to the caller. It listens for ever; a taken port is
/// told and tried again. Bounded in sessions, time and bytes; what it refuses goes the dialplan's other way at once.
/// </summary>
public sealed class FastAgiServer
{
    private readonly FastAgiOptions _options;
    private readonly IReadOnlyDictionary<string, AgiHandler> _scripts;
    private readonly TimeProvider _time;
    private readonly ILogger<FastAgiServer> _logger;
    private readonly HashSet<IPAddress> _allowed;
    private readonly AgiFoldedLines _hourly;
    private readonly AgiFoldedLines _minutely;
    private readonly ConcurrentDictionary<long, Task> _sessions = new();
    private readonly TaskCompletionSource<IPEndPoint> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IPEndPoint? _endPoint;
    private long _lastSession;
    private long _finished;
    private long _failed;
    private long _refused;
    private int _turnedAway;

    /// <summary>A server that begins with <see cref="RunAsync"/>.</summary>
    /// <param name="options">Not to be changed afterwards.</param>
    /// <param name="scripts">Handlers by the name in the dialplan's URL.</param>
    /// <param name="time">The clock of all its deadlines.</param>
    /// <param name="logger">Gets event ids 1100 to 1199.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public FastAgiServer(FastAgiOptions options, IReadOnlyDictionary<string, AgiHandler> scripts, TimeProvider time, ILogger<FastAgiServer> logger)
    {
        options.Validate();
        (_options, _scripts, _time, _logger) = (options, scripts, time, logger);
        _allowed = [.. options.AllowedAddresses.Select(Plain)];
        (_hourly, _minutely) = (new(time, TimeSpan.FromHours(1)), new(time, TimeSpan.FromMinutes(1)));
    }

    /// <summary>Completes when it listens for the first time.</summary>
    public Task<IPEndPoint> Listening => _listening.Task;

    /// <summary>What it is doing just now.</summary>
    public FastAgiStatus Status => new(
        Volatile.Read(ref _endPoint), _sessions.Count, Interlocked.Read(ref _finished), Interlocked.Read(ref _failed), Interlocked.Read(ref _refused));

    /// <summary>Serves until <paramref name="ct"/>; then the dialogues get a moment, and are closed. Call once.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var closing = new CancellationTokenSource();
        try
        {
            while (true)
            {
                using var listener = await ListenAsync(ct).ConfigureAwait(false);
                await AcceptAsync(listener, closing.Token, ct).ConfigureAwait(false);
                Volatile.Write(ref _endPoint, null);
                await Task.Delay(_options.ListenRetryDelay, _time, ct).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Volatile.Write(ref _endPoint, null);
        }

        await EndedWithinAsync(_options.StopPatience).ConfigureAwait(false);
        await closing.CancelAsync().ConfigureAwait(false);
        if (!await EndedWithinAsync(TimeSpan.FromSeconds(3)).ConfigureAwait(false)) _logger.StillRunning(_sessions.Count);
    }

    private async Task<Socket> ListenAsync(CancellationToken ct)
    {
        var wanted = new IPEndPoint(_options.Address, _options.Port);
        while (true)
        {
            var socket = new Socket(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(wanted);
                socket.Listen(Math.Max(_options.MaxSessions, 128));
                var bound = (IPEndPoint)socket.LocalEndPoint!;
                Volatile.Write(ref _endPoint, bound);
                _logger.Listening(bound);
                _listening.TrySetResult(bound);
                return socket;
            }
            catch (SocketException taken)
            {
                socket.Dispose();
                _minutely.Tell("listen", _ => _logger.CannotListen(wanted, taken.Message, _options.ListenRetryDelay));
            }

            await Task.Delay(_options.ListenRetryDelay, _time, ct).ConfigureAwait(false);
        }
    }

    private async Task AcceptAsync(Socket listener, CancellationToken closing, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(ct).ConfigureAwait(false);
                Admit(socket, closing);
            }
        }
        catch (SocketException broken)
        {
            // Out of descriptors, or the address has gone: told, and begun anew.
            _minutely.Tell("listen", _ => _logger.CannotListen((IPEndPoint)listener.LocalEndPoint!, broken.Message, _options.ListenRetryDelay));
        }
    }

    private void Admit(Socket socket, CancellationToken closing)
    {
        if (AddressOf(socket) is not { } address || !_allowed.Contains(address))
        {
            Interlocked.Increment(ref _refused);
            if (AddressOf(socket) is { } stranger) _hourly.Tell($"stranger {stranger}", times => _logger.Stranger(stranger, times));
            socket.Dispose();
            return;
        }

        socket.NoDelay = true;
        if (_sessions.Count < _options.MaxSessions)
        {
            var number = ++_lastSession;
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _sessions[number] = ended.Task;
            // By another thread: a handler's first steps are not the listener's.
            _ = Task.Run(() => ServeAsync(socket, address, number, ended, closing), CancellationToken.None);
            return;
        }

        Interlocked.Increment(ref _refused);
        _minutely.Tell("full", times => _logger.Full(_options.MaxSessions, times));
        // So many again are told; whoever comes then finds the connection closed.
        if (Interlocked.Increment(ref _turnedAway) <= _options.MaxSessions)
        {
            _ = Task.Run(() => TurnAwayAsync(socket), CancellationToken.None);
            return;
        }

        Interlocked.Decrement(ref _turnedAway);
        socket.Dispose();
    }

    private async Task TurnAwayAsync(Socket socket)
    {
        try
        {
            await new AgiConversation(socket, _options, _time).EndAsync(failed: true).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has left already.
        }
        finally
        {
            Interlocked.Decrement(ref _turnedAway);
        }
    }

    private async Task ServeAsync(Socket socket, IPAddress address, long number, TaskCompletionSource ended, CancellationToken closing)
    {
        try
        {
            await ServeAsync(new AgiConversation(socket, _options, _time), address, closing).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has left already.
            Interlocked.Increment(ref _refused);
            socket.Dispose();
        }
        finally
        {
            _sessions.TryRemove(number, out _);
            ended.SetResult();
        }
    }

    private async Task ServeAsync(AgiConversation conversation, IPAddress address, CancellationToken closing)
    {
        AgiRequest request;
        try
        {
            request = await conversation.ReadRequestAsync(closing).ConfigureAwait(false);
        }
        catch (Exception bad) when (bad is AgiException or OperationCanceledException)
        {
            Interlocked.Increment(ref _refused);
            _minutely.Tell($"bad {address}", times => _logger.BadRequest(address, bad.Message, times));
            await conversation.EndAsync(failed: true).ConfigureAwait(false);
            return;
        }

        if (_scripts.TryGetValue(request.Script, out var handler))
        {
            await TalkAsync(conversation, request, handler, closing).ConfigureAwait(false);
            return;
        }

        Interlocked.Increment(ref _refused);
        var name = Shorten(request.Script);
        _hourly.Tell($"script {name}", times => _logger.UnknownScript(name, times));
        await conversation.EndAsync(failed: true).ConfigureAwait(false);
    }

    private async Task TalkAsync(AgiConversation conversation, AgiRequest request, AgiHandler handler, CancellationToken closing)
    {
        var began = _time.GetTimestamp();
        using var limit = new CancellationTokenSource(_options.SessionLimit, _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, closing);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, conversation.HungUp);
        var session = new AgiSession(conversation, request, _options);
        var talk = HandleAsync(conversation, session, handler, ending.Token);
        await Task.WhenAny(talk, Task.Delay(Timeout.InfiniteTimeSpan, _time, over.Token)).ConfigureAwait(false);
        var cut = !ending.IsCancellationRequested || (talk.IsCompleted && await talk.ConfigureAwait(false) is null) ? null
            : limit.IsCancellationRequested ? $"it took longer than {_options.SessionLimit}" : "the server stops";
        if (cut is not null)
        {
            conversation.Over(new AgiSessionClosedException(cut));
            _logger.Ended(request.Script, cut);
        }

        // Asterisk keeps a channel until its script is closed: that is not left to a handler that waits for something else.
        if (!talk.IsCompleted) await conversation.EndAsync(failed: !conversation.CallerLeft).ConfigureAwait(false);
        // One that does not end keeps its place: else a thousand of them could run.
        var failure = await talk.ConfigureAwait(false);
        var left = conversation.HungUp.IsCancellationRequested;
        var broken = cut is not null || IsBroken(conversation, request.Script, failure);
        Interlocked.Increment(ref broken ? ref _failed : ref _finished);
        _logger.Served(request.Script, _time.GetElapsedTime(began), broken ? "it failed" : left ? "the caller hung up" : "it came to its end");
        await conversation.EndAsync(failed: broken || (left && !conversation.CallerLeft)).ConfigureAwait(false);
    }

    /// <summary>Says whether the handler failed, and why to the log. A caller who has gone is no failure.</summary>
    private bool IsBroken(AgiConversation conversation, string script, Exception? failure)
    {
        // Trouble that the handler has swallowed is trouble.
        if ((failure as AgiException ?? conversation.Trouble) is { } trouble && trouble is not AgiHungUpException)
        {
            _logger.Ended(script, trouble.Message);
            return true;
        }

        if (failure is null or AgiHungUpException || (failure is OperationCanceledException && conversation.HungUp.IsCancellationRequested)) return false;
        _logger.HandlerFailed(failure, script);
        return true;
    }

    /// <summary>Runs the handler; what it throws is returned.</summary>
    private async Task<Exception?> HandleAsync(AgiConversation conversation, AgiSession session, AgiHandler handler, CancellationToken ct)
    {
        try
        {
            await handler(session, ct).ConfigureAwait(false);
            // Nothing that went wrong and was swallowed becomes a success.
            if (_options.FinishedVariable is { } variable && conversation.Trouble is null) await session.SetVariableAsync(variable, "1", ct).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    private async Task<bool> EndedWithinAsync(TimeSpan patience)
    {
        try
        {
            await Task.WhenAll(_sessions.Values).WaitAsync(patience, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static string Shorten(string name) => new([.. name.Take(40).Select(c => char.IsControl(c) ? '?' : c)]);

    private static IPAddress? AddressOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint is IPEndPoint { Address: var address } ? Plain(address) : null;
        }
        catch (SocketException)
        {
            // It has left before it was let in.
            return null;
        }
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
