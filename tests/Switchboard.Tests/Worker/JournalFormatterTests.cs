using Serilog;
using Serilog.Events;
using Switchboard.Worker;

namespace Switchboard.Tests.Worker;

/// <summary>What systemd's journal makes entries of.</summary>
public class JournalFormatterTests
{
    private static string[] Written(LogEventLevel level, Exception? exception, string template, params object?[] values)
    {
        using var output = new StringWriter();
        LogEvent? taken = null;
        using (var logger = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(new Take(e => taken = e)).CreateLogger())
            logger.Write(level, exception, template, values);
        new JournalFormatter().Format(taken!, output);
        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    [Theory]
    [InlineData(LogEventLevel.Fatal, 2)]
    [InlineData(LogEventLevel.Error, 3)]
    [InlineData(LogEventLevel.Warning, 4)]
    [InlineData(LogEventLevel.Information, 6)]
    [InlineData(LogEventLevel.Debug, 7)]
    public void A_line_bears_its_level_and_no_time(LogEventLevel level, int priority) =>
        Assert.Equal([$"<{priority}>Room 1203 was rung"], Written(level, null, "Room {Room} was rung", "1203"));

    [Fact]
    public void Every_line_of_an_exception_bears_the_level()
    {
        var lines = Written(LogEventLevel.Error, new InvalidOperationException("first\nsecond"), "It failed");
        Assert.Equal("<3>It failed", lines[0]);
        Assert.Contains("<3>second", lines);
        Assert.All(lines, line => Assert.StartsWith("<3>", line, StringComparison.Ordinal));
    }

    private sealed class Take(Action<LogEvent> take) : Serilog.Core.ILogEventSink
    {
        public void Emit(LogEvent logEvent) => take(logEvent);
    }
}
