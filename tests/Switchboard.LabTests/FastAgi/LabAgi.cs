using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Events;
using Switchboard.Asterisk.FastAgi;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.FastAgi;

/// <summary>The FastAGI server alone, and a real Asterisk whose dialplan asks it for scripts and tells by a user event what came of it.</summary>
internal sealed class LabAgi : IAsyncDisposable, ILogger<FastAgiServer>
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Task _running;
    private LabAmi? _ami;

    public LabAgi(IReadOnlyDictionary<string, AgiHandler> scripts, Action<FastAgiOptions>? adjust = null)
    {
        var options = new FastAgiOptions { Port = FreePorts.Tcp(), FinishedVariable = "DONE" };
        adjust?.Invoke(options);
        Server = new FastAgiServer(options, scripts, TimeProvider.System, this);
        _running = Server.RunAsync(_stop.Token);
        Pbx = new LabAsterisk(LabHotel.RoomsOf("1101", "3101"))
        {
            Dialplan = string.Create(CultureInfo.InvariantCulture, $$"""
                [lab-agi]
                exten => talk,1,Answer()
                 same => n,Set(AGIEXITONHANGUP=${EXIT})
                 same => n,Set(TIMEOUT(absolute)=${LIMIT})
                 same => n,AGI(agi://127.0.0.1:${IF($["${PORT}" = ""]?{{options.Port}}:${PORT})}/${SCRIPT},one,two 2)
                 same => n,UserEvent(LabAgi,Case: ${CASE},Status: ${AGISTATUS},Done: ${DONE},Got: ${GOT})
                 same => n,Hangup()
                exten => T,1,UserEvent(LabAgi,Case: ${CASE},Status: T,Done: ${DONE},Got: ${AGISTATUS})
                exten => h,1,UserEvent(LabAgi,Case: ${CASE},Status: h,Done: ${DONE},Got: ${AGISTATUS})

                """),
        };
    }

    public FastAgiServer Server { get; }
    public LabAsterisk Pbx { get; }
    public AmiConnection Ami => _ami!.Connection;
    public string Log => string.Join('\n', _log);

    public static async Task<LabAgi> OpenAsync(IReadOnlyDictionary<string, AgiHandler> scripts, Action<FastAgiOptions>? adjust = null)
    {
        var lab = new LabAgi(scripts, adjust);
        await lab.Pbx.StartAsync();
        lab._ami = await LabAmi.ConnectAsync(lab.Pbx);
        return lab;
    }

    /// <summary>A call that asks for a script, and what the dialplan told of it first: status, the finished variable, and what the script left.</summary>
    public async Task<string> CallAsync(string script, string channel = "Local/talk@lab-agi", params string[] variables)
    {
        var name = Guid.NewGuid().ToString("N");
        await BeginCallAsync(script, name, channel, variables);
        return await ResultAsync(name);
    }

    public async Task BeginCallAsync(string script, string name, string channel = "Local/talk@lab-agi", params string[] variables)
    {
        var call = new AmiAction("Originate").With("Channel", channel).With("Timeout", "10000").WithVariable("SCRIPT", script).WithVariable("CASE", name);
        if (channel.StartsWith("Local/", StringComparison.Ordinal)) call.With("Application", "Wait").With("Data", "20");
        else call.With("Context", "lab-agi").With("Exten", "talk").With("Priority", "1");
        foreach (var variable in variables.Select(v => v.Split('='))) call.WithVariable(variable[0], variable[1]);
        await Ami.OriginateAsync(call);
    }

    public async Task<string> ResultAsync(string name, int seconds = 20)
    {
        while (true)
        {
            var told = await _ami!.NextAsync<AmiEvent>(seconds);
            if (told.Message.EventName == "UserEvent" && told.Message["UserEvent"] == "LabAgi" && told.Message["Case"] == name)
                return $"{told.Message["Status"]} {told.Message["Done"]} {told.Message["Got"]}".TrimEnd();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ami is not null) await _ami.DisposeAsync();
        await Pbx.DisposeAsync();
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _log.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
}
