using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchboard.Features.Events;

/// <summary>What matters of an event, in words. Keys that a guest pressed and values of variables are not repeated: they may be secrets.</summary>
internal static class EventWords
{
    // In most other events the one or the other of these says it.
    private static readonly string[] Telling = ["Device", "Peer", "EndpointName", "AOR", "State", "Status", "ContactStatus", "PeerStatus", "Response", "Reason", "Queue", "Class", "ReloadReason"];

    public static string Of(EventView e)
    {
        return e.Name switch
        {
            "Newchannel" => Join(Named("dials", Unless(H("Exten"), "s")), Named("number", H("CallerIDNum")), H("ChannelStateDesc")),
            "Newstate" => Join(H("ChannelStateDesc"), Named("number", H("CallerIDNum")), Named("with", H("ConnectedLineNum"))),
            "NewCallerid" => Named("number", H("CallerIDNum")) ?? "",
            "NewConnectedLine" => Named("with", H("ConnectedLineNum")) ?? "",
            "Newexten" => Join(H("Application"), Named("at", H("Exten"))),
            "DialBegin" => Join(Named("rings", H("DestChannel"))),
            "DialState" or "DialEnd" => Join(H("DestChannel"), H("DialStatus")),
            "BridgeEnter" or "BridgeLeave" => Join(Named("bridge", Short(H("BridgeUniqueid"))), Named("with", H("ConnectedLineNum")), Named("channels", H("BridgeNumChannels"))),
            "Hangup" or "HangupRequest" or "SoftHangupRequest" => Join(Named("cause", H("Cause")), H("Cause-txt")),
            "BlindTransfer" => Join($"{H("TransfererChannel")} puts {H("TransfereeChannel")} through to {H("Extension")}", Unless(H("Result"), "Success")),
            "AttendedTransfer" => Join($"{H("OrigTransfererChannel")} puts {H("TransfereeChannel")} through to {H("TransferTargetChannel")}", Unless(H("Result"), "Success")),
            "DTMFBegin" or "DTMFEnd" => "a key is pressed",
            "VarSet" => Named("variable", H("Variable")) ?? "",
            "UserEvent" => Join(H("UserEvent"), Named("call", H("Call")), H("Status")),
            "OriginateResponse" => Join(H("Response"), Named("reason", H("Reason")), Named("to", H("Exten"))),
            "CEL" => Cel(),
            _ => Join([.. Telling.Select(H)]),
        };

        string? H(string header) => Text(e.Headers, header);

        string Cel()
        {
            var extra = Extra();
            return Join(H("EventName"), Named("cause", Text(extra, "hangupcause")), Unless(Text(extra, "dialstatus"), ""), Named("to", Text(extra, "extension")),
                Named("through to", Text(extra, "transfer_target_channel_name")), Named("application", H("Application")), e.Source == "cel" ? "(from the PBX's own file)" : null);
        }

        JsonObject? Extra()
        {
            try
            {
                return H("Extra") is { } text ? JsonNode.Parse(text) as JsonObject : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    private static string? Text(JsonObject? from, string name)
    {
        var value = from?[name] is JsonArray repeated ? repeated.FirstOrDefault() : from?[name];
        var text = value?.ToString();
        return string.IsNullOrEmpty(text) || text == "<unknown>" ? null : text;
    }

    private static string? Short(string? id) => id is { Length: > 8 } ? id[..8] : id;

    private static string? Unless(string? value, string usual) => value == usual ? null : value;

    private static string? Named(string name, string? value) => value is null ? null : $"{name} {value}";

    private static string Join(params string?[] parts) => string.Join(", ", parts.Where(p => !string.IsNullOrEmpty(p)));
}
