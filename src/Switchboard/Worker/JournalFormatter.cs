using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace Switchboard.Worker;

/// <summary>A line as systemd's journal takes it: the level as <c>&lt;N&gt;</c> in front, so that <c>journalctl -p err</c> finds it; the journal has the time itself.</summary>
internal sealed class JournalFormatter : ITextFormatter
{
    private readonly MessageTemplateTextFormatter _text = new("{Message:l}{NewLine}{Exception}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _text.Format(logEvent, text);
        // A stack trace is many lines, and the journal makes an entry of each: each bears the level.
        foreach (var line in text.ToString().TrimEnd().Split('\n')) output.WriteLine($"<{Priority(logEvent.Level)}>{line.TrimEnd('\r')}");
    }

    private static int Priority(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => 2,
        LogEventLevel.Error => 3,
        LogEventLevel.Warning => 4,
        LogEventLevel.Information => 6,
        _ => 7,
    };
}
