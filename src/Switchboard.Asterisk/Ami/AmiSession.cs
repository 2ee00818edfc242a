using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    // Lists that nobody reads any more are swallowed to their end; a peer that never ends them fills so much memory at most.
    private const int MaxAbandonedLists = 1000;
    private static readonly string Process = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private static long _lastActionId;

    private readonly AmiOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly IAmiSessionOwner _owner;
    private readonly IDisposable _line;
    private readonly Stream _stream;
    private readonly PipeReader _input;
    private readonly AmiWriter _output;
    private readonly ConcurrentDictionary<string, AmiPending> _pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AmiOriginate> _originates = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<Exception> _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<AmiMessage> _events = [];
    private Task _reading = Task.CompletedTask;
    private long _lastReceived;
    private int _awaitingEvents;
    private int _abandonedLists;

    private AmiSession(
        AmiOptions options, TimeProvider time, ILogger log, (IDisposable Line, Stream Stream) transport, IAmiSessionOwner owner)
    {
        (_options, _time, _log, _owner) = (options, time, log, owner);
        (_line, _stream) = transport;
        _input = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, minimumReadSize: 4096, leaveOpen: true));
        _output = new AmiWriter(_stream, options.MaxPendingActions, failed => Die(new AmiConnectionLostException($"writing failed: {failed.Message}", failed)));
        _lastReceived = time.GetTimestamp();
    }

    /// <summary>Asterisk's first line.</summary>
    public string Banner { get; private set; } = "";

    /// <summary>Completes with the reason when the session is dead.</summary>
    public Task<Exception> Died => _died.Task;

    /// <summary>Connects and reads the greeting; then the reader runs.</summary>
    public static async Task<AmiSession> ConnectAsync(AmiOptions options, TimeProvider time, ILogger log, IAmiSessionOwner owner, CancellationToken ct)
    {
        var session = new AmiSession(options, time, log, await AmiTransport.ConnectAsync(options, time, ct).ConfigureAwait(false), owner);
        try
        {
            await AmiTransport.WithinAsync(options.GreetingTimeout, time, "greeting", session.ReadGreetingAsync, ct).ConfigureAwait(false);
            session._reading = session.ReadLoopAsync();
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Logs in. By challenge the secret itself is never sent.</summary>
    public async Task LoginAsync(CancellationToken ct)
    {
        var secret = ReadSecret();
        var login = new AmiAction("Login").With("Username", _options.Username);
        if (_options.Authentication == AmiAuthentication.PlainText)
        {
            login.With("Secret", secret);
        }
        else
        {
            var challenge = await SendAsync(new AmiAction("Challenge").With("AuthType", "MD5"), _options.LoginTimeout, ct).ConfigureAwait(false);
            var text = (challenge["Challenge"] ?? throw new AmiProtocolException("the answer to Challenge holds none")) + secret;
#pragma warning disable CA5351 // AMI has no stronger challenge; TLS is what protects the session
            login.With("AuthType", "MD5").With("Key", Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text))));
#pragma warning restore CA5351
        }

        try
        {
            await SendAsync(login, _options.LoginTimeout, ct).ConfigureAwait(false);
        }
        catch (AmiRejectedException refused)
        {
            throw new AmiLoginFailedException(refused.Response["Message"] ?? "refused");
        }
    }

    private string ReadSecret()
    {
        if (_options.ReadSecret is not { } read) return _options.Secret;
        try
        {
            var secret = read();
            // Refused here by its name, never with its value.
            _ = new AmiAction("Login").With("Secret", secret);
            return secret;
        }
        catch (Exception unreadable)
        {
            throw new AmiLoginFailedException($"the secret cannot be read: {unreadable.Message}");
        }
    }

    /// <summary>Sends an action and waits for its response.</summary>
    public Task<AmiMessage> SendAsync(AmiAction action, TimeSpan timeout, CancellationToken ct) => SendAsync(action, NewActionId(), timeout, ct);

    /// <summary>Sends an action and hands out the items of its list as they come; each may take as long as the deadline.</summary>
    public async IAsyncEnumerable<AmiMessage> ListAsync(AmiAction action, TimeSpan timeout, [EnumeratorCancellation] CancellationToken ct)
    {
        var id = NewActionId();
        var list = new AmiPendingList(action.Name, id, action.ToBytes(id), _options.MaxListItems);
        Interlocked.Increment(ref _awaitingEvents);
        try
        {
            Post(list);
            while (await MoreAsync(list, timeout, ct).ConfigureAwait(false))
            {
                while (list.Items.TryRead(out var item)) yield return item;
            }
        }
        finally
        {
            Leave(list);
        }
    }

    /// <summary>Sends an originate; its outcome ends exactly once, whatever happens to the session.</summary>
    public async Task<AmiOriginate> OriginateAsync(AmiAction action, TimeSpan timeout, TimeSpan outcomeTimeout, CancellationToken ct)
    {
        var originate = new AmiOriginate(NewActionId());
        Interlocked.Increment(ref _awaitingEvents);
        _originates[originate.ActionId] = originate;
        try
        {
            await SendAsync(action, originate.ActionId, timeout, ct).ConfigureAwait(false);
        }
        catch
        {
            EndUnknown(originate.ActionId);
            throw;
        }

        // It may have died since.
        if (Died.IsCompleted) EndUnknown(originate.ActionId);
        else _ = GiveUpAsync(originate, outcomeTimeout);
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

    /// <summary>Dead, and its reader has handed on its last event.</summary>
    public async ValueTask DisposeAsync()
    {
        Die(new AmiConnectionLostException("the session was closed"));
        await _reading.ConfigureAwait(false);
        await _input.CompleteAsync().ConfigureAwait(false);
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or SocketException)
        {
            // TLS says goodbye on a socket that is closed already.
        }
    }

    /// <summary>Ends the session: closes the socket, fails what is pending.</summary>
    public void Die(Exception reason)
    {
        if (!_died.TrySetResult(reason)) return;
        _line.Dispose();
        foreach (var pending in _pending.Values) pending.Fail(Lost(reason, pending.TryWithdraw()));
        foreach (var id in _originates.Keys) EndUnknown(id);
    }

    private async Task<AmiMessage> SendAsync(AmiAction action, string id, TimeSpan timeout, CancellationToken ct)
    {
        var pending = new AmiPendingResponse(action.Name, id, action.ToBytes(id));
        try
        {
            Post(pending);
            return await pending.Response.WaitAsync(timeout, _time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Late(pending, timeout);
        }
        finally
        {
            // After this it is not sent any more, if it has not been yet.
            pending.TryWithdraw();
            _pending.TryRemove(id, out _);
        }
    }

    private void Post(AmiPending pending)
    {
        _pending[pending.Id] = pending;
        // Whoever comes after the death fails here, whoever came before it is failed by it.
        if (Died.IsCompleted) throw Lost(Died.Result, nothingSent: true);
        _output.Post(pending);
    }

    private async ValueTask<bool> MoreAsync(AmiPendingList list, TimeSpan timeout, CancellationToken ct)
    {
        var more = list.Items.WaitToReadAsync(ct);
        if (more.IsCompleted) return await more.ConfigureAwait(false);
        try
        {
            return await more.AsTask().WaitAsync(timeout, _time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Late(list, timeout);
        }
    }

    // What still comes of a list that nobody reads any more is not somebody else's event: it is swallowed to its end.
    private void Leave(AmiPendingList list)
    {
        var keep = !list.TryWithdraw() && !Died.IsCompleted;
        if (keep && Interlocked.Increment(ref _abandonedLists) <= MaxAbandonedLists)
        {
            list.Abandon();
            Settle(list);
            return;
        }

        if (keep) Interlocked.Decrement(ref _abandonedLists);
        if (_pending.TryRemove(list.Id, out _)) Interlocked.Decrement(ref _awaitingEvents);
    }

    private void Settle(AmiPending pending)
    {
        if (pending is not AmiPendingList { IsOver: true, IsAbandoned: true } list || !_pending.TryRemove(list.Id, out _)) return;
        Interlocked.Decrement(ref _abandonedLists);
        Interlocked.Decrement(ref _awaitingEvents);
    }

    private async ValueTask ReadGreetingAsync(CancellationToken ct)
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
                    else if (messages.Skipped is { } skipped) Refuse(skipped);
                    else break;
                }

                HandOn();
                var torn = read.IsCompleted && messages.IsInside(buffer);
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
        if (message.IsEvent)
        {
            if (Volatile.Read(ref _awaitingEvents) == 0 || !IsAwaited(message)) _events.Add(message);
        }
        else
        {
            HandOn();
            if (message.ActionId is not { } id || !_pending.TryGetValue(id, out var pending)) _log.LateResponse(message.ActionId);
            else Answer(pending, message);
        }
    }

    /// <summary>Takes a list's item; an originate's end is told to its waiter and to subscribers.</summary>
    private bool IsAwaited(AmiMessage message)
    {
        if (message.ActionId is not { } id) return false;
        if (_pending.TryGetValue(id, out var pending) && pending is AmiPendingList list)
        {
            HandOn();
            list.TakeItem(message);
            Settle(list);
            return true;
        }

        if (message.EventName != "OriginateResponse" || !_originates.TryRemove(id, out var originate)) return false;
        Interlocked.Decrement(ref _awaitingEvents);
        _events.Add(message);
        HandOn();
        originate.End(message);
        return true;
    }

    private void Answer(AmiPending pending, AmiMessage response)
    {
        pending.TakeResponse(response);
        Settle(pending);
    }

    /// <summary>A message was too long. Who waits for it is told at once, and whoever would have got it as an event learns of the gap.</summary>
    private void Refuse(AmiMessage head)
    {
        _log.Oversize(_options.MaxMessageBytes, head.EventName ?? head["Response"] ?? "message without a name");
        HandOn();
        if (head.ActionId is { } id && _pending.TryGetValue(id, out var pending))
            pending.Fail(new AmiProtocolException($"{(head.IsEvent ? "an item" : "the answer")} of {pending.Action} is longer than {_options.MaxMessageBytes} bytes and was skipped"));
        else if (head.IsEvent) _owner.OnSkipped(this, head);
    }

    /// <summary>Hands on the events so far; whatever is told to somebody else afterwards happened after them.</summary>
    private void HandOn()
    {
        if (_events.Count == 0) return;
        _owner.OnEvents(this, CollectionsMarshal.AsSpan(_events));
        _events.Clear();
    }

    private async Task GiveUpAsync(AmiOriginate originate, TimeSpan after)
    {
        try
        {
            await originate.Outcome.WaitAsync(after, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            EndUnknown(originate.ActionId);
        }
    }

    private void EndUnknown(string originateId)
    {
        if (!_originates.TryRemove(originateId, out var originate)) return;
        Interlocked.Decrement(ref _awaitingEvents);
        originate.EndUnknown();
    }

    private static AmiTimeoutException Late(AmiPending pending, TimeSpan timeout) => pending.TryWithdraw()
        ? new($"{pending.Action} could not be sent within {timeout.TotalSeconds:0.#} s: Asterisk does not read", nothingSent: true)
        : new($"no answer to {pending.Action} within {timeout.TotalSeconds:0.#} s");

    private static AmiConnectionLostException Lost(Exception reason, bool nothingSent) => new(reason.Message, reason, nothingSent);

    private static string NewActionId() =>
        string.Create(CultureInfo.InvariantCulture, $"{Process}-{Interlocked.Increment(ref _lastActionId)}");
}

/// <summary>Whom a session hands its events to; called by its reader, in order, and must not block.</summary>
internal interface IAmiSessionOwner
{
    /// <summary>What the span lies in is the session's own again afterwards.</summary>
    void OnEvents(AmiSession session, ReadOnlySpan<AmiMessage> events);

    /// <summary>An event was too long and is lost; so much is known of it.</summary>
    void OnSkipped(AmiSession session, AmiMessage head);
}
