using System.CommandLine;
using System.Globalization;
using NodaTime;
using Switchboard.Cli;

namespace Switchboard.Features.WakeUpCalls;

/// <summary><c>switchboard wakeup</c>: what is booked and what came of it.</summary>
internal static class WakeUpListCommands
{
    public static Command List()
    {
        var date = new Option<string?>("--date") { Description = "YYYY-MM-DD; else all open ones and what was due since yesterday", HelpName = "DATE" };
        var command = new CliCommand("list", "List the wake-ups in the order of their times",
            "switchboard wakeup list", "switchboard wakeup list --date 2026-12-24", "switchboard wakeup list --plain | cut -f3,4") { date };
        command.Does(async (cli, ct) =>
        {
            var path = cli.Value(date) is { } day ? $"api/wakeups?date={Uri.EscapeDataString(day)}" : "api/wakeups";
            return cli.Show(await cli.Api.GetAsync<WakeUpView[]>(path, ct), calls =>
            {
                var table = new TextTable("TIME", "NO", "ROOM", "STATE", "RESULTS", "ENTERED BY", "VERIFIED BY", "NEXT");
                foreach (var call in calls)
                {
                    table.Add(cli.Clock(call.Date, call.Time), Text(call.Number), call.Room, call.State, string.Join(',', call.Results), EnteredBy(call),
                        call.VerifiedBy, Next(cli, call));
                }

                cli.Show(table, "There are no wake-ups.");
            });
        });
        return command;
    }

    public static Command Show()
    {
        var number = WakeUpCommands.NumberArgument();
        var command = new CliCommand("show", "Show a wake-up with its attempts and its history", "switchboard wakeup show 42") { number };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<WakeUpDetail>(WakeUpCommands.PathOf(cli.Value(number)), ct), detail =>
        {
            Facts(cli, detail.Call);
            Attempts(cli, detail);
            History(cli, detail);
        }));
        return command;
    }

    private static void Facts(CliSession cli, WakeUpView call)
    {
        var facts = new TextTable("WAKE-UP", Text(call.Number));
        facts.Add("room", call.Room);
        facts.Add("time", $"{cli.Clock(call.Date, call.Time)} ({call.Zone})");
        facts.Add("state", call.State + (call.Late ? ", late" : ""));
        if (call.NextAttemptAt is { } next) facts.Add("next attempt", cli.Clock(next, call.Zone));
        if (call.EndedAt is { } ended) facts.Add("ended", cli.Clock(ended, call.Zone));
        facts.Add("language", call.Language ?? "the room's or the hotel's");
        facts.Add("key required", call.RequireKey ? "yes" : "no");
        facts.Add("recorded", $"{cli.Clock(call.RecordedAt, call.Zone)} by {EnteredBy(call)} ({call.Source})");
        if (call.VerifiedBy is not null) facts.Add("verified by", call.VerifiedBy);
        foreach (var notice in call.Notices) facts.Add("note", notice);
        cli.Show(facts, "");
    }

    private static void Attempts(CliSession cli, WakeUpDetail detail)
    {
        if (detail.Attempts.Count == 0) return;
        var table = new TextTable("ATTEMPT", "DUE", "SENT", "RANG", "ANSWERED", "CONFIRMED", "ENDED", "OUTCOME", "KEY", "CAUSE", "DETAIL");
        foreach (var a in detail.Attempts)
        {
            table.Add(Text(a.Number) + (a.Late ? " late" : ""), At(a.DueAt), At(a.SentAt), At(a.RangAt), At(a.AnsweredAt), At(a.ConfirmedAt), At(a.EndedAt), a.Outcome,
                a.Key, a.Cause?.ToString(CultureInfo.InvariantCulture), a.Detail);
        }

        if (!cli.Plain) cli.Out.WriteLine();
        cli.Show(table, "");

        string? At(Instant? instant) => instant is { } known ? cli.Clock(known, detail.Call.Zone) : null;
    }

    private static void History(CliSession cli, WakeUpDetail detail)
    {
        var table = new TextTable("WHEN", "FROM", "TO", "CAUSE", "BY", "ATTEMPT");
        foreach (var t in detail.History)
            table.Add(cli.Clock(t.At, detail.Call.Zone), t.From, t.To, t.Cause, t.By, t.Attempt?.ToString(CultureInfo.InvariantCulture));
        if (!cli.Plain) cli.Out.WriteLine();
        cli.Show(table, "There is no history.");
    }

    private static string EnteredBy(WakeUpView call) => call.StaffNumber is null ? call.EnteredBy : $"{call.EnteredBy}/{call.StaffNumber}";

    // While it waits as booked, the next attempt is the time in the first column.
    private static string? Next(CliSession cli, WakeUpView call) =>
        call.NextAttemptAt is { } next && next != call.DueAt ? cli.Clock(next, call.Zone) : call.Late ? "late" : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
