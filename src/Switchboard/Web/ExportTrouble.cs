using System.Diagnostics.Tracing;
using System.Globalization;

namespace Switchboard.Web;

/// <summary>The OTLP exporter tells its failures to nobody but the runtime's event sources; here they become a line of ours, once a minute at most.</summary>
internal sealed class ExportTrouble(FoldedWarnings warnings, ILogger<ExportTrouble> log) : EventListener
{
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "OpenTelemetry-Exporter-OpenTelemetryProtocol") EnableEvents(eventSource, EventLevel.Error);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // The stack of an exception is in there too; its first line says it all.
        var text = string.Format(CultureInfo.InvariantCulture, eventData.Message ?? eventData.EventName ?? "", [.. eventData.Payload ?? []]);
        var reason = text.Split('\n')[0].Trim();
        warnings.Tell("otlp", times => log.ExportFailed(times, reason));
    }
}
