namespace Switchboard.Asterisk.Ami.Events;

/// <summary>
/// A typed view of an event: a name and some of its headers, decoded when they are asked for. A view costs nothing, needs no reflection,
/// and leaves every other header within reach by <see cref="Message"/>; so does an event that has no view here.
/// </summary>
/// <typeparam name="TSelf">The view itself.</typeparam>
public interface IAmiEvent<TSelf> where TSelf : struct, IAmiEvent<TSelf>
{
    /// <summary>The event's name in Asterisk.</summary>
    static abstract string EventName { get; }

    /// <summary>The message that is looked at.</summary>
    AmiMessage Message { get; }

    /// <summary>Looks at a message of that name.</summary>
    static abstract TSelf Of(AmiMessage message);
}
