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

/// <summary>The connection's state at one moment.</summary>
/// <param name="State">See <see cref="AmiState"/>.</param>
/// <param name="Generation">Successful logins so far.</param>
/// <param name="Since">When <paramref name="State"/> last changed between connected and not.</param>
/// <param name="LastError">Why it is not connected, for people; no secrets.</param>
/// <param name="Banner">Asterisk's greeting.</param>
/// <param name="LostEvents">Events that subscriptions lost since the start.</param>
public sealed record AmiStatus(AmiState State, long Generation, DateTimeOffset Since, string? LastError, string? Banner, long LostEvents);
