namespace Switchboard.Asterisk.Ami.Events;

/// <summary>A phone is being called.</summary>
/// <param name="Message">The event.</param>
public readonly record struct DialBeginEvent(AmiMessage Message) : IAmiEvent<DialBeginEvent>
{
    /// <inheritdoc/>
    public static string EventName => "DialBegin";

    /// <summary>Who calls; a call that Asterisk itself places has none.</summary>
    public AmiChannel Channel => new(Message);

    /// <summary>The phone's channel.</summary>
    public AmiChannel Destination => new(Message, "Dest");

    /// <summary>What was dialled.</summary>
    public string? DialString => Message["DialString"];

    /// <inheritdoc/>
    public static DialBeginEvent Of(AmiMessage message) => new(message);
}
