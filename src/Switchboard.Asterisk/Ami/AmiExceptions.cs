namespace Switchboard.Asterisk.Ami;

/// <summary>Something between us and Asterisk failed; the type says who and whether to try again.</summary>
public abstract class AmiException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The same may succeed later without anybody changing anything.</summary>
    public abstract bool IsTransient { get; }
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

/// <summary>The session died; whether an action that was pending took effect is unknown.</summary>
public sealed class AmiConnectionLostException(string message, Exception? inner = null) : AmiException(message, inner)
{
    /// <inheritdoc/>
    public override bool IsTransient => true;
}

/// <summary>There is no session to send on; nothing was sent.</summary>
public sealed class AmiNotConnectedException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => true;
}

/// <summary>Asterisk refused the user or its secret.</summary>
public sealed class AmiLoginFailedException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => false;
}

/// <summary>What answered does not speak AMI.</summary>
public sealed class AmiProtocolException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => false;
}

/// <summary>No response within the action's deadline; whether it took effect is unknown.</summary>
public sealed class AmiTimeoutException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => true;
}

/// <summary>An action that must not be sent: a header that Asterisk would read as something else, or not at all.</summary>
public sealed class AmiInvalidActionException(string field, string why) : ArgumentException($"{field}: {why}")
{
    /// <summary>The header's name.</summary>
    public string Field { get; } = field;
}
