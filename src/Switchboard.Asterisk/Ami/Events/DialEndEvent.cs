namespace Switchboard.Asterisk.Ami.Events;

/// <summary>Calling a phone has ended; answered counts as an end.</summary>
/// <param name="Message">The event.</param>
public readonly record struct DialEndEvent(AmiMessage Message) : IAmiEvent<DialEndEvent>
{
    /// <inheritdoc/>
    public static string EventName => "DialEnd";

    /// <summary>Who calls; a call that Asterisk itself places has none.</summary>
    public AmiChannel Channel => new(Message);

    /// <summary>The phone's channel.</summary>
    public AmiChannel Destination => new(Message, "Dest");

    /// <summary>ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION, CHANUNAVAIL and others.</summary>
    public string? DialStatus => Message["DialStatus"];

    /// <inheritdoc/>
    public static DialEndEvent Of(AmiMessage message) => new(message);
}
