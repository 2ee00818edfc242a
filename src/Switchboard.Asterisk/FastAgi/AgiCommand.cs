using System.Buffers;
using System.Globalization;
using System.Text;

namespace Switchboard.Asterisk.FastAgi;

/// <summary>
/// A command to send. Every argument is quoted as Asterisk takes quotes off (res/res_agi.c, parse_args) and checked as it is added: what would
/// end the line, or make it longer than Asterisk reads at once, is refused before anything is sent.
/// </summary>
public sealed class AgiCommand
{
    // AGI_BUF_LEN is 2,048; the rest of a longer line would be read as another command.
    private const int MaxLineBytes = 2000;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ ");
    private readonly StringBuilder _line = new();
    private int _bytes;

    /// <summary>A command of this name, such as <c>STREAM FILE</c>.</summary>
    /// <exception cref="AgiInvalidCommandException">The name is not one.</exception>
    public AgiCommand(string verb)
    {
        if (verb.Length is 0 or > 40 || verb.AsSpan().ContainsAnyExcept(Letters)) throw new AgiInvalidCommandException("command", "has capital letters and blanks only");
        Verb = verb;
        _line.Append(verb);
        _bytes = verb.Length;
    }

    /// <summary>The command's name.</summary>
    public string Verb { get; }

    /// <summary>Adds an argument.</summary>
    /// <param name="argument">Its name, for errors.</param>
    /// <param name="value">As Asterisk shall see it.</param>
    /// <exception cref="AgiInvalidCommandException">It would not arrive as it is; the message names the argument, never the value.</exception>
    public AgiCommand With(string argument, string value)
    {
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0) throw new AgiInvalidCommandException(argument, "holds a line end or NUL: Asterisk would read another command");
        var before = _line.Length;
        _line.Append(" \"");
        foreach (var letter in value)
        {
            if (letter is '"' or '\\') _line.Append('\\');
            _line.Append(letter);
        }

        _line.Append('"');
        _bytes += CountBytes(argument, _line.ToString(before, _line.Length - before));
        if (_bytes > MaxLineBytes) throw new AgiInvalidCommandException(argument, $"makes the command longer than {MaxLineBytes} bytes");
        return this;
    }

    /// <summary>Adds a number.</summary>
    public AgiCommand With(string argument, long value) => With(argument, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>The name only: arguments may be secret.</summary>
    public override string ToString() => Verb;

    internal byte[] ToBytes() => Encoding.UTF8.GetBytes(_line + "\n");

    private static int CountBytes(string argument, string text)
    {
        try
        {
            return Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            throw new AgiInvalidCommandException(argument, "holds half a character (a lone surrogate)");
        }
    }
}
