using System.IO.Pipelines;
using System.Net.Sockets;

namespace Switchboard.Asterisk.FastAgi;

/// <summary>
/// One connection of Asterisk: a command goes out, its answer comes in, and HANGUP may come between. Its reader only cuts lines and completes
/// what waits for them; it runs nobody's code.
/// </summary>
internal sealed class AgiConversation : IAsyncDisposable
{
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    private readonly FastAgiOptions _options;
    private readonly TimeProvider _time;
    private readonly NetworkStream _stream;
    private readonly Socket _socket;
    private readonly PipeReader _input;
    private readonly AgiLineReader _lines;
    private readonly AgiReplyReader _replies;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _hungUp = new();
    private readonly Lock _gate = new();
    private Task _reading = Task.CompletedTask;
    private TaskCompletionSource<AgiReply>? _pending;
    private AgiReply? _answer;
    private AgiException? _over;
    private int _ended;

    public AgiConversation(Socket socket, FastAgiOptions options, TimeProvider time)
    {
        (_socket, _options, _time) = (socket, options, time);
        _stream = new NetworkStream(socket, ownsSocket: true);
        _input = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 4096, leaveOpen: true));
        _lines = new AgiLineReader(options.MaxLineBytes);
        _replies = new AgiReplyReader(options.MaxLineBytes);
    }

    /// <summary>Cancelled when the caller is gone.</summary>
    public CancellationToken HungUp => _hungUp.Token;

    /// <summary>Asterisk itself has said so: it knows what became of the call.</summary>
    public bool CallerLeft { get; private set; }

    /// <summary>Why no command can be sent any more.</summary>
    public AgiException? Trouble
    {
        get
        {
            lock (_gate) return _over;
        }
    }

    /// <summary>Reads what Asterisk tells first; then the reader runs.</summary>
    /// <exception cref="AgiException">It did not come in time, is none, or too much.</exception>
    public async Task<AgiRequest> ReadRequestAsync(CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(_options.EnvironmentTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            var request = AgiRequest.Parse(await ReadEnvironmentAsync(either.Token).ConfigureAwait(false));
            _reading = ReadLoopAsync();
            return request;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new AgiTimeoutException($"no environment within {_options.EnvironmentTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception broken) when (broken is IOException or SocketException)
        {
            throw new AgiHungUpException(broken.Message, broken);
        }
    }

    /// <summary>Sends a command, when the one before it is done, and waits for its answer. AGI cannot take a command back: one that is broken off, or late, ends the session.</summary>
    public async Task<AgiReply> SendAsync(AgiCommand command, TimeSpan within, CancellationToken ct)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var reply = await AskAsync(command, within, ct).ConfigureAwait(false);
            if (reply.Code == 200) return reply;
            if (reply.Code == 511) throw Over(new AgiHungUpException($"{command.Verb} came too late: {reply.Message}"));
            throw new AgiRejectedException(command.Verb, reply.Code, reply.Message);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether HANGUP came, or comes at once.</summary>
    public async Task<bool> HangsUpAsync()
    {
        await Task.Delay(Goodbye, _time, HungUp).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return HungUp.IsCancellationRequested;
    }

    /// <summary>From now on commands fail; the first reason stands.</summary>
    public AgiException Over(AgiException reason)
    {
        TaskCompletionSource<AgiReply>? waits;
        lock (_gate)
        {
            _over ??= reason;
            waits = _pending;
        }

        waits?.TrySetException(reason);
        // Whoever listens does so on a thread of its own.
        if (reason is AgiHungUpException) _ = _hungUp.CancelAsync();
        return reason;
    }

    /// <summary>
    /// Says goodbye and closes. A connection that is only closed means SUCCESS to Asterisk, whatever happened; the line <c>failure</c> makes it
    /// set AGISTATUS to FAILURE, also in the middle of a command (res/res_agi.c, run_agi).
    /// </summary>
    public async Task EndAsync(bool failed)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 1) return;
        Over(new AgiSessionClosedException("the session is over"));
        try
        {
            if (failed) await _stream.WriteAsync("failure\n"u8.ToArray()).AsTask().WaitAsync(Goodbye, _time).ConfigureAwait(false);
            _socket.Shutdown(SocketShutdown.Send);
            // What has not been read when a socket is closed resets it, and Asterisk would not see our last line.
            if (_reading.IsCompleted) _reading = DrainAsync();
            await _reading.WaitAsync(Goodbye, _time).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or TimeoutException)
        {
            // Asterisk has left, or does not.
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _input.CompleteAsync().ConfigureAwait(false);
    }

    private async Task<AgiReply> AskAsync(AgiCommand command, TimeSpan within, CancellationToken ct)
    {
        var pending = new TaskCompletionSource<AgiReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_over is { } over) throw over is AgiHungUpException ? new AgiHungUpException(over.Message, over) : new AgiSessionClosedException(over.Message, over);
            _pending = pending;
        }

        try
        {
            return await WriteAsync().WaitAsync(within, _time, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Over(new AgiTimeoutException($"no answer to {command.Verb} within {within.TotalSeconds:0.#} s"));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Over(new AgiSessionClosedException($"{command.Verb} was broken off"));
            throw;
        }
        catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException)
        {
            throw Over(new AgiHungUpException($"writing failed: {broken.Message}", broken));
        }
        finally
        {
            lock (_gate) _pending = null;
        }

        async Task<AgiReply> WriteAsync()
        {
            await _stream.WriteAsync(command.ToBytes(), CancellationToken.None).ConfigureAwait(false);
            return await pending.Task.ConfigureAwait(false);
        }
    }

    private async Task<List<string>> ReadEnvironmentAsync(CancellationToken ct)
    {
        var environment = new List<string>();
        long bytes = 0;
        while (true)
        {
            var read = await _input.ReadAsync(ct).ConfigureAwait(false);
            var buffer = read.Buffer;
            var before = buffer.Length;
            var whole = false;
            while (!whole && _lines.TryRead(ref buffer, out var line))
            {
                if (line.Length == 0) whole = true;
                else environment.Add(line);
            }

            bytes += before - buffer.Length;
            _input.AdvanceTo(buffer.Start, whole ? buffer.Start : buffer.End);
            if (bytes > _options.MaxEnvironmentBytes) throw new AgiProtocolException($"the environment is longer than {_options.MaxEnvironmentBytes} bytes");
            if (whole) return environment;
            if (read.IsCompleted) throw new AgiHungUpException("closed before the environment's end");
        }
    }

    private async Task ReadLoopAsync()
    {
        try
        {
            while (true)
            {
                var read = await _input.ReadAsync().ConfigureAwait(false);
                var buffer = read.Buffer;
                while (_lines.TryRead(ref buffer, out var line)) Take(line);
                _input.AdvanceTo(buffer.Start, buffer.End);
                HandOver();
                if (!read.IsCompleted) continue;
                Leave("Asterisk closed the connection");
                return;
            }
        }
        catch (AgiProtocolException strange)
        {
            Over(strange);
        }
        catch (Exception broken)
        {
            Leave($"reading failed: {broken.Message}", broken);
            return;
        }

        await DrainAsync().ConfigureAwait(false);
    }

    private void Take(string line)
    {
        lock (_gate)
        {
            // What still comes is for nobody.
            if (_over is not null) return;
            if (line != "HANGUP")
            {
                // The second half of a value with a line end in it must not pass for the next command's answer.
                if (_pending is null || _answer is not null) throw new AgiProtocolException("a line came that nobody asked for");
                _answer = _replies.Take(line);
                return;
            }
        }

        Leave("the caller hung up");
    }

    private void Leave(string how, Exception? inner = null)
    {
        CallerLeft = true;
        Over(new AgiHungUpException(how, inner));
    }

    /// <summary>Hands over an answer when all that came with it was looked at.</summary>
    private void HandOver()
    {
        TaskCompletionSource<AgiReply>? waits;
        AgiReply? answer;
        lock (_gate)
        {
            if (_answer is null) return;
            (waits, answer, _pending, _answer) = (_pending, _answer, null, null);
        }

        waits?.TrySetResult(answer);
    }

    private async Task DrainAsync()
    {
        try
        {
            while (true)
            {
                var read = await _input.ReadAsync().ConfigureAwait(false);
                _input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return;
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed on either side.
        }
    }
}
