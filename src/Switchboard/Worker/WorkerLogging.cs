using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Switchboard.Pbx;

namespace Switchboard.Worker;

/// <summary>One line a fact: for <c>journalctl</c> on the console, as compact JSON in rolling files. Only this folder and Program know Serilog.</summary>
internal static class WorkerLogging
{
    /// <summary>A line on the console: the hotel's clock, the level, what happened.</summary>
    public const string ConsoleTemplate = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u4} {Message:l}{NewLine}{Exception}";

    /// <param name="logger">What is configured.</param>
    /// <param name="options">Section <c>Log</c>.</param>
    /// <param name="instead">Where the lines go in place of the console; the console where there is none.</param>
    public static void Configure(LoggerConfiguration logger, LogOptions options, IEnumerable<ILogEventSink> instead)
    {
        logger
            .MinimumLevel.Is(options.Debug ? LogEventLevel.Debug : LogEventLevel.Information)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
            // Failed statements reach the log through the component that knows what they mean; EF's own lines carry SQL.
            .MinimumLevel.Override("Microsoft.EntityFrameworkCore", LogEventLevel.Fatal)
            .MinimumLevel.Override("Npgsql", LogEventLevel.Fatal)
            // What keeps the link away is told by the watch over outages, with what it means for guests.
            .MinimumLevel.Override(PbxSetup.LinkLogCategory, options.Debug ? LogEventLevel.Debug : LogEventLevel.Fatal)
            .MinimumLevel.Override("Polly", LogEventLevel.Warning)
            .Enrich.FromLogContext();
        var sinks = instead.ToList();
        if (sinks.Count > 0) sinks.ForEach(sink => logger.WriteTo.Sink(sink));
        else if (ServiceSetup.IsService(Environment.GetEnvironmentVariable, Environment.ProcessId)) logger.WriteTo.Console(new JournalFormatter());
        else logger.WriteTo.Console(outputTemplate: ConsoleTemplate, formatProvider: CultureInfo.InvariantCulture);
        if (string.IsNullOrEmpty(options.Directory)) return;
        logger.WriteTo.File(
            new CompactJsonFormatter(), Path.Combine(options.Directory, "switchboard-.jsonl"), rollingInterval: RollingInterval.Day,
            fileSizeLimitBytes: options.FileSizeLimit, rollOnFileSizeLimit: true, retainedFileCountLimit: options.RetainedFiles);
    }
}
