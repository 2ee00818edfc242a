namespace Switchboard.Asterisk.Ami.Events;

/// <summary>A channel is gone.</summary>
/// <param name="Message">The event.</param>
public readonly record struct HangupEvent(AmiMessage Message) : IAmiEvent<HangupEvent>
{
    /// <inheritdoc/>
    public static string EventName => "Hangup";

    /// <summary>The channel.</summary>
    public AmiChannel Channel => new(Message);

    /// <summary>Q.850 cause, such as 16 for normal clearing, 17 busy, 19 no answer.</summary>
    public int? Cause => Message.Number("Cause");

    /// <summary>The cause in words.</summary>
    public string? CauseText => Message["Cause-txt"];

    /// <inheritdoc/>
    public static HangupEvent Of(AmiMessage message) => new(message);
}
