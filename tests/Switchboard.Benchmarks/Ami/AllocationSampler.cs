using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Switchboard.Benchmarks.Ami;

/// <summary>
/// What this process allocates while it listens, by type: at every 100 KB on average, by chance, the runtime names the object.
/// </summary>
internal sealed class AllocationSampler : EventListener
{
    private const EventKeywords AllocationSampling = (EventKeywords)0x80000000000;
    private readonly ConcurrentDictionary<string, int> _samples = new();
    private EventSource? _runtime;

    public int Samples => _samples.Values.Sum();

    /// <summary>Each type's share of all bytes, the greatest first.</summary>
    public IEnumerable<(string Type, double Share)> Shares()
    {
        var all = (double)Samples;
        return _samples.OrderByDescending(type => type.Value).Select(type => (type.Key, type.Value / all));
    }

    public void Start() => EnableEvents(_runtime!, EventLevel.Informational, AllocationSampling);

    public void Stop() => DisableEvents(_runtime!);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime") _runtime = eventSource;
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName != "AllocationSampled" || eventData.PayloadNames?.IndexOf("TypeName") is not (>= 0 and var at)) return;
        _samples.AddOrUpdate((string)eventData.Payload![at]!, 1, (_, before) => before + 1);
    }
}
