using NodaTime;

namespace Switchboard.Pbx;

/// <summary>How a phone is, as the PBX sees it.</summary>
/// <param name="Device">Such as <c>PJSIP/1203</c>.</param>
/// <param name="State">Asterisk's own word: NOT_INUSE, INUSE, RINGING, UNAVAILABLE and others.</param>
/// <param name="Since">Since when, by our clock; a state that was read is that old at least.</param>
public sealed record PhoneState(string Device, string State, Instant Since)
{
    /// <summary>Where it is registered, as far as that was told since the link is up.</summary>
    public IReadOnlyList<string> Contacts { get; init; } = [];

    /// <summary>
    /// Can it be rung? UNAVAILABLE is a phone that is not registered, or does not answer when it is qualified; a call that is still up hides both.
    /// INVALID is one that the PBX does not know. UNKNOWN is one of a kind that is never told, as an analogue line.
    /// </summary>
    public bool? IsReachable => State switch { "UNAVAILABLE" or "INVALID" => false, "UNKNOWN" => null, _ => true };

    /// <summary>Is somebody speaking on it? Ringing alone is not.</summary>
    public bool IsInCall => State is "INUSE" or "ONHOLD" or "BUSY" or "RINGINUSE";

    /// <summary>The device behind a dial string: of <c>DAHDI/1/2101</c> and <c>PJSIP/2101@gateway</c> it is the line and the gateway.</summary>
    public static string DeviceOf(string dialString)
    {
        var parts = dialString.Split('/', 3);
        return dialString.LastIndexOf('@') is > 0 and var at ? $"{parts[0]}/{dialString[(at + 1)..]}" : string.Join('/', parts.Take(2));
    }
}

/// <summary>What happened to the phones' states, in order.</summary>
internal abstract record PhoneNews;

/// <summary>All states were read anew.</summary>
internal sealed record PhonesRead : PhoneNews;

/// <summary>The PBX is not heard any more: what was known may be wrong by now.</summary>
internal sealed record PhonesUnheard : PhoneNews;

/// <summary>One phone's state changed.</summary>
internal sealed record PhoneChanged(PhoneState State) : PhoneNews;
