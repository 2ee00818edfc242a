using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.LabTests.Lab;

/// <summary>The command line as Program puts it together, against a worker of the lab, beside the tests; what needs a process of its own is started as one.</summary>
internal static class LabCli
{
    // One for all: its symbols are read only once it is built.
    private static readonly Lazy<RootCommand> Root = new(() => SwitchboardCli.Build((_, _) => throw new NotSupportedException("a worker is started by LabWorker"), FeatureCommands.All()));

    /// <summary>Runs a command to its end, with nobody at a terminal: the exit code and all that it said.</summary>
    public static async Task<(int Code, string Said)> RunAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        using StringWriter output = new(), error = new();
        var variables = environment.ToDictionary(e => e.Name, e => e.Value);
        var code = await SwitchboardCli.RunAsync(Root.Value, arguments, new CliInvocation
        {
            Output = TextWriter.Synchronized(output),
            Error = TextWriter.Synchronized(error),
            Variable = variables.GetValueOrDefault,
            Input = TextReader.Null,
            IsTerminal = false,
        });
        return (code, $"{output}{error}");
    }

    /// <summary>Runs a command with the admin's token.</summary>
    public static Task<(int Code, string Said)> CliAsync(this LabHotel hotel, params string[] arguments) => RunAsync(arguments, Environment(hotel));

    /// <summary>Runs it and expects success; what it printed.</summary>
    public static async Task<string> CliDoneAsync(this LabHotel hotel, params string[] arguments)
    {
        var (code, said) = await hotel.CliAsync(arguments);
        Assert.True(code == 0, $"switchboard {string.Join(' ', arguments)}: {code}\n{said}\n{hotel.Worker.Log}");
        return said;
    }

    /// <summary>Starts one that does not end by itself, in a process of its own. It hears Ctrl-C, which our keeper's children else do not.</summary>
    public static Task<LabProcess> CliStartAsync(this LabHotel hotel, params string[] arguments) =>
        LabProcess.StartAsync("env", ["--default-signal=INT", .. LabWorker.Command, .. arguments], Environment(hotel).ToDictionary(e => e.Name, e => e.Value));

    private static (string Name, string Value)[] Environment(LabHotel hotel) =>
        [("SWITCHBOARD_URL", hotel.Worker.Url), ("SWITCHBOARD_TOKEN_FILE", hotel.Worker.AdminTokenFile)];
}
