using System.CommandLine;

namespace Switchboard.Cli;

/// <summary>What may be given with every command, before or after its own arguments.</summary>
internal static class CliOptions
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    public static Option<string?> Url { get; } = new("--url")
    {
        Description = $"The worker's address (else SWITCHBOARD_URL, else {DefaultUrl})",
        HelpName = "URL",
        Recursive = true,
    };

    public static Option<string?> TokenFile { get; } = new("--token-file")
    {
        Description = "A file with the token (else the file in SWITCHBOARD_TOKEN_FILE, else the token in SWITCHBOARD_TOKEN, else /etc/switchboard/token)",
        HelpName = "FILE",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print the API's JSON, for programs", Recursive = true };

    public static Option<bool> Plain { get; } = new("--plain")
    {
        Description = "Print lists for scripts: no heading, columns apart by tabs, '-' for nothing, times as YYYY-MM-DDTHH:MM:SS",
        Recursive = true,
    };

    /// <summary>The worker's configuration; an option of <c>run</c> alone.</summary>
    public static Option<string?> ConfigFile { get; } = new("--config")
    {
        Description = "A JSON file that is read after appsettings.json",
        HelpName = "FILE",
    };
}
