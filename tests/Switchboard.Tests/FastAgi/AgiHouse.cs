using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Switchboard.Asterisk.FastAgi;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.FastAgi;

/// <summary>The server under test with one script, and everything that it logged.</summary>
internal sealed class AgiHouse : IAsyncDisposable, ILogger<FastAgiServer>
{
    public const string Script = "dialogue";

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Task _running;

    public AgiHouse(AgiHandler handler, Action<FastAgiOptions>? adjust = null)
    {
        // Each wait has a length of its own, so that a test can tell on the clock which one has begun.
        Options = new FastAgiOptions { Port = 0, EnvironmentTimeout = TimeSpan.FromSeconds(6), AnswerTimeout = TimeSpan.FromSeconds(11), StopPatience = TimeSpan.FromSeconds(7) };
        adjust?.Invoke(Options);
        Server = new FastAgiServer(Options, new Dictionary<string, AgiHandler> { [Script] = handler }, Clock, this);
        _running = Server.RunAsync(_stop.Token);
    }

    public FastAgiOptions Options { get; }
    public WatchedClock Clock { get; } = new();
    public FastAgiServer Server { get; }
    public string Log => string.Join('\n', _log);
    public Task Running => _running;

    /// <summary>A connection that has said nothing yet.</summary>
    public async Task<AgiCaller> ConnectAsync(IPAddress? from = null) => await AgiCaller.ConnectAsync(await Server.Listening.Soon(), from);

    /// <summary>A call that asks for the script.</summary>
    public async Task<AgiCaller> CallAsync(string script = Script)
    {
        var caller = await ConnectAsync();
        await caller.SendAsync(AgiCaller.Environment(script));
        return caller;
    }

    public Task BeginToStopAsync() => _stop.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // Who still talks is not waited for.
        for (var passed = 0; !_running.IsCompleted && passed < 50; passed++)
        {
            Clock.Advance(TimeSpan.FromSeconds(7));
            await Task.WhenAny(_running, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }

        await _running.Soon();
        _stop.Dispose();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _log.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
}
