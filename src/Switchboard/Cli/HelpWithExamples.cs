using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Switchboard.Cli;

/// <summary>The library's help, then the command's examples, and what the exit codes say.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = help.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        Write("Examples:", ExamplesOf(command));
        if (command is RootCommand) Write("Exit codes:", ExitCodes.Help);
        return result;

        void Write(string heading, IReadOnlyList<string> lines)
        {
            if (lines.Count == 0) return;
            output.WriteLine(heading);
            foreach (var line in lines) output.WriteLine($"  {line}");
            output.WriteLine();
        }
    }

    // A group has no examples of its own; its commands' first ones show what it is for.
    private static IReadOnlyList<string> ExamplesOf(Command command) => command is CliCommand { Examples.Count: > 0 } own
        ? own.Examples
        : [.. command.Subcommands.Select(ExamplesOf).Where(examples => examples.Count > 0).Select(examples => examples[0])];
}
