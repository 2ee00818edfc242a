using System.Net;

namespace Switchboard.Asterisk.FastAgi;

/// <summary>Where the server listens, whom it serves, and how patient it is.</summary>
public sealed class FastAgiOptions
{
    /// <summary>The address to listen on.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>The TCP port; Asterisk's default. 0 takes any free one, see <see cref="FastAgiServer.Listening"/>.</summary>
    public int Port { get; set; } = 4573;

    /// <summary>Where Asterisk may come from; FastAGI has no password, so everybody else is closed at once.</summary>
    public IReadOnlyCollection<IPAddress> AllowedAddresses { get; set; } = [IPAddress.Loopback, IPAddress.IPv6Loopback];

    /// <summary>Dialogues at a time; further ones are refused at once, so that the dialplan goes another way instead of waiting.</summary>
    public int MaxSessions { get; set; } = 100;

    /// <summary>From the connection to the environment's last line.</summary>
    public TimeSpan EnvironmentTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>For the answer to a command that plays nothing and waits for nobody.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest that one prompt (or an application) may take, beside what the command itself waits for.</summary>
    public TimeSpan PlaybackTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>For a whole dialogue.</summary>
    public TimeSpan SessionLimit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>When the server stops: so long the dialogues may go on before they are closed.</summary>
    public TimeSpan StopPatience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait before the next try to listen where the port is taken.</summary>
    public TimeSpan ListenRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A longer line ends the session.</summary>
    public int MaxLineBytes { get; set; } = 16 * 1024;

    /// <summary>A longer environment is refused.</summary>
    public int MaxEnvironmentBytes { get; set; } = 64 * 1024;

    /// <summary>
    /// A channel variable that is set to 1 when a handler has come to its end; null sets none. It is the only proof of that: where a server
    /// dies in the middle of a dialogue, Asterisk sets AGISTATUS to SUCCESS.
    /// </summary>
    public string? FinishedVariable { get; set; }

    /// <exception cref="ArgumentException">Names the option and what is allowed.</exception>
    internal void Validate()
    {
        Check(Port is >= 0 and <= 65535, nameof(Port), "must be 0 to 65535");
        Check(AllowedAddresses.Count > 0, nameof(AllowedAddresses), "must name at least one address");
        Check(MaxSessions > 0, nameof(MaxSessions), "must be at least 1");
        Check(MaxLineBytes >= 1024, nameof(MaxLineBytes), "must be at least 1024");
        Check(MaxEnvironmentBytes >= 4096, nameof(MaxEnvironmentBytes), "must be at least 4096");
        foreach (var (name, wait) in new (string, TimeSpan)[]
        {
            (nameof(EnvironmentTimeout), EnvironmentTimeout), (nameof(AnswerTimeout), AnswerTimeout), (nameof(PlaybackTimeout), PlaybackTimeout),
            (nameof(SessionLimit), SessionLimit), (nameof(StopPatience), StopPatience), (nameof(ListenRetryDelay), ListenRetryDelay),
        })
        {
            Check(wait > TimeSpan.Zero && wait < TimeSpan.FromDays(1), name, "must be longer than zero and shorter than a day");
        }

        if (FinishedVariable is { } variable) _ = new AgiCommand("SET VARIABLE").With(nameof(FinishedVariable), variable);
    }

    private static void Check(bool holds, string option, string allowed)
    {
        if (!holds) throw new ArgumentException($"{nameof(FastAgiOptions)}.{option} {allowed}");
    }
}
