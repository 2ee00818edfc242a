using System.CommandLine;
using System.Globalization;
using Switchboard.Cli;

namespace Switchboard.Features.Calls;

/// <summary><c>switchboard report</c>.</summary>
internal static class AnswerCommands
{
    public static Command Create() => new CliCommand("report", "Reports of a day") { Answer() };

    private static CliCommand Answer()
    {
        var date = new Option<string?>("--date") { Description = "YYYY-MM-DD; else today", HelpName = "DATE" };
        var calls = new Option<bool>("--calls") { Description = "Every call as well" };
        var command = new CliCommand("answer", "How the operators answered: share within three rings, median, worst hour, given up",
            "switchboard report answer", "switchboard report answer --date 2026-12-24 --calls") { date, calls };
        command.Does(async (cli, ct) =>
        {
            var query = cli.Value(date) is { } day ? $"?date={Uri.EscapeDataString(day)}" : "";
            return cli.Show(await cli.Api.GetAsync<AnswerReportView>($"api/reports/answer{query}", ct), report =>
            {
                Facts(cli, report);
                if (!cli.Plain) cli.Out.WriteLine();
                Hours(cli, report);
                if (!cli.Value(calls)) return;
                if (!cli.Plain) cli.Out.WriteLine();
                Rows(cli, report);
            });
        });
        return command;
    }

    private static void Facts(CliSession cli, AnswerReportView report)
    {
        var facts = new TextTable("DATE", report.Date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture));
        facts.Add("calls to the operators", Text(report.Calls));
        facts.Add("answered", Text(report.Answered));
        facts.Add($"within {Text(report.RingsGoal)} rings", $"{Text(report.WithinGoal)} ({Share(report.Share)})");
        facts.Add("median", report.MedianSeconds is { } median ? $"{Seconds(median)} ({Text(report.MedianRings!.Value)} ring{(report.MedianRings == 1 ? "" : "s")})" : "-");
        facts.Add("longest", report.LongestSeconds is { } longest ? Seconds(longest) : "-");
        facts.Add("worst hour", report.WorstHour is { } worst ? $"{Clock(worst.Hour)}: {Share(worst.Share)} of {Text(worst.Answered + worst.GivenUp)}" : "-");
        facts.Add("given up", Text(report.GivenUp));
        if (report.Others > 0) facts.Add("put through unanswered, or waiting", Text(report.Others));
        foreach (var phone in report.Phones) facts.Add(phone.Phone, $"{Text(phone.Answered)}, {Text(phone.WithinGoal)} within {Text(report.RingsGoal)} rings");
        cli.Show(facts, "");
    }

    private static void Hours(CliSession cli, AnswerReportView report)
    {
        var table = new TextTable("HOUR", "CALLS", "ANSWERED", "IN TIME", "SHARE", "GIVEN UP");
        foreach (var h in report.Hours) table.Add(Clock(h.Hour), Text(h.Calls), Text(h.Answered), Text(h.WithinGoal), Share(h.Share), Text(h.GivenUp));
        cli.Show(table, "No call was offered to the operators.");
    }

    private static void Rows(CliSession cli, AnswerReportView report)
    {
        var table = new TextTable("OFFERED", "KIND", "ROOM", "RANG", "ANSWERED", "BY", "RINGS", "OUTCOME", "STEPS", "CALL");
        foreach (var c in report.Rows)
        {
            table.Add(At(c.OfferedAt), c.Kind, c.Room, At(c.RingingAt), At(c.AnsweredAt), c.AnsweredBy, c.Rings == 0 ? "" : Text(c.Rings), c.Outcome, Text(c.Steps), c.LinkedId);
        }

        cli.Show(table, "No call was offered to the operators.");

        string? At(NodaTime.Instant? at) => at is { } known ? cli.Clock(known, report.Zone, milliseconds: false) : null;
    }

    private static string Clock(int hour) => $"{hour:00}:00";

    private static string Share(double? share) => share is { } known ? (known * 100).ToString("F1", CultureInfo.InvariantCulture) + " %" : "-";

    private static string Seconds(double seconds) => seconds.ToString("F1", CultureInfo.InvariantCulture) + " s";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
