namespace Switchboard.Asterisk.Ami.Events;

/// <summary>A contact of a PJSIP phone was registered, removed, or answers otherwise than before when it is qualified. A registration that is only renewed is not told.</summary>
/// <param name="Message">The event.</param>
public readonly record struct ContactStatusEvent(AmiMessage Message) : IAmiEvent<ContactStatusEvent>
{
    /// <inheritdoc/>
    public static string EventName => "ContactStatus";

    /// <summary>Where the phone answers.</summary>
    public string? Uri => Message["URI"];

    /// <summary>NonQualified, Reachable, Unreachable, Removed, Updated or Unknown.</summary>
    public string? Status => Message["ContactStatus"];

    /// <summary>The address of record that it belongs to.</summary>
    public string? AddressOfRecord => Message["AOR"];

    /// <summary>The endpoint: the name in <c>PJSIP/name</c>.</summary>
    public string? Endpoint => Message["EndpointName"];

    /// <summary>How long it took to answer; zero where it was not asked.</summary>
    public TimeSpan? RoundTrip => Message.Number("RoundtripUsec") is { } microseconds ? TimeSpan.FromMicroseconds(microseconds) : null;

    /// <inheritdoc/>
    public static ContactStatusEvent Of(AmiMessage message) => new(message);
}
