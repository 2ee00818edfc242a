using System.Security.Cryptography.X509Certificates;

namespace Switchboard.Asterisk.Ami;

/// <summary>How to log in.</summary>
public enum AmiAuthentication
{
    /// <summary>The secret is never sent, only the MD5 of Asterisk's challenge and it.</summary>
    Md5Challenge,

    /// <summary>The secret is sent as it is: only over TLS or on loopback, and only where Asterisk keeps no plain secret to answer a challenge.</summary>
    PlainText,
}

/// <summary>Where Asterisk's Manager Interface is and how patient to be with it. Never prints its secret.</summary>
public sealed class AmiOptions
{
    /// <summary>Host name or address.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>TCP port; Asterisk's default. Its default for TLS is 5039.</summary>
    public int Port { get; set; } = 5038;

    /// <summary>TLS from the first byte, with full checks of the certificate and its host name.</summary>
    public bool UseTls { get; set; }

    /// <summary>The name that the certificate must bear; <see cref="Host"/> where null.</summary>
    public string? TlsHostName { get; set; }

    /// <summary>The only authority (or self-signed certificate) to trust; the machine's own store where null.</summary>
    public X509Certificate2? TlsCertificateAuthority { get; set; }

    /// <summary>The section of manager.conf.</summary>
    public string Username { get; set; } = "";

    /// <summary>The user's secret.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Asked for the secret before each login, instead of <see cref="Secret"/>: a secret that was put right or changed needs no restart.</summary>
    public Func<string>? ReadSecret { get; set; }

    /// <summary>Another line to Asterisk than TCP to <see cref="Host"/>: what a peer in this process is reached by.</summary>
    internal Func<CancellationToken, ValueTask<Stream>>? OpenLine { get; set; }

    /// <summary>How to log in; a refused challenge is never followed by the plain secret.</summary>
    public AmiAuthentication Authentication { get; set; } = AmiAuthentication.Md5Challenge;

    /// <summary>For the TCP connection, and again for TLS.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For Asterisk's first line.</summary>
    public TimeSpan GreetingTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For challenge and login.</summary>
    public TimeSpan LoginTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>From login to FullyBooted; before it an Originate fails with "Extension does not exist".</summary>
    public TimeSpan FullyBootedTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>For the response to an action, and for each next item of a list.</summary>
    public TimeSpan ActionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Nothing received for this long: Asterisk is asked for a Pong.</summary>
    public TimeSpan SilenceBeforePing { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>No byte for this long after the Ping: the session is dead.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Events that a subscription holds for a slow reader before it loses some (and says so).</summary>
    public int EventQueueCapacity { get; set; } = 100_000;

    /// <summary>Actions that wait to be written; one more is refused at once instead of being late.</summary>
    public int MaxPendingActions { get; set; } = 20_000;

    /// <summary>A longer list fails.</summary>
    public int MaxListItems { get; set; } = 100_000;

    /// <summary>A longer message is refused by name and skipped; the session goes on.</summary>
    public int MaxMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Reconnecting: the first wait, doubled with jitter each time.</summary>
    public TimeSpan ReconnectDelayMin { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Reconnecting: the longest wait.</summary>
    public TimeSpan ReconnectDelayMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait after a refused login; Asterisk's administrators do not like to be hammered.</summary>
    public TimeSpan RefusedLoginDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Nothing here can be put right by connecting, so it is said before.</summary>
    /// <exception cref="ArgumentException">Names the option and what is allowed.</exception>
    internal void Validate()
    {
        Check(Host.Length > 0, nameof(Host), "must not be empty");
        Check(Port is > 0 and <= 65535, nameof(Port), "must be 1 to 65535");
        Check(Username.Length > 0, nameof(Username), "must not be empty");
        Check(UseTls || (TlsCertificateAuthority is null && TlsHostName is null), nameof(UseTls), "must be set where an authority or a host name for TLS is given");
        Check(MaxMessageBytes >= AmiMessageReader.HeadBytes, nameof(MaxMessageBytes), $"must be at least {AmiMessageReader.HeadBytes}");
        Check(EventQueueCapacity > 0, nameof(EventQueueCapacity), "must be at least 1");
        Check(MaxPendingActions > 0, nameof(MaxPendingActions), "must be at least 1");
        Check(MaxListItems > 0, nameof(MaxListItems), "must be at least 1");
        Check(ReconnectDelayMin <= ReconnectDelayMax, nameof(ReconnectDelayMin), $"must not be longer than {nameof(ReconnectDelayMax)}");
        foreach (var (name, wait) in new (string, TimeSpan)[]
        {
            (nameof(ConnectTimeout), ConnectTimeout), (nameof(GreetingTimeout), GreetingTimeout), (nameof(LoginTimeout), LoginTimeout),
            (nameof(FullyBootedTimeout), FullyBootedTimeout), (nameof(ActionTimeout), ActionTimeout), (nameof(SilenceBeforePing), SilenceBeforePing),
            (nameof(PingTimeout), PingTimeout), (nameof(ReconnectDelayMin), ReconnectDelayMin), (nameof(RefusedLoginDelay), RefusedLoginDelay),
        })
        {
            Check(wait > TimeSpan.Zero && wait < TimeSpan.FromDays(1), name, "must be longer than zero and shorter than a day");
        }

        // Refused here with the header's name, never with its value.
        _ = new AmiAction("Login").With("Username", Username).With("Secret", Secret);
    }

    private static void Check(bool holds, string option, string allowed)
    {
        if (!holds) throw new ArgumentException($"{nameof(AmiOptions)}.{option} {allowed}");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Username}@{Host}:{Port}";
}
