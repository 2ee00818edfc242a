namespace Switchboard.Asterisk.FastAgi;

/// <summary>A dialogue with a caller cannot go on; the type says why. Let it pass: the server then tells Asterisk that the script failed.</summary>
public abstract class AgiException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The caller is gone: Asterisk said HANGUP, answered 511, or closed the connection.</summary>
public sealed class AgiHungUpException(string message, Exception? inner = null) : AgiException(message, inner);

/// <summary>
/// Asterisk knows no such command or application (510), not these arguments (520), or could not do it (200). The session goes on; but whatever
/// comes of it, AGISTATUS is FAILURE now where the command was one that Asterisk began.
/// </summary>
public sealed class AgiRejectedException(string verb, int code, string message) : AgiException($"{verb} was refused: {code} {message}")
{
    /// <summary>Asterisk's code.</summary>
    public int Code { get; } = code;
}

/// <summary>No answer within the command's deadline. The session is over: a late answer would be taken for the next command's.</summary>
public sealed class AgiTimeoutException(string message) : AgiException(message);

/// <summary>What came is not AGI, or is longer than allowed. The session is over.</summary>
public sealed class AgiProtocolException(string message) : AgiException(message);

/// <summary>The session was ended on our side: its time is over, the server stops, or a command was broken off.</summary>
public sealed class AgiSessionClosedException(string message, Exception? inner = null) : AgiException(message, inner);

/// <summary>A command that must not be sent: Asterisk would read something else. Names the argument, never its value.</summary>
public sealed class AgiInvalidCommandException(string field, string why) : ArgumentException($"{field}: {why}")
{
    /// <summary>The argument's name.</summary>
    public string Field { get; } = field;
}
