namespace Switchboard.Asterisk.Ami.Events;

/// <summary>A variable was set, of a channel or global.</summary>
/// <param name="Message">The event.</param>
public readonly record struct VarSetEvent(AmiMessage Message) : IAmiEvent<VarSetEvent>
{
    /// <inheritdoc/>
    public static string EventName => "VarSet";

    /// <summary>The channel; a global variable has none.</summary>
    public AmiChannel Channel => new(Message);

    /// <summary>The variable's name.</summary>
    public string? Variable => Message["Variable"];

    /// <summary>Its value, without Asterisk's escapes.</summary>
    public string? Value => Message.GetUnescaped("Value");

    /// <inheritdoc/>
    public static VarSetEvent Of(AmiMessage message) => new(message);
}
