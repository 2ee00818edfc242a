using System.Text.Json;
using NodaTime;

namespace Switchboard.Features.Calls;

/// <summary>A row of the event record, as far as calls are made from it.</summary>
/// <param name="Id">Its place in the record.</param>
/// <param name="At">By the PBX's clock.</param>
/// <param name="Name">The AMI event, such as <c>Newstate</c>; <c>CEL</c> for the PBX's own call events.</param>
/// <param name="UniqueId">The channel.</param>
/// <param name="LinkedId">The call that the channel belonged to.</param>
/// <param name="Channel">Its name.</param>
/// <param name="Room">The room that the record found.</param>
/// <param name="Headers">Those of <see cref="Wanted"/> that say something.</param>
internal sealed record CallEvent(
    long Id, Instant At, string Name, string UniqueId, string LinkedId, string? Channel, string? Room, IReadOnlyDictionary<string, string> Headers)
{
    private const string Unknown = "<unknown>";

    /// <summary>The AMI events that say something of a call.</summary>
    public static readonly string[] Names =
    [
        "Newchannel", "NewCallerid", "NewConnectedLine", "Newstate", "DialBegin", "DialState", "DialEnd", "BridgeEnter", "BridgeLeave", "Hangup",
        "BlindTransfer", "AttendedTransfer",
    ];

    /// <summary>The user events of the dialplan that do, by both of their names.</summary>
    public static IEnumerable<string> ReportNames => [.. CallReport.Names, .. CallReport.CelNames];

    /// <summary>The CEL events that do.</summary>
    public static readonly string[] CelNames =
        ["CHAN_START", "APP_START", "ANSWER", "BRIDGE_ENTER", "BRIDGE_EXIT", "BLINDTRANSFER", "ATTENDEDTRANSFER", "HANGUP", "CHAN_END", "LINKEDID_END"];

    private static readonly HashSet<string> Wanted =
    [
        "EventName", "ChannelState", "CallerIDNum", "CallerIDnum", "Exten", "Extra", "DestUniqueid", "DialStatus", "Cause", "Result", "Extension",
        "TransfererChannel", "TransfereeChannel", "TransfereeUniqueid", "OrigTransfererChannel", "SecondTransfererLinkedid", "TransferTargetChannel",
        "UserEvent", "UserDefType", "Id", "State", "At", "Kind", "Room", "Phone", "Dest", "Seconds", "Caller", "Call", "Why", "By", "Choice", "To", "Staff", "Request",
    ];

    private IReadOnlyDictionary<string, string>? _extra;

    public bool IsCel => Name == "CEL";

    /// <summary>The CEL event's own name; null for an AMI event.</summary>
    public string? Cel => IsCel ? this["EventName"] : null;

    /// <summary>The name of a user event; null for any other.</summary>
    public string? UserEvent => Name == "UserEvent" ? this["UserEvent"] : null;

    /// <summary>The header's value, or null where it has none.</summary>
    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>A value of CEL's Extra.</summary>
    public string? Extra(string name) => (_extra ??= this["Extra"] is { } json ? Read(json, null) : new Dictionary<string, string>()).GetValueOrDefault(name);

    /// <summary>The headers of a row.</summary>
    public static IReadOnlyDictionary<string, string> HeadersOf(string json) => Read(json, Wanted);

    private static Dictionary<string, string> Read(string json, HashSet<string>? wanted)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return found;
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (wanted?.Contains(property.Name) == false) continue;
                // A header that came twice: its first value.
                var value = property.Value.ValueKind == JsonValueKind.Array ? property.Value.EnumerateArray().FirstOrDefault() : property.Value;
                if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) continue;
                if (value.ToString() is { Length: > 0 } text && text != Unknown) found.TryAdd(property.Name, text);
            }
        }
        catch (JsonException)
        {
            // Extra is the PBX's text; what is no JSON says nothing.
        }

        return found;
    }
}
