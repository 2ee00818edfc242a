namespace Switchboard.Asterisk.Ami.Events;

/// <summary>A channel's state changed.</summary>
/// <param name="Message">The event.</param>
public readonly record struct NewstateEvent(AmiMessage Message) : IAmiEvent<NewstateEvent>
{
    /// <inheritdoc/>
    public static string EventName => "Newstate";

    /// <summary>The channel.</summary>
    public AmiChannel Channel => new(Message);

    /// <inheritdoc/>
    public static NewstateEvent Of(AmiMessage message) => new(message);
}
