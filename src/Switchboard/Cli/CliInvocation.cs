using System.CommandLine;

namespace Switchboard.Cli;

/// <summary>Everything that the CLI takes from the process around it, so that a test can be that process.</summary>
internal sealed class CliInvocation : InvocationConfiguration
{
    public CliInvocation()
    {
        // The worker takes its own time to stop; a command that is cut off has nothing to tidy up.
        ProcessTerminationTimeout = null;
        EnableDefaultExceptionHandler = false;
    }

    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    public TextReader Input { get; init; } = Console.In;

    /// <summary>Whether a person can be asked.</summary>
    public bool IsTerminal { get; init; } = !Console.IsInputRedirected;

    /// <summary>Where an installed worker's operators have their token.</summary>
    public string DefaultTokenFile { get; init; } = "/etc/switchboard/token";
}
