using System.Globalization;

namespace Switchboard.Asterisk.Ami.Actions;

/// <summary>A call to place: a channel to ring, and an extension of the dialplan or an application to run when it answers. Always asynchronous.</summary>
public sealed class AmiOriginateRequest
{
    private readonly List<(string Name, string Value)> _variables = [];

    /// <summary>What to ring, such as <c>PJSIP/1203</c> or <c>Local/ring@context/n</c>.</summary>
    public required string Channel { get; init; }

    /// <summary>Where in the dialplan the answered call goes; or see <see cref="Application"/>.</summary>
    public (string Context, string Extension, int Priority)? Extension { get; init; }

    /// <summary>What the answered call runs, with its data; or see <see cref="Extension"/>.</summary>
    public (string Name, string Data)? Application { get; init; }

    /// <summary>How long to ring. Asterisk's own default is 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Such as <c>"Reception" &lt;0&gt;</c>.</summary>
    public string? CallerId { get; init; }

    /// <summary>The id of the channel, up to 149 characters; Asterisk refuses a second call with that of a living one.</summary>
    public string? ChannelId { get; init; }

    /// <summary>For the channel's call records.</summary>
    public string? Account { get; init; }

    /// <summary>Adds a channel variable; with <c>__</c> before its name it is inherited by every channel that the call makes.</summary>
    /// <exception cref="AmiInvalidActionException">Asterisk would read something else.</exception>
    public AmiOriginateRequest WithVariable(string name, string value)
    {
        // Refused here, where the caller can see which one it was.
        new AmiAction("Originate").WithVariable(name, value);
        _variables.Add((name, value));
        return this;
    }

    /// <summary>The action.</summary>
    /// <exception cref="AmiInvalidActionException">A field cannot be sent as it is; the message names it.</exception>
    public AmiAction ToAction()
    {
        if (Extension is null == Application is null) throw new AmiInvalidActionException("Extension", "give an extension or an application, one of them");
        if (Timeout < TimeSpan.FromMilliseconds(1) || Timeout.TotalMilliseconds > int.MaxValue) throw new AmiInvalidActionException("Timeout", "must be 1 ms to 24 days");
        if (ChannelId?.Length > 149) throw new AmiInvalidActionException("ChannelId", "is longer than 149 characters");
        var action = new AmiAction("Originate").With("Channel", Channel).With("Async", "true")
            .With("Timeout", ((long)Timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        if (Extension is { } place)
            action.With("Context", place.Context).With("Exten", place.Extension).With("Priority", place.Priority.ToString(CultureInfo.InvariantCulture));
        if (Application is { } run) action.With("Application", run.Name).With("Data", run.Data);
        if (CallerId is { } caller) action.With("CallerID", caller);
        if (ChannelId is { } id) action.With("ChannelId", id);
        if (Account is { } account) action.With("Account", account);
        foreach (var (name, value) in _variables) action.WithVariable(name, value);
        return action;
    }
}
