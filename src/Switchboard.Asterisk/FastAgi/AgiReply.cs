using System.Globalization;

namespace Switchboard.Asterisk.FastAgi;

/// <summary>Asterisk's answer to a command: <c>200 result=1 (data) endpos=8000</c>.</summary>
public sealed class AgiReply
{
    private AgiReply(int code, string result, string? data, long? endPosition, string message) =>
        (Code, Result, Data, EndPosition, Message) = (code, result, data, endPosition, message);

    /// <summary>200, or 510, 511 and 520 where the command was refused.</summary>
    public int Code { get; }

    /// <summary>What stands behind <c>result=</c>; may be empty.</summary>
    public string Result { get; }

    /// <summary>What stands in parentheses; null where there are none.</summary>
    public string? Data { get; }

    /// <summary>Samples played or recorded.</summary>
    public long? EndPosition { get; }

    /// <summary>Of a refusal, what Asterisk says.</summary>
    internal string Message { get; }

    /// <summary>The code only: results may be a PIN.</summary>
    public override string ToString() => Code.ToString(CultureInfo.InvariantCulture);

    /// <exception cref="AgiProtocolException">It is not an answer.</exception>
    internal static AgiReply Parse(string text)
    {
        var code = text.Length >= 3 && int.TryParse(text.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var rest = text.Length > 4 ? text[4..] : "";
        if (code is 510 or 511 or 520) return new AgiReply(code, "", null, null, rest);
        const string lead = "result=";
        if (code != 200 || !rest.StartsWith(lead, StringComparison.Ordinal)) throw new AgiProtocolException("what came is no answer to a command");
        rest = rest[lead.Length..];
        var blank = rest.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0) return new AgiReply(code, rest, null, null, "");
        var (result, more) = (rest[..blank], rest[(blank + 1)..]);
        string? data = null;
        // To the last parenthesis: the value itself may hold some.
        if (more is ['(', ..] && more.LastIndexOf(')') is var close and > 0) (data, more) = (more[1..close], more[(close + 1)..]);
        var at = more.IndexOf("endpos=", StringComparison.Ordinal);
        long? position = at >= 0 && long.TryParse(more.AsSpan(at + 7), NumberStyles.None, CultureInfo.InvariantCulture, out var samples) ? samples : null;
        return new AgiReply(code, result, data, position, "");
    }
}
