using System.Globalization;
using System.Text;

namespace Switchboard.Benchmarks.Ami;

/// <summary>Eight kinds of events as Asterisk 22 sends them in a wave of calls: 24 headers and about 585 bytes each.</summary>
internal static class EventCorpus
{
    private static readonly string[] Names = ["Newchannel", "Newstate", "VarSet", "Newexten", "DialBegin", "BridgeEnter", "Hangup", "UserEvent"];

    /// <summary>The clock's stamp that each event carries; its width never changes, so that it can be written over.</summary>
    public const string StampHeader = "\r\nSentAt: ";

    public const int StampWidth = 19;

    public static byte[] Event(int i)
    {
        var name = Names[i % Names.Length];
        var text = new StringBuilder($"Event: {name}\r\nPrivilege: call,all{StampHeader}{new string('0', StampWidth)}\r\nSystemName: hotel-pbx\r\n")
            .Append(CultureInfo.InvariantCulture, $"Channel: PJSIP/{1000 + (i % 8000)}-0000{i % 65536:x4}\r\nChannelState: 5\r\nChannelStateDesc: Ringing\r\n")
            .Append("CallerIDNum: 0\r\nCallerIDName: Wake-up call\r\nConnectedLineNum: <unknown>\r\nConnectedLineName: <unknown>\r\n")
            .Append(CultureInfo.InvariantCulture, $"Language: en\r\nAccountCode: \r\nContext: switchboard-wakeup-dial\r\nExten: ring\r\nPriority: {i % 30}\r\n")
            .Append(CultureInfo.InvariantCulture, $"Uniqueid: 1764000000.{i % 100000}\r\nLinkedid: wakeup-0192f3a4b5c6d7e8f90a1b2c3d4e5f60-{i % 3}\r\n")
            .Append(CultureInfo.InvariantCulture, $"Variable: SB_CALL\r\nValue: wakeup-0192f3a4b5c6d7e8f90a1b2c3d4e5f60-{i % 3}\r\nApplication: Dial\r\n")
            .Append("AppData: PJSIP/1203,30,i\r\nCause: 16\r\nCause-txt: Normal Clearing\r\n\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
