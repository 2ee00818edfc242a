using System.Text;

namespace Switchboard.Asterisk.FastAgi;

/// <summary>Puts an answer together from its lines: most have one, usages (<c>520-</c>) and variables with a line end in them have several.</summary>
internal sealed class AgiReplyReader(int maxBytes)
{
    private readonly StringBuilder _text = new();

    /// <summary>The answer, when this line was its last.</summary>
    /// <exception cref="AgiProtocolException">It is none, or longer than allowed.</exception>
    public AgiReply? Take(string line)
    {
        if (_text.Length > 0) _text.Append('\n');
        _text.Append(line);
        if (_text.Length > maxBytes) throw new AgiProtocolException($"an answer is longer than {maxBytes} bytes");
        if (!IsWhole(line)) return null;
        var text = _text.ToString();
        _text.Clear();
        return AgiReply.Parse(text);
    }

    private bool IsWhole(string line)
    {
        if (StartsWith("520-")) return line.StartsWith("520 ", StringComparison.Ordinal);
        // (value with a line end): the closing parenthesis stands at a line's end, behind it at most endpos.
        if (!StartsWith("200 result=") || !_text.ToString().Contains(" (", StringComparison.Ordinal)) return true;
        var close = line.LastIndexOf(')');
        return close >= 0 && (close == line.Length - 1 || line.AsSpan(close + 1).StartsWith(" endpos=", StringComparison.Ordinal));
    }

    private bool StartsWith(string lead) => _text.Length >= lead.Length && _text.ToString(0, lead.Length) == lead;
}
