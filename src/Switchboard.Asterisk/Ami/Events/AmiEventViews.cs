using System.Globalization;

namespace Switchboard.Asterisk.Ami.Events;

/// <summary>From a message to its typed view.</summary>
public static class AmiEventViews
{
    /// <summary>True, and the view, where the message is that event.</summary>
    public static bool TryRead<TEvent>(this AmiMessage message, out TEvent view) where TEvent : struct, IAmiEvent<TEvent>
    {
        var matches = message.EventName == TEvent.EventName;
        view = matches ? TEvent.Of(message) : default;
        return matches;
    }

    internal static int? Number(this AmiMessage message, string key) =>
        int.TryParse(message[key], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
