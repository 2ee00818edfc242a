using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;
using Switchboard.Worker;

namespace Switchboard.LabTests.Lab;

/// <summary>A life beside the tests: the whole worker, with real sockets, without the seconds that a process compiles at its start.</summary>
internal sealed class WorkerInThisProcess : IWorkerLife
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lines _lines = new();
    private readonly Task<int> _run;

    private WorkerInThisProcess(string configFile, Action<WebApplicationBuilder>? adjust) => _run = Task.Run(async () =>
    {
        try
        {
            await using var app = WorkerHost.Build(configFile, builder =>
            {
                builder.Services.AddSingleton<ILogEventSink>(_lines);
                // This process is not the worker's: neither its signals nor its memory.
                builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
                foreach (var own in builder.Services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType == typeof(StartGarbage)).ToList()) builder.Services.Remove(own);
                adjust?.Invoke(builder);
            });
            return await WorkerHost.RunAsync(app, _stop.Token);
        }
        catch (Exception broken)
        {
            // What a process would write as it dies.
            _lines.Write($"the worker broke: {broken}");
            return 134;
        }
    });

    public string Output => _lines.ToString();

    public bool HasExited => _run.IsCompleted;

    public int Pid => Environment.ProcessId;

    public static WorkerInThisProcess Start(string configFile, Action<WebApplicationBuilder>? adjust = null) => new(configFile, adjust);

    public Task StopAsync() => _stop.CancelAsync();

    public Task<int> WaitForExitAsync(TimeSpan atMost) => _run.WaitAsync(atMost, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await WaitForExitAsync(TimeSpan.FromSeconds(20));
        _stop.Dispose();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>The lines as the console would show them.</summary>
    private sealed class Lines : ILogEventSink
    {
        private readonly MessageTemplateTextFormatter _format = new(WorkerLogging.ConsoleTemplate, CultureInfo.InvariantCulture);
        private readonly StringBuilder _text = new();

        public void Emit(LogEvent logEvent)
        {
            using var line = new StringWriter(CultureInfo.InvariantCulture);
            _format.Format(logEvent, line);
            lock (_text) _text.Append(line.GetStringBuilder());
        }

        public void Write(string line)
        {
            lock (_text) _text.AppendLine(line);
        }

        public override string ToString()
        {
            lock (_text) return _text.ToString();
        }
    }
}
