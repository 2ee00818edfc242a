namespace Switchboard.Asterisk.Ami.Events;

/// <summary>One living channel, an item of the list that CoreShowChannels answers with.</summary>
/// <param name="Message">The event.</param>
public readonly record struct CoreShowChannelEvent(AmiMessage Message) : IAmiEvent<CoreShowChannelEvent>
{
    /// <inheritdoc/>
    public static string EventName => "CoreShowChannel";

    /// <summary>The channel.</summary>
    public AmiChannel Channel => new(Message);

    /// <summary>What it is running.</summary>
    public string? Application => Message["Application"];

    /// <summary>The bridge that it is in; null where it is in none.</summary>
    public string? BridgeId => Message["BridgeId"] is { Length: > 0 } bridge ? bridge : null;

    /// <summary>How long it has lived.</summary>
    public TimeSpan? Duration => TimeSpan.TryParse(Message["Duration"], System.Globalization.CultureInfo.InvariantCulture, out var lived) ? lived : null;

    /// <inheritdoc/>
    public static CoreShowChannelEvent Of(AmiMessage message) => new(message);
}
