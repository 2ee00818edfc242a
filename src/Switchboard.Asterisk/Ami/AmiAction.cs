using System.Text;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// An action to send. Every header is checked as it is added: what Asterisk would take for the end of a line, for another header, or not
/// take at all (main/manager.c reads lines up to 1,024 bytes and 128 headers) is refused before anything is sent.
/// </summary>
public sealed class AmiAction
{
    private const int MaxLineBytes = 1000;
    private const int MaxHeaders = 120;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly List<KeyValuePair<string, string>> _headers = [];

    /// <summary>An action of this name, such as <c>Originate</c>.</summary>
    /// <exception cref="AmiInvalidActionException">The name cannot be a header's value.</exception>
    public AmiAction(string name) => With("Action", Name = name);

    /// <summary>The action's name.</summary>
    public string Name { get; }

    /// <summary>The headers in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>Adds a header; a key may repeat.</summary>
    /// <exception cref="AmiInvalidActionException">Key or value would not arrive as they are; the message names the key, never the value.</exception>
    public AmiAction With(string key, string value)
    {
        if (key.Length == 0) throw new AmiInvalidActionException("(empty)", "a header needs a name");
        foreach (var letter in key)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '(' or ')' or '/'))
                throw new AmiInvalidActionException(Shorten(key), "a header's name has letters, digits, '-' and '_' only");
        }

        if (_headers.Count > 0 && (key.Equals("Action", StringComparison.OrdinalIgnoreCase) || key.Equals("ActionID", StringComparison.OrdinalIgnoreCase)))
            throw new AmiInvalidActionException(key, "is set by the client: Asterisk would take the first of two");
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            throw new AmiInvalidActionException(key, "the value holds a line end or NUL: Asterisk would read another header");
        if (value is [' ' or '\t', ..]) throw new AmiInvalidActionException(key, "the value begins with a blank, which Asterisk skips");
        if (key.Length + 2 + CountBytes(key, value) > MaxLineBytes)
            throw new AmiInvalidActionException(key, $"the line is longer than {MaxLineBytes} bytes");
        if (_headers.Count >= MaxHeaders) throw new AmiInvalidActionException(key, $"an action has at most {MaxHeaders} headers");
        _headers.Add(new(key, value));
        return this;
    }

    /// <summary>Adds a channel variable in a <c>Variable</c> header of its own.</summary>
    /// <exception cref="AmiInvalidActionException">Asterisk splits the header at commas and unquotes it, so such values are refused.</exception>
    public AmiAction WithVariable(string name, string value)
    {
        foreach (var letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter != '_') throw new AmiInvalidActionException("Variable", "a variable's name has letters, digits and '_' only");
        }

        if (value.AsSpan().IndexOfAny(",\"\\") >= 0)
            throw new AmiInvalidActionException($"Variable {name}", "the value holds a comma, quote or backslash: Asterisk would read something else");
        return With("Variable", $"{name}={value}");
    }

    /// <summary>Names only: values may be secret.</summary>
    public override string ToString() => $"{Name} ({_headers.Count} headers)";

    internal byte[] ToBytes(string actionId)
    {
        var text = new StringBuilder(256);
        foreach (var (key, value) in _headers) text.Append(key).Append(": ").Append(value).Append("\r\n");
        text.Append("ActionID: ").Append(actionId).Append("\r\n\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    internal string? Get(string key) =>
        _headers.FirstOrDefault(h => h.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Value;

    private static int CountBytes(string key, string value)
    {
        try
        {
            return Strict.GetByteCount(value);
        }
        catch (EncoderFallbackException)
        {
            throw new AmiInvalidActionException(key, "the value holds half a character (a lone surrogate)");
        }
    }

    private static string Shorten(string key) =>
        new([.. key.Take(20).Select(c => char.IsControl(c) ? '?' : c)]);
}
