using System.Globalization;
using System.Text.Json.Nodes;
using NodaTime;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Pbx;

/// <summary>What the dialplan told: by a user event as it happened, or read later from the PBX's own call file.</summary>
internal sealed class DialplanReport(Func<string, string?> field, string? channel, PbxClock clock)
{
    public DialplanReport(AmiMessage message, PbxClock clock)
        : this(name => message[name], message["Channel"], clock)
    {
    }

    /// <summary>A field of it; null where it is not there or empty.</summary>
    public string? this[string name] => field(name) is { Length: > 0 } value ? value : null;

    /// <summary>Its field At, by this machine's clock.</summary>
    public Instant? At => clock.Ours(this["At"]);

    /// <summary>The channel that told it.</summary>
    public string? Channel => channel;

    /// <summary>The phone whose channel told it, such as <c>PJSIP/1203</c>.</summary>
    public string? Phone => channel is null ? null : ChannelNames.PhoneOf(channel);
}

/// <summary>The same reports as they stand in the PBX's own call file (extensions_switchboard_common.conf, switchboard-report).</summary>
internal sealed class RecoveredReports(IEnumerable<DialplanReportHandler> handlers, PbxClock clock)
{
    /// <summary>By their types in that file: the same report's name as a user event, and its fields in order.</summary>
    internal static readonly Dictionary<string, (string Name, string[] Fields)> Types = new(StringComparer.Ordinal)
    {
        ["SWITCHBOARD_THROUGH"] = ("SwitchboardThrough", ["Room", "Kind", "By", "At", "Call"]),
        ["SWITCHBOARD_LOCKED"] = ("SwitchboardLocked", ["Room", "Choice", "At", "Call"]),
        ["SWITCHBOARD_BARRED"] = ("SwitchboardBarred", ["Room", "Number", "Needs", "Level", "Why", "At"]),
        ["SWITCHBOARD_EMERGENCY"] = ("SwitchboardEmergency", ["Room", "Phone", "Number", "At", "Call"]),
        ["SWITCHBOARD_OFFERED"] = ("SwitchboardOffered", ["Kind", "Room", "At", "Call"]),
        ["SWITCHBOARD_TAKEN"] = ("SwitchboardTaken", ["Phone", "At", "Call"]),
        ["SWITCHBOARD_RETURNED"] = ("SwitchboardReturned", ["Dest", "Kind", "Why", "By", "At", "Call"]),
        ["SWITCHBOARD_UNANSWERED"] = ("SwitchboardUnanswered", ["Dest", "Kind", "Why", "Choice", "At", "Call"]),
        ["SWITCHBOARD_TRANSFERRED"] = ("SwitchboardTransferred", ["To", "Kind", "By", "Staff", "Request", "At", "Call"]),
        ["SWITCHBOARD_MESSAGE"] = ("SwitchboardMessage", ["Id", "State", "At", "Kind", "Dest", "Seconds", "Caller", "Call"]),
    };

    /// <summary>Hands a record of the file to whoever would have heard it by AMI.</summary>
    public async Task HandleAsync(string type, string extra, string channel, CancellationToken ct)
    {
        if (!Types.TryGetValue(type, out var known)) return;
        // Asterisk writes what it was given as JSON: {"extra":"1203:none:1764137000123:..."}
        var text = extra.StartsWith('{') && JsonNode.Parse(extra)?["extra"]?.GetValue<string>() is { } inner ? inner : extra;
        var values = text.Split(':');
        if (values.Length != known.Fields.Length) return;
        var report = new DialplanReport(name => Array.IndexOf(known.Fields, name) is var index and >= 0 ? values[index] : null, channel, clock);
        foreach (var handler in handlers.Where(h => h.Name == known.Name)) await handler.HandleAsync(report, ct);
    }
}

/// <summary>What a feature does with a report of this name. Reports are handled one after the other, in their order; features register theirs.</summary>
internal sealed record DialplanReportHandler(string Name, Func<DialplanReport, CancellationToken, Task> HandleAsync);

/// <summary>Puts the PBX's times on this machine's clock: who wrote later must not depend on whose clock is ahead.</summary>
internal sealed class PbxClock
{
    // Less than this is the round trip's own.
    private static readonly Duration Tolerance = Duration.FromSeconds(2);
    private Duration _ahead;

    /// <summary>Epoch milliseconds of the PBX's clock.</summary>
    public Instant? Ours(string? epochMs) =>
        long.TryParse(epochMs, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms < 100_000_000_000_000 ? Instant.FromUnixTimeMilliseconds(ms) - _ahead : null;

    internal async Task CompareAsync(HotelPbx pbx, CancellationToken ct)
    {
        var (at, _) = await pbx.AskClockAsync(ct);
        var ahead = at - pbx.Now;
        _ahead = ahead > Tolerance || ahead < -Tolerance ? ahead : Duration.Zero;
    }
}
