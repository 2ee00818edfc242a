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

    /// <summary>What is written over with the number of a room, four digits, and of a call, eight hexadecimal ones.</summary>
    public const string RoomMark = "~ro~";

    public const string CallMark = "~call#~~";

    private const int FirstRoom = 1000;
    private const int Rooms = 1000;
    private const string Room = RoomMark;
    private const string Channel = $"PJSIP/{RoomMark}-{CallMark}";
    private const string LinkedId = $"wakeup-0192f3a4b5c6d7e8f90a1b2c{CallMark}-1";

    /// <summary>The PBX's time in each event; its width never changes, so that it can be written over.</summary>
    public const string StampHeader = "\r\nTimestamp: ";

    /// <summary>The step of a call, with marks in it.</summary>
    public static byte[] Event(int step)
    {
        var text = (step % EventsOfACall) switch
        {
            0 => Of("Newchannel", "call,all", Snapshot(0)),
            1 => Of("VarSet", "dialplan,all", Snapshot(0), "Variable: __SB_CALL", $"Value: {LinkedId}"),
            2 => Of("VarSet", "dialplan,all", Snapshot(0), "Variable: __SB_ATTEMPT", "Value: 1"),
            3 => Of("DialBegin", "call,all", Snapshot(0, "Dest"), $"DialString: {Room}"),
            4 => Of("Newstate", "call,all", Snapshot(5)),
            5 => Of("DeviceStateChange", "call,all", $"Device: PJSIP/{Room}", "State: RINGING"),
            6 => Of("DialState", "call,all", Snapshot(5, "Dest"), "DialStatus: RINGING"),
            7 => Cel("CHAN_START"),
            8 => Of("Newstate", "call,all", Snapshot(6)),
            9 => Of("DialEnd", "call,all", Snapshot(6, "Dest"), "DialStatus: ANSWER"),
            10 => Cel("ANSWER"),
            11 => Of("OriginateResponse", "call,all", $"ActionID: 5f3a1b2c-{CallMark}", "Response: Success", $"Channel: {Channel}", "Context: switchboard-wakeup", "Exten: s", "Reason: 4", $"Uniqueid: {LinkedId}", "CallerIDNum: 0", "CallerIDName: Wake-up call"),
            12 => Of("Newexten", "dialplan,all", Snapshot(6), "Extension: s", "Application: Answer", "AppData: "),
            13 => Of("Newexten", "dialplan,all", Snapshot(6), "Extension: s", "Application: Playback", "AppData: switchboard/wake-up&switchboard/good-morning"),
            14 => Of("DialBegin", "call,all", Snapshot(6), Snapshot(0, "Dest"), $"DialString: {Room}"),
            15 => Of("RTCPReceived", "reporting,all", Snapshot(6), $"SSRC: 0x{CallMark}", "PT: 201(RR)", "ReportCount: 1", $"From: 10.1.2.17:4001", "RTT: 0.0021", "Report0SourceSSRC: 0x1a2b3c4d", "Report0FractionLost: 0", "Report0CumulativeLost: 0", "Report0HighestSequence: 5120", "Report0SequenceNumberCycles: 0", "Report0IAJitter: 12", "Report0LSR: 2711724032", "Report0DLSR: 1.2310"),
            16 => Of("UserEvent", "user,all", Snapshot(6), "UserEvent: SwitchboardWakeUp", $"Call: {LinkedId}", "Attempt: 1", "Key: 1"),
            17 => Of("HangupRequest", "call,all", Snapshot(6), "Cause: 16"),
            18 => Of("Hangup", "call,all", Snapshot(6), "Cause: 16", "Cause-txt: Normal Clearing", "TechCause: "),
            _ => Cel("HANGUP"),
        };
        return Encoding.UTF8.GetBytes(text);
    }

    /// <summary>The phones that it names, for the room's column.</summary>
    public static IEnumerable<(string Room, IReadOnlyList<string> DialStrings)> Phones() =>
        Enumerable.Range(FirstRoom, Rooms).Select(r => (r.ToString(CultureInfo.InvariantCulture), (IReadOnlyList<string>)[$"PJSIP/{r}"]));

    public static string RoomOf(uint call) => (FirstRoom + (call % Rooms)).ToString(CultureInfo.InvariantCulture);

    private static string Of(string name, string privilege, params string[] headers) =>
        $"Event: {name}\r\nPrivilege: {privilege}{StampHeader}0000000000.000000\r\n{string.Join("\r\n", headers)}\r\n\r\n";

    private static string Snapshot(int state, string prefix = "") => string.Join("\r\n",
    [
        $"{prefix}Channel: {Channel}", $"{prefix}ChannelState: {state}", $"{prefix}ChannelStateDesc: {(state == 0 ? "Down" : state == 5 ? "Ringing" : "Up")}",
        $"{prefix}CallerIDNum: {Room}", $"{prefix}CallerIDName: 王小明 Room {Room}", $"{prefix}ConnectedLineNum: 0", $"{prefix}ConnectedLineName: Wake-up call",
        $"{prefix}Language: zh", $"{prefix}AccountCode: ", $"{prefix}Context: switchboard-wakeup", $"{prefix}Exten: s", $"{prefix}Priority: 1",
        $"{prefix}Uniqueid: {LinkedId}", $"{prefix}Linkedid: {LinkedId}",
    ]);

    private static string Cel(string name) => Of("CEL", "call,all",
        $"EventName: {name}", "AccountCode: ", $"CallerIDnum: {Room}", "CallerIDname: ", "CallerIDani: ", "CallerIDrdnis: ", "CallerIDdnid: ", "Exten: s", "Context: switchboard-wakeup",
        $"Channel: {Channel}", "Application: Playback", "AppData: switchboard/wake-up", "EventTime: 2026-03-01 06:30:00", "AMAFlags: DOCUMENTATION", $"UniqueID: {LinkedId}",
        $"LinkedID: {LinkedId}", "UserField: ", "Peer: ", "PeerAccount: ", "Extra: ");
}
