namespace Switchboard.Asterisk.Ami.Events;

/// <summary>A device's state, as it changes and as an item of the list that DeviceStateList answers with (main/devicestate.c).</summary>
/// <param name="Message">The event.</param>
public readonly record struct DeviceStateChangeEvent(AmiMessage Message) : IAmiEvent<DeviceStateChangeEvent>
{
    /// <inheritdoc/>
    public static string EventName => "DeviceStateChange";

    /// <summary>Such as <c>PJSIP/1203</c>, or <c>Custom:DND1203</c> for what is no device at all.</summary>
    public string? Device => Message["Device"];

    /// <summary>UNKNOWN, NOT_INUSE, INUSE, BUSY, INVALID, UNAVAILABLE, RINGING, RINGINUSE or ONHOLD.</summary>
    public string? State => Message["State"];

    /// <inheritdoc/>
    public static DeviceStateChangeEvent Of(AmiMessage message) => new(message);
}
