using System.Globalization;
using System.Text;

namespace Switchboard.Benchmarks.EventRecord;

/// <summary>
/// What Asterisk 22 tells of a wake-up that is answered, 20 events of 5 to 32 headers each, with its time in every one
/// (timestampevents=yes) and its own call events (cel) among them.
/// </summary>
internal static class RecordCorpus
{
    public const int EventsOfACall = 20;
    public const int FirstRoom = 1000;
    public const int Rooms = 1000;

    /// <summary>The PBX's time in each event; its width never changes, so that it can be written over.</summary>
    public const string StampHeader = "\r\nTimestamp: ";

    public static byte[] Event(int i)
    {
        var (call, step) = (i / EventsOfACall, i % EventsOfACall);
        var text = step switch
        {
            0 => Of("Newchannel", "call,all", Snapshot(call, 0)),
            1 => Of("VarSet", "dialplan,all", Snapshot(call, 0), "Variable: __SB_CALL", $"Value: {LinkedId(call)}"),
            2 => Of("VarSet", "dialplan,all", Snapshot(call, 0), "Variable: __SB_ATTEMPT", "Value: 1"),
            3 => Of("DialBegin", "call,all", Snapshot(call, 0, "Dest"), $"DialString: {Room(call)}"),
            4 => Of("Newstate", "call,all", Snapshot(call, 5)),
            5 => Of("DeviceStateChange", "call,all", $"Device: PJSIP/{Room(call)}", "State: RINGING"),
            6 => Of("DialState", "call,all", Snapshot(call, 5, "Dest"), "DialStatus: RINGING"),
            7 => Cel(call, "CHAN_START"),
            8 => Of("Newstate", "call,all", Snapshot(call, 6)),
            9 => Of("DialEnd", "call,all", Snapshot(call, 6, "Dest"), "DialStatus: ANSWER"),
            10 => Cel(call, "ANSWER"),
            11 => Of("OriginateResponse", "call,all", $"ActionID: 5f3a1b2c-{call}", "Response: Success", $"Channel: {Channel(call)}", "Context: switchboard-wakeup", "Exten: s", "Reason: 4", $"Uniqueid: {LinkedId(call)}", "CallerIDNum: 0", "CallerIDName: Wake-up call"),
            12 => Of("Newexten", "dialplan,all", Snapshot(call, 6), "Extension: s", "Application: Answer", "AppData: "),
            13 => Of("Newexten", "dialplan,all", Snapshot(call, 6), "Extension: s", "Application: Playback", "AppData: switchboard/wake-up&switchboard/good-morning"),
            14 => Of("DialBegin", "call,all", Snapshot(call, 6), Snapshot(call, 0, "Dest"), $"DialString: {Room(call)}"),
            15 => Of("RTCPReceived", "reporting,all", Snapshot(call, 6), $"SSRC: 0x{call:x8}", "PT: 201(RR)", "ReportCount: 1", $"From: 10.1.2.{call % 250}:4001", "RTT: 0.0021", "Report0SourceSSRC: 0x1a2b3c4d", "Report0FractionLost: 0", "Report0CumulativeLost: 0", "Report0HighestSequence: 5120", "Report0SequenceNumberCycles: 0", "Report0IAJitter: 12", "Report0LSR: 2711724032", "Report0DLSR: 1.2310"),
            16 => Of("UserEvent", "user,all", Snapshot(call, 6), "UserEvent: SwitchboardWakeUp", $"Call: {LinkedId(call)}", "Attempt: 1", "Key: 1"),
            17 => Of("HangupRequest", "call,all", Snapshot(call, 6), "Cause: 16"),
            18 => Of("Hangup", "call,all", Snapshot(call, 6), "Cause: 16", "Cause-txt: Normal Clearing", "TechCause: "),
            _ => Cel(call, "HANGUP"),
        };
        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>The phones that it names, for the room's column.</summary>
    public static IEnumerable<(string Room, IReadOnlyList<string> DialStrings)> Phones() =>
        Enumerable.Range(FirstRoom, Rooms).Select(r => (r.ToString(CultureInfo.InvariantCulture), (IReadOnlyList<string>)[$"PJSIP/{r}"]));

    private static string Of(string name, string privilege, params string[] headers) =>
        $"Event: {name}\r\nPrivilege: {privilege}{StampHeader}0000000000.000000\r\n{string.Join("\r\n", headers)}\r\n\r\n";

    private static string Snapshot(int call, int state, string prefix = "") => string.Join("\r\n",
    [
        $"{prefix}Channel: {Channel(call)}", $"{prefix}ChannelState: {state}", $"{prefix}ChannelStateDesc: {(state == 0 ? "Down" : state == 5 ? "Ringing" : "Up")}",
        $"{prefix}CallerIDNum: {Room(call)}", $"{prefix}CallerIDName: 王小明 Room {Room(call)}", $"{prefix}ConnectedLineNum: 0", $"{prefix}ConnectedLineName: Wake-up call",
        $"{prefix}Language: zh", $"{prefix}AccountCode: ", $"{prefix}Context: switchboard-wakeup", $"{prefix}Exten: s", $"{prefix}Priority: 1",
        $"{prefix}Uniqueid: {LinkedId(call)}", $"{prefix}Linkedid: {LinkedId(call)}",
    ]);

    private static string Cel(int call, string name) => Of("CEL", "call,all",
        $"EventName: {name}", "AccountCode: ", $"CallerIDnum: {Room(call)}", "CallerIDname: ", "CallerIDani: ", "CallerIDrdnis: ", "CallerIDdnid: ", "Exten: s", "Context: switchboard-wakeup",
        $"Channel: {Channel(call)}", "Application: Playback", "AppData: switchboard/wake-up", "EventTime: 2026-03-01 06:30:00", "AMAFlags: DOCUMENTATION", $"UniqueID: {LinkedId(call)}",
        $"LinkedID: {LinkedId(call)}", "UserField: ", "Peer: ", "PeerAccount: ", "Extra: ");

    private static int Room(int call) => FirstRoom + (call % Rooms);

    private static string Channel(int call) => string.Create(CultureInfo.InvariantCulture, $"PJSIP/{Room(call)}-{call:x8}");

    private static string LinkedId(int call) => string.Create(CultureInfo.InvariantCulture, $"wakeup-0192f3a4b5c6d7e8f90a1b2c{call:x8}-1");
}
