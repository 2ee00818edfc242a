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

    /// <summary>Reads a line that the terminal does not show.</summary>
    public Func<string> ReadHidden { get; init; } = ReadKeys;

    /// <summary>Where an installed worker's operators have their token.</summary>
    public string DefaultTokenFile { get; init; } = "/etc/switchboard/token";

    private static string ReadKeys()
    {
        var line = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } pressed)
        {
            if (pressed.Key != ConsoleKey.Backspace) line.Append(pressed.KeyChar);
            else if (line.Length > 0) line.Length--;
        }

        return line.ToString();
    }
}
