namespace Switchboard.Asterisk.Ami.Events;

/// <summary>A channel was made.</summary>
/// <param name="Message">The event.</param>
public readonly record struct NewchannelEvent(AmiMessage Message) : IAmiEvent<NewchannelEvent>
{
    /// <inheritdoc/>
    public static string EventName => "Newchannel";

    /// <summary>The channel.</summary>
    public AmiChannel Channel => new(Message);

    /// <inheritdoc/>
    public static NewchannelEvent Of(AmiMessage message) => new(message);
}
