namespace Switchboard.Cli;

/// <summary>What the CLI's exit code says; documented in its help.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;
    public const int NotHealthy = 4;

    public static IReadOnlyList<string> Help { get; } =
    [
        "0  done",
        "1  refused: bad input, not allowed, not found, not possible now, or not confirmed; check: something is wrong",
        "2  not a command line that can be carried out",
        "3  the worker does not answer, or failed",
        "4  status only: the worker answers and is not healthy",
    ];
}

/// <summary>Ends a command with lines for people on standard error.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
