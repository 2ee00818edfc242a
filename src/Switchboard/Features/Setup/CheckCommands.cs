using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Setup;

/// <summary><c>switchboard check</c>.</summary>
internal static class CheckCommands
{
    public static Command Create(WorkerSettingsReader read)
    {
        var bundled = SetupOptions.Bundled();
        var command = new CliCommand("check", "Check what the worker needs of the PBX and the database, on this machine, with or without the worker; the exit code is 0 only when nothing is wrong",
            "switchboard check", "switchboard check --config /etc/switchboard/appsettings.json --json") { CliOptions.ConfigFile, bundled };
        command.Does(async (cli, ct) =>
        {
            var file = cli.Value(CliOptions.ConfigFile) ?? SetupOptions.DefaultOutput;
            // In a container the whole configuration is in the environment.
            if (!File.Exists(file) && cli.Value(CliOptions.ConfigFile) is null && Environment.GetEnvironmentVariable("SWITCHBOARD_Database__ConnectionString") is not null) file = null;
            else if (!File.Exists(file)) throw new CliException(ExitCodes.Refused, $"there is no configuration {file}: run 'switchboard setup', or name another one by --config");
            var settings = await read(file);
            var report = await new CheckRun(settings, Bundle.Find(cli.Value(bundled)), TimeProvider.System).RunAsync(ct);
            return report.Write(cli);
        });
        return command;
    }
}
