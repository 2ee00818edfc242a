namespace Switchboard.Asterisk.Ami;

/// <summary>Where the connection is.</summary>
public enum AmiState
{
    /// <summary>Not connected, waiting to try (again).</summary>
    Disconnected,

    /// <summary>TCP connection and greeting.</summary>
    Connecting,

    /// <summary>Challenge and login.</summary>
    LoggingIn,

    /// <summary>Logged in; Asterisk is still loading its modules.</summary>
    WaitingForFullyBooted,

    /// <summary>Actions may be sent.</summary>
    Connected,
}

/// <summary>What kind of trouble keeps the connection away; each is put right at another place.</summary>
public enum AmiTrouble
{
    /// <summary>None that is known.</summary>
    None,

    /// <summary>Not reached, silent or hung up: Asterisk itself or the network.</summary>
    Unreachable,

    /// <summary>User or secret differ from manager.conf, or the secret cannot be read.</summary>
    LoginRefused,

    /// <summary>No TLS, or a certificate that is not to be trusted.</summary>
    NotTrusted,

    /// <summary>Something else answers at that port.</summary>
    NotAsterisk,
}

/// <summary>The connection's state at one moment.</summary>
/// <param name="State">See <see cref="AmiState"/>.</param>
/// <param name="Generation">Successful logins so far.</param>
/// <param name="Since">When <paramref name="State"/> last changed between connected and not.</param>
/// <param name="LastError">Why it is not connected, for people; no secrets.</param>
/// <param name="Trouble">The kind of <paramref name="LastError"/>.</param>
/// <param name="Banner">Asterisk's greeting.</param>
/// <param name="LostEvents">Events that subscriptions lost since the start.</param>
public sealed record AmiStatus(AmiState State, long Generation, DateTimeOffset Since, string? LastError, AmiTrouble Trouble, string? Banner, long LostEvents);
