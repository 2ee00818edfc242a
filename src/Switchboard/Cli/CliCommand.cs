using System.CommandLine;

namespace Switchboard.Cli;

/// <summary>A command with examples for its help.</summary>
internal sealed class CliCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>What the command does with the worker; its result is the exit code.</summary>
    public void Does(Func<CliSession, CancellationToken, Task<int>> work) =>
        SetAction((parsed, ct) => CliSession.RunAsync(parsed, work, ct));
}
