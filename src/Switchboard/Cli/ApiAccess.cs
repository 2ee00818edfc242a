using System.CommandLine;
using System.Text.RegularExpressions;

namespace Switchboard.Cli;

/// <summary>Which worker is asked, with which token.</summary>
internal sealed partial record ApiAccess(Uri Url, string? Token, string TokenOrigin)
{
    private const string Nowhere = "none was given: --token-file, SWITCHBOARD_TOKEN_FILE, SWITCHBOARD_TOKEN or /etc/switchboard/token";

    // What may stand in a header; a wrong file (a key, a whole configuration) is noticed before it is sent anywhere.
    [GeneratedRegex(@"^[A-Za-z0-9_.~+/=-]{1,200}\z")]
    private static partial Regex TokenPattern();

    /// <summary>The first of option, environment and default that says something.</summary>
    /// <exception cref="CliException">What was said is of no use.</exception>
    public static ApiAccess Of(ParseResult parsed, CliInvocation around)
    {
        var given = parsed.GetValue(CliOptions.Url) ?? Variable("SWITCHBOARD_URL") ?? CliOptions.DefaultUrl;
        if (!Uri.TryCreate(given.TrimEnd('/') + "/", UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            throw new CliException(ExitCodes.Usage, $"'{given}' is not a URL of a worker, such as {CliOptions.DefaultUrl}");

        if (parsed.GetValue(CliOptions.TokenFile) is { } file) return FromFile(url, file, "--token-file");
        if (Variable("SWITCHBOARD_TOKEN_FILE") is { } variable) return FromFile(url, variable, "SWITCHBOARD_TOKEN_FILE");
        if (Variable("SWITCHBOARD_TOKEN") is { } token) return new ApiAccess(url, Checked(token, "SWITCHBOARD_TOKEN"), "it came from SWITCHBOARD_TOKEN");
        return File.Exists(around.DefaultTokenFile) ? FromFile(url, around.DefaultTokenFile, "the default") : new ApiAccess(url, null, Nowhere);

        string? Variable(string name) => around.Variable(name) is { Length: > 0 } value ? value : null;
    }

    private static ApiAccess FromFile(Uri url, string path, string named)
    {
        try
        {
            return new ApiAccess(url, Checked(File.ReadAllText(path), path), $"it came from {path}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliException(ExitCodes.Usage, $"the token file {path} ({named}) cannot be read: {unreadable.Message}");
        }
    }

    private static string Checked(string text, string origin) => TokenPattern().IsMatch(text.Trim())
        ? text.Trim()
        : throw new CliException(ExitCodes.Usage, $"{origin} does not hold a token");
}
