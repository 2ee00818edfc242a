namespace Switchboard.Asterisk.Ami;

/// <summary>Where Asterisk's Manager Interface is and how patient to be with it. Never prints its secret.</summary>
public sealed class AmiOptions
{
    /// <summary>Host name or address.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>TCP port; Asterisk's default.</summary>
    public int Port { get; set; } = 5038;

    /// <summary>The section of manager.conf.</summary>
    public string Username { get; set; } = "";

    /// <summary>The user's secret; sent only as the MD5 of Asterisk's challenge.</summary>
    public string Secret { get; set; } = "";

    /// <summary>For the TCP connection.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For Asterisk's first line.</summary>
    public TimeSpan GreetingTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For challenge and login.</summary>
    public TimeSpan LoginTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>From login to FullyBooted; before it an Originate fails with "Extension does not exist".</summary>
    public TimeSpan FullyBootedTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>For the response to an action.</summary>
    public TimeSpan ActionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Nothing received for this long: Asterisk is asked for a Pong.</summary>
    public TimeSpan SilenceBeforePing { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>No byte for this long after the Ping: the session is dead.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Events that a subscription holds for a slow reader before it loses some (and says so).</summary>
    public int EventQueueCapacity { get; set; } = 100_000;

    /// <summary>A longer message is refused by name and skipped; the session goes on.</summary>
    public int MaxMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Reconnecting: the first wait, doubled with jitter each time.</summary>
    public TimeSpan ReconnectDelayMin { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Reconnecting: the longest wait.</summary>
    public TimeSpan ReconnectDelayMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait after a refused login; Asterisk's administrators do not like to be hammered.</summary>
    public TimeSpan RefusedLoginDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public override string ToString() => $"{Username}@{Host}:{Port}";
}
