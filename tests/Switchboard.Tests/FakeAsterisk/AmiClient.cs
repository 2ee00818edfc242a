using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Tests.FakeAsterisk;

/// <summary>The client under test against the fake server, with everything that it logged and told.</summary>
internal sealed class AmiClient : IAsyncDisposable, ILogger<AmiConnection>
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly IAsyncEnumerator<AmiNotification> _notifications;
    private Task _running = Task.CompletedTask;

    private AmiClient(int port, Action<AmiOptions>? adjust)
    {
        // Each wait has a length of its own, so that a test can tell on the clock which one has begun.
        var options = new AmiOptions
        {
            Port = port,
            Username = "switchboard",
            Secret = FakeAsteriskServer.Secret,
            ConnectTimeout = TimeSpan.FromSeconds(11),
            GreetingTimeout = TimeSpan.FromSeconds(12),
            LoginTimeout = TimeSpan.FromSeconds(13),
            SilenceBeforePing = TimeSpan.FromSeconds(6),
            PingTimeout = TimeSpan.FromSeconds(4),
        };
        adjust?.Invoke(options);
        Options = options;
        Connection = new AmiConnection(options, Clock, this);
        _notifications = Connection.Subscribe("test").ReadAllAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
    }

    public AmiOptions Options { get; }
    public WatchedClock Clock { get; } = new();
    public AmiConnection Connection { get; }
    public string Log => string.Join('\n', _log);

    public static AmiClient Start(FakeAsteriskServer server, Action<AmiOptions>? adjust = null) => Start(server.Port, adjust);

    public static AmiClient Start(int port, Action<AmiOptions>? adjust = null)
    {
        var client = new AmiClient(port, adjust);
        client._running = client.Connection.RunAsync(client._stop.Token);
        return client;
    }

    /// <summary>Connected, logged in and booted; what that told is read.</summary>
    public static async Task<(AmiClient Client, FakeSession Session)> ConnectAsync(FakeAsteriskServer server, Action<AmiOptions>? adjust = null)
    {
        var client = Start(server, adjust);
        var session = await server.AcceptAndBootAsync();
        Assert.IsType<AmiConnected>(await client.NextAsync());
        Assert.Equal("FullyBooted", await client.NextEventAsync());
        return (client, session);
    }

    /// <summary>What the subscription tells next.</summary>
    public async Task<AmiNotification> NextAsync()
    {
        Assert.True(await _notifications.MoveNextAsync().AsTask().Soon());
        return _notifications.Current;
    }

    public async Task<string?> NextEventAsync() => Assert.IsType<AmiEvent>(await NextAsync()).Message.EventName;

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _stop.CancelAsync();
        await _running.Soon();
        _stop.Dispose();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _log.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
}
