namespace Switchboard.Asterisk.Ami.Events;

/// <summary>An event of the dialplan's own (application UserEvent) or of another manager's session; its headers are as their sender wrote them.</summary>
/// <param name="Message">The event.</param>
public readonly record struct UserEvent(AmiMessage Message) : IAmiEvent<UserEvent>
{
    /// <inheritdoc/>
    public static string EventName => "UserEvent";

    /// <summary>The channel that ran the dialplan; an event of a manager's session has none.</summary>
    public AmiChannel Channel => new(Message);

    /// <summary>The name that its sender gave it.</summary>
    public string? Name => Message["UserEvent"];

    /// <inheritdoc/>
    public static UserEvent Of(AmiMessage message) => new(message);
}
