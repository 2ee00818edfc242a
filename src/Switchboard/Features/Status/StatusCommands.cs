using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Status;

/// <summary><c>switchboard status</c>.</summary>
internal static class StatusCommands
{
    public static Command Create()
    {
        var command = new CliCommand("status", "Say how the worker is; the exit code is 0 only when it is healthy; one that stands by for another worker can be",
            "switchboard status", "switchboard status --json");
        command.Does(async (cli, ct) =>
        {
            var answer = await cli.Api.GetAsync<StatusReport>("api/status", ct);
            cli.Show(answer, report =>
            {
                if (!cli.Plain) cli.Out.WriteLine($"{TextTable.Clean(report.Hotel)}, PBX {TextTable.Clean(report.Pbx)}: {(report.Healthy ? "healthy" : "NOT HEALTHY")}{(report.StandsBy ? ", standing by" : "")}");
                var table = new TextTable("PART", "STATE", "WHAT");
                foreach (var part in report.Parts) table.Add(part.Name, part.Healthy ? "ok" : "BAD", part.Summary);
                cli.Show(table, "");
            });
            return answer.Value.Healthy ? ExitCodes.Done : ExitCodes.NotHealthy;
        });
        return command;
    }
}
