using System.Globalization;

namespace Switchboard.Asterisk.FastAgi;

/// <summary>What Asterisk tells before the first command: which script, with which arguments, for which call.</summary>
public sealed class AgiRequest
{
    private readonly Dictionary<string, string> _environment;

    private AgiRequest(Dictionary<string, string> environment)
    {
        _environment = environment;
        var (path, query) = Cut(this["agi_network_script"] ?? PathOf(this["agi_request"] ?? ""), '?');
        Script = path.Trim('/');
        Query = ReadQuery(query);
        var arguments = new List<string>();
        while (this[string.Create(CultureInfo.InvariantCulture, $"agi_arg_{arguments.Count + 1}")] is { } argument) arguments.Add(argument);
        Arguments = arguments;
    }

    /// <summary>The path of the URL in the dialplan, without slashes around it: <c>agi://host/room-lock</c> asks for <c>room-lock</c>.</summary>
    public string Script { get; }

    /// <summary>What follows the URL in the dialplan, in its order: <c>AGI(agi://host/name,first,second)</c>.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>The arguments of the URL itself: <c>agi://host/name?room=1203</c>. Of repeated names the first.</summary>
    public IReadOnlyDictionary<string, string> Query { get; }

    /// <summary>The channel's name, such as <c>PJSIP/1203-0000001a</c>.</summary>
    public string Channel => this["agi_channel"] ?? "";

    /// <summary>The channel's unique id.</summary>
    public string UniqueId => this["agi_uniqueid"] ?? "";

    /// <summary>The caller's number; null where it is not known.</summary>
    public string? CallerId => Known("agi_callerid");

    /// <summary>The caller's name; null where it is not known.</summary>
    public string? CallerName => Known("agi_calleridname");

    /// <summary>The channel's language.</summary>
    public string Language => this["agi_language"] ?? "";

    /// <summary>Any other of Asterisk's <c>agi_</c> variables; null where there is none of this name.</summary>
    public string? this[string name] => _environment.GetValueOrDefault(name);

    /// <summary>Script and channel.</summary>
    public override string ToString() => $"{Script} for {Channel}";

    /// <exception cref="AgiProtocolException">A line is none of an environment.</exception>
    internal static AgiRequest Parse(IEnumerable<string> lines)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !line.StartsWith("agi_", StringComparison.Ordinal)) throw new AgiProtocolException("what came is not AGI's environment");
            // The first counts: Asterisk tells the dialplan's arguments last, and one with a line end in it must not become another channel's name.
            environment.TryAdd(line[..colon], line[(colon + 1)..].TrimStart(' '));
        }

        if (!environment.ContainsKey("agi_request")) throw new AgiProtocolException("AGI's environment names no request");
        return new AgiRequest(environment);
    }

    private string? Known(string name) => this[name] is { Length: > 0 } value && value != "unknown" ? value : null;

    private static string PathOf(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        var slash = scheme < 0 ? -1 : url.IndexOf('/', scheme + 3);
        return slash < 0 ? "" : url[(slash + 1)..];
    }

    private static (string Before, string After) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is var place and >= 0 ? (text[..place], text[(place + 1)..]) : (text, "");

    private static Dictionary<string, string> ReadQuery(string query)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(pair.Replace('+', ' '), '=');
            read.TryAdd(Uri.UnescapeDataString(name), Uri.UnescapeDataString(value));
        }

        return read;
    }
}
