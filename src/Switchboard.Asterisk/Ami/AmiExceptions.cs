namespace Switchboard.Asterisk.Ami;

/// <summary>Something between us and Asterisk failed; the type says who and whether to try again.</summary>
public abstract class AmiException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The same may succeed later without anybody changing anything.</summary>
    public abstract bool IsTransient { get; }

    /// <summary>Not a byte of the action has left us: it has certainly had no effect.</summary>
    public virtual bool NothingSent => false;
}

/// <summary>Asterisk answered <c>Response: Error</c>.</summary>
public sealed class AmiRejectedException(string action, AmiMessage response)
    : AmiException($"{action} was refused: {response["Message"] ?? "no reason given"}")
{
    /// <summary>Asterisk's answer.</summary>
    public AmiMessage Response { get; } = response;

    /// <summary>There is nothing to show ("Database entry not found"), as against an action that is not allowed or not known.</summary>
    public bool NothingFound => Response["Message"]?.Contains("not found", StringComparison.OrdinalIgnoreCase) == true;

    /// <inheritdoc/>
    public override bool IsTransient => false;
}

/// <summary>The session died; whether an action that was pending took effect is unknown, unless <see cref="AmiException.NothingSent"/>.</summary>
public sealed class AmiConnectionLostException(string message, Exception? inner = null, bool nothingSent = false) : AmiException(message, inner)
{
    /// <inheritdoc/>
    public override bool IsTransient => true;

    /// <inheritdoc/>
    public override bool NothingSent => nothingSent;
}

/// <summary>There is no session to send on, or it has too much to do; nothing was sent.</summary>
public sealed class AmiNotConnectedException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => true;

    /// <inheritdoc/>
    public override bool NothingSent => true;
}

/// <summary>Asterisk refused the user or its secret.</summary>
public sealed class AmiLoginFailedException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => false;
}

/// <summary>No TLS session came about: the certificate is not trusted or another host's, or the port speaks no TLS.</summary>
public sealed class AmiTlsException(string message, Exception inner) : AmiException(message, inner)
{
    /// <inheritdoc/>
    public override bool IsTransient => false;
}

/// <summary>What answered does not speak AMI, or not as it should.</summary>
public sealed class AmiProtocolException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => false;
}

/// <summary>No response within the action's deadline; whether it took effect is unknown, unless <see cref="AmiException.NothingSent"/>.</summary>
public sealed class AmiTimeoutException(string message, bool nothingSent = false) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => true;

    /// <inheritdoc/>
    public override bool NothingSent => nothingSent;
}

/// <summary>An action that must not be sent: a header that Asterisk would read as something else, or not at all.</summary>
public sealed class AmiInvalidActionException(string field, string why) : ArgumentException($"{field}: {why}")
{
    /// <summary>The header's name.</summary>
    public string Field { get; } = field;
}
