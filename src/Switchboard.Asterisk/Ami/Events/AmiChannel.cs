namespace Switchboard.Asterisk.Ami.Events;

/// <summary>
/// The channel that an event tells of, as main/manager_channels.c writes it, or another one of the same event by its prefix
/// (<c>Dest</c> in DialBegin). What is absent is null.
/// </summary>
public readonly struct AmiChannel(AmiMessage message, string prefix = "") : IEquatable<AmiChannel>
{
    private readonly AmiMessage _message = message;
    private readonly string _prefix = prefix;

    /// <summary>Such as <c>PJSIP/1203-0000002a</c>.</summary>
    public string? Name => _message[_prefix + "Channel"];

    /// <summary>The state by its number.</summary>
    public AmiChannelState? State => (AmiChannelState?)_message.Number(_prefix + "ChannelState");

    /// <summary>The caller's number.</summary>
    public string? CallerIdNumber => _message[_prefix + "CallerIDNum"];

    /// <summary>The caller's name, without Asterisk's escapes.</summary>
    public string? CallerIdName => _message.GetUnescaped(_prefix + "CallerIDName");

    /// <summary>The other side's number.</summary>
    public string? ConnectedLineNumber => _message[_prefix + "ConnectedLineNum"];

    /// <summary>The other side's name, without Asterisk's escapes.</summary>
    public string? ConnectedLineName => _message.GetUnescaped(_prefix + "ConnectedLineName");

    /// <summary>Where in the dialplan.</summary>
    public string? Context => _message[_prefix + "Context"];

    /// <summary>Where in the dialplan.</summary>
    public string? Extension => _message[_prefix + "Exten"];

    /// <summary>Where in the dialplan.</summary>
    public int? Priority => _message.Number(_prefix + "Priority");

    /// <summary>The language of its prompts.</summary>
    public string? Language => _message[_prefix + "Language"];

    /// <summary>The channel's own id; the one that an originate asked for where it gave one.</summary>
    public string? UniqueId => _message[_prefix + "Uniqueid"];

    /// <summary>The id of the call: the oldest channel's of all that were bridged with it.</summary>
    public string? LinkedId => _message[_prefix + "Linkedid"];

    /// <inheritdoc/>
    public bool Equals(AmiChannel other) => ReferenceEquals(_message, other._message) && _prefix == other._prefix;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AmiChannel other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_message, _prefix);

    /// <summary>Same message, same prefix.</summary>
    public static bool operator ==(AmiChannel left, AmiChannel right) => left.Equals(right);

    /// <summary>Another message or prefix.</summary>
    public static bool operator !=(AmiChannel left, AmiChannel right) => !left.Equals(right);
}
