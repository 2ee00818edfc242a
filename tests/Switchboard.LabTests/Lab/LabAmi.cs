using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;

namespace Switchboard.LabTests.Lab;

/// <summary>The AMI client alone on a real Asterisk, with everything that it told and logged.</summary>
internal sealed class LabAmi : IAsyncDisposable, ILogger<AmiConnection>
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly IAsyncEnumerator<AmiNotification> _told;
    private readonly Task _running;

    public LabAmi(LabAsterisk pbx, Action<AmiOptions>? adjust = null)
    {
        var options = new AmiOptions { Port = pbx.AmiPort, Username = "switchboard", Secret = pbx.Secret };
        adjust?.Invoke(options);
        Connection = new AmiConnection(options, TimeProvider.System, this);
        _told = Connection.Subscribe("test").ReadAllAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
        _running = Connection.RunAsync(_stop.Token);
    }

    public AmiConnection Connection { get; }

    public string Log => string.Join('\n', _log);

    /// <summary>The next notification of this kind, others are passed over.</summary>
    public async Task<T> NextAsync<T>(int seconds = 20) where T : AmiNotification
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var left = TimeSpan.FromSeconds(seconds) - TimeProvider.System.GetElapsedTime(began);
            Assert.True(left > TimeSpan.Zero && await _told.MoveNextAsync().AsTask().WaitAsync(left, TimeProvider.System), $"no {typeof(T).Name} within {seconds} s: {Connection.Status}");
            if (_told.Current is T found) return found;
        }
    }

    /// <summary>Waits until it is connected.</summary>
    public static async Task<LabAmi> ConnectAsync(LabAsterisk pbx, Action<AmiOptions>? adjust = null)
    {
        var ami = new LabAmi(pbx, adjust);
        await ami.NextAsync<AmiConnected>();
        return ami;
    }

    /// <summary>What AstDB holds there, or null.</summary>
    public async Task<string?> AstDbAsync(string family, string key)
    {
        await foreach (var entry in Connection.DbGetTreeAsync(family))
        {
            if (entry.Key == $"/{family}/{key}") return entry.Value;
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Connection.DisposeAsync();
        _stop.Dispose();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _log.Enqueue($"{logLevel} {formatter(state, exception)}");
}
