using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// One TCP life with Asterisk. Its reader only cuts messages, completes what waits for them and hands events on; it runs nobody's code.
/// When it dies, everything that was pending fails at once.
/// </summary>
internal sealed class AmiSession : IAsyncDisposable
{
    private static readonly string Process = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private static long _lastActionId;

    private readonly AmiOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Action<AmiSession, AmiMessage> _onEvent;
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly PipeReader _input;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<string, Pending> _pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AmiOriginate> _originates = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<Exception> _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastReceived;

    private AmiSession(AmiOptions options, TimeProvider time, ILogger log, Socket socket, Action<AmiSession, AmiMessage> onEvent)
    {
        (_options, _time, _log, _socket, _onEvent) = (options, time, log, socket, onEvent);
        _stream = new NetworkStream(socket, ownsSocket: true);
        _input = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, minimumReadSize: 4096));
        _lastReceived = time.GetTimestamp();
    }

    /// <summary>Asterisk's first line.</summary>
    public string Banner { get; private set; } = "";

    /// <summary>Completes with the reason when the session is dead.</summary>
    public Task<Exception> Died => _died.Task;

    /// <summary>Connects and reads the greeting; then the reader runs.</summary>
    public static async Task<AmiSession> ConnectAsync(
        AmiOptions options, TimeProvider time, ILogger log, Action<AmiSession, AmiMessage> onEvent, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        AmiSession? session = null;
        try
        {
            await WithinAsync(options.ConnectTimeout, time, "connect", token => socket.ConnectAsync(options.Host, options.Port, token), ct).ConfigureAwait(false);
            session = new AmiSession(options, time, log, socket, onEvent);
            await WithinAsync(options.GreetingTimeout, time, "greeting", token => new ValueTask(session.ReadGreetingAsync(token)), ct).ConfigureAwait(false);
            _ = session.ReadLoopAsync();
            return session;
        }
        catch
        {
            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
            else socket.Dispose();
            throw;
        }
    }

    /// <summary>Logs in by MD5 challenge; the secret itself is never sent.</summary>
    public async Task LoginAsync(CancellationToken ct)
    {
        var challenge = await SendAsync(new AmiAction("Challenge").With("AuthType", "MD5"), _options.LoginTimeout, ct).ConfigureAwait(false);
        var text = (challenge["Challenge"] ?? throw new AmiProtocolException("the answer to Challenge holds none")) + _options.Secret;
#pragma warning disable CA5351 // AMI has no stronger challenge; TLS is what protects the session
        var key = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
        try
        {
            await SendAsync(new AmiAction("Login").With("AuthType", "MD5").With("Username", _options.Username).With("Key", key), _options.LoginTimeout, ct).ConfigureAwait(false);
        }
        catch (AmiRejectedException refused)
        {
            throw new AmiLoginFailedException(refused.Response["Message"] ?? "refused");
        }
    }

    /// <summary>Sends an action and waits for its response.</summary>
    public Task<AmiMessage> SendAsync(AmiAction action, TimeSpan timeout, CancellationToken ct) =>
        ExchangeAsync(action, new Pending(action.Name, list: false), NewActionId(), timeout, p => p.Response, ct);

    /// <summary>Sends an action and waits for its list to be complete.</summary>
    public Task<IReadOnlyList<AmiMessage>> SendListAsync(AmiAction action, TimeSpan timeout, CancellationToken ct) =>
        ExchangeAsync(action, new Pending(action.Name, list: true), NewActionId(), timeout, p => p.Items, ct);

    /// <summary>Sends an originate; its outcome ends exactly once, whatever happens to the session.</summary>
    public async Task<AmiOriginate> OriginateAsync(AmiAction action, TimeSpan timeout, TimeSpan outcomeTimeout, CancellationToken ct)
    {
        var originate = new AmiOriginate(NewActionId());
        _originates[originate.ActionId] = originate;
        try
        {
            await ExchangeAsync(action, new Pending(action.Name, list: false), originate.ActionId, timeout, p => p.Response, ct).ConfigureAwait(false);
        }
        catch
        {
            _originates.TryRemove(originate.ActionId, out _);
            originate.EndUnknown();
            throw;
        }

        _ = GiveUpAsync(originate, outcomeTimeout);
        return originate;
    }

    /// <summary>Watches for silence: asks for a Pong, and declares the session dead without one. Any byte counts as life.</summary>
    public async Task WatchAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested && !Died.IsCompleted)
        {
            var silent = _time.GetElapsedTime(Volatile.Read(ref _lastReceived));
            if (silent < _options.SilenceBeforePing)
            {
                await Task.WhenAny(Died, Task.Delay(_options.SilenceBeforePing - silent, _time, ct)).ConfigureAwait(false);
                continue;
            }

            var before = Volatile.Read(ref _lastReceived);
            try
            {
                await SendAsync(new AmiAction("Ping"), _options.PingTimeout, ct).ConfigureAwait(false);
            }
            catch (AmiTimeoutException) when (Volatile.Read(ref _lastReceived) == before)
            {
                Die(new AmiConnectionLostException($"no Pong within {_options.PingTimeout.TotalSeconds:0.#} s of silence"));
            }
            catch (AmiException)
            {
                // Rejected, or late with other traffic flowing: alive. Lost: Died is set already.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Die(new AmiConnectionLostException("the session was closed"));
        await _stream.DisposeAsync().ConfigureAwait(false);
        _writing.Dispose();
    }

    /// <summary>Ends the session: closes the socket, fails what is pending.</summary>
    public void Die(Exception reason)
    {
        if (!_died.TrySetResult(reason)) return;
        _socket.Dispose();
        foreach (var id in _pending.Keys)
        {
            if (_pending.TryRemove(id, out var pending)) pending.Fail(Lost(reason));
        }

        foreach (var id in _originates.Keys)
        {
            if (_originates.TryRemove(id, out var originate)) originate.EndUnknown();
        }
    }

    private async Task<T> ExchangeAsync<T>(AmiAction action, Pending pending, string id, TimeSpan timeout, Func<Pending, Task<T>> result, CancellationToken ct)
    {
        var bytes = action.ToBytes(id);
        _pending[id] = pending;
        try
        {
            if (Died.IsCompleted) throw Lost(await Died.ConfigureAwait(false));
            // One deadline for both: a peer that no longer reads keeps the writer waiting as well.
            return await WriteAndWaitAsync(bytes, result(pending)).WaitAsync(timeout, _time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new AmiTimeoutException($"no answer to {action.Name} within {timeout.TotalSeconds:0.#} s");
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    private async Task<T> WriteAndWaitAsync<T>(byte[] bytes, Task<T> result)
    {
        await WriteAsync(bytes).ConfigureAwait(false);
        return await result.ConfigureAwait(false);
    }

    // Never cancelled half-way: a torn frame would spoil the session for everyone.
    private async Task WriteAsync(byte[] bytes)
    {
        try
        {
            await _writing.WaitAsync().ConfigureAwait(false);
            try
            {
                await _stream.WriteAsync(bytes).ConfigureAwait(false);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or SocketException)
        {
            var lost = new AmiConnectionLostException($"writing failed: {broken.Message}", broken);
            Die(lost);
            throw lost;
        }
    }

    private async Task ReadGreetingAsync(CancellationToken ct)
    {
        while (true)
        {
            var read = await _input.ReadAsync(ct).ConfigureAwait(false);
            var reader = new System.Buffers.SequenceReader<byte>(read.Buffer);
            if (reader.TryReadTo(out System.Buffers.ReadOnlySequence<byte> line, "\r\n"u8))
            {
                Banner = Encoding.ASCII.GetString(line);
                _input.AdvanceTo(reader.Position);
                if (!Banner.StartsWith("Asterisk Call Manager/", StringComparison.Ordinal))
                    throw new AmiProtocolException($"what answers at {_options.Host}:{_options.Port} is not Asterisk's manager interface");
                return;
            }

            if (read.Buffer.Length > 1024) throw new AmiProtocolException($"what answers at {_options.Host}:{_options.Port} sends no greeting");
            if (read.IsCompleted) throw new AmiConnectionLostException("closed before the greeting");
            _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private async Task ReadLoopAsync()
    {
        var messages = new AmiMessageReader(_options.MaxMessageBytes);
        try
        {
            while (true)
            {
                var read = await _input.ReadAsync().ConfigureAwait(false);
                Volatile.Write(ref _lastReceived, _time.GetTimestamp());
                var buffer = read.Buffer;
                while (true)
                {
                    if (messages.TryRead(ref buffer, out var message)) Dispatch(message);
                    else if (messages.Skipped is { } skipped) _log.Oversize(_options.MaxMessageBytes, skipped);
                    else break;
                }

                var torn = read.IsCompleted && buffer.Length > 0;
                _input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    Die(new AmiConnectionLostException(torn ? "Asterisk closed the connection inside a message" : "Asterisk closed the connection"));
                    return;
                }
            }
        }
        catch (Exception broken)
        {
            Die(new AmiConnectionLostException($"reading failed: {broken.Message}", broken));
        }
    }

    private void Dispatch(AmiMessage message)
    {
        // Event before Response: OriginateResponse carries both.
        var id = message.ActionId;
        if (message.IsEvent)
        {
            if (id is not null && _pending.TryGetValue(id, out var list) && list.TakeItem(message)) return;
            if (id is not null && message.EventName == "OriginateResponse" && _originates.TryRemove(id, out var originate)) originate.End(message);
            _onEvent(this, message);
            return;
        }

        if (id is not null && _pending.TryGetValue(id, out var pending)) pending.TakeResponse(message);
        else _log.LateResponse(id);
    }

    private async Task GiveUpAsync(AmiOriginate originate, TimeSpan after)
    {
        await Task.WhenAny(originate.Outcome, Task.Delay(after, _time)).ConfigureAwait(false);
        if (_originates.TryRemove(originate.ActionId, out _)) originate.EndUnknown();
    }

    private static AmiConnectionLostException Lost(Exception reason) =>
        reason as AmiConnectionLostException ?? new AmiConnectionLostException(reason.Message, reason);

    private static string NewActionId() =>
        string.Create(CultureInfo.InvariantCulture, $"{Process}-{Interlocked.Increment(ref _lastActionId)}");

    private static async Task WithinAsync(TimeSpan timeout, TimeProvider time, string what, Func<CancellationToken, ValueTask> work, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            await work(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new AmiConnectionLostException($"no {what} within {timeout.TotalSeconds:0.#} s");
        }
        catch (Exception broken) when (broken is SocketException or IOException)
        {
            throw new AmiConnectionLostException(broken.Message, broken);
        }
    }

    /// <summary>An action that waits for its response, and for the items of its list.</summary>
    private sealed class Pending(string action, bool list)
    {
        private readonly TaskCompletionSource<AmiMessage> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<IReadOnlyList<AmiMessage>> _items = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<AmiMessage> _collected = [];

        public Task<AmiMessage> Response => _response.Task;
        public Task<IReadOnlyList<AmiMessage>> Items => _items.Task;

        public void TakeResponse(AmiMessage message)
        {
            if (message["Response"] is { } kind && kind.Equals("Error", StringComparison.OrdinalIgnoreCase)) Fail(new AmiRejectedException(action, message));
            else _response.TrySetResult(message);
        }

        public bool TakeItem(AmiMessage message)
        {
            if (!list) return false;
            if (message["EventList"] is { } mark && mark.Equals("Complete", StringComparison.OrdinalIgnoreCase)) _items.TrySetResult(_collected);
            else if (message["EventList"] is { } cancelled && cancelled.Equals("Cancelled", StringComparison.OrdinalIgnoreCase)) Fail(new AmiRejectedException(action, message));
            else _collected.Add(message);
            return true;
        }

        public void Fail(Exception reason)
        {
            _response.TrySetException(reason);
            _items.TrySetException(reason);
            // Only one of the two is awaited; the other must not be reported as forgotten.
            _ = _response.Task.Exception;
            _ = _items.Task.Exception;
        }
    }
}
