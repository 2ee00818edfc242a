using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Switchboard.Cli;

/// <summary>The command line of the one executable: the worker, and a thin client of its API.</summary>
internal static class SwitchboardCli
{
    // No response files: a finding may begin with '@'.
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>The root with every feature's commands. Without a command the executable is the worker.</summary>
    /// <param name="run">Runs the worker; its configuration file is <see cref="CliOptions.ConfigFile"/>, its result the exit code.</param>
    /// <param name="features">One group of commands for each feature.</param>
    public static RootCommand Build(Func<ParseResult, CancellationToken, Task<int>> run, params IEnumerable<Command> features)
    {
        var root = new RootCommand("Switchboard: a hotel's wake-up calls beside Asterisk. Without a command it runs the worker.");
        foreach (var option in (Option[])[CliOptions.Url, CliOptions.TokenFile, CliOptions.Json, CliOptions.Plain]) root.Options.Add(option);
        root.SetAction(run);

        var worker = new CliCommand("run", "Run the worker until it is stopped", "switchboard run --config /etc/switchboard/appsettings.json") { CliOptions.ConfigFile };
        worker.SetAction(run);
        root.Subcommands.Add(worker);
        foreach (var feature in features) root.Subcommands.Add(feature);

        foreach (var help in root.Options.OfType<HelpOption>())
        {
            if (help.Action is HelpAction action) help.Action = new HelpWithExamples(action);
        }

        return root;
    }

    /// <summary>Carries out a command line; the result is the process's exit code.</summary>
    public static async Task<int> RunAsync(RootCommand root, IReadOnlyList<string> args, CliInvocation? around = null, CancellationToken ct = default)
    {
        around ??= new CliInvocation();
        var parsed = root.Parse(args, Parser);
        if (parsed.Action is not ParseErrorAction) return await parsed.InvokeAsync(around, ct);

        // The library would print its whole help and end with 1, which is what a refusal by the worker ends with here.
        foreach (var error in parsed.Errors) await around.Error.WriteLineAsync($"error: {error.Message}");
        await around.Error.WriteLineAsync($"See '{PathOf(parsed.CommandResult)} --help'.");
        return ExitCodes.Usage;
    }

    private static string PathOf(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "switchboard";
}
