using System.CommandLine;
using System.Globalization;
using Switchboard.Cli;
using Switchboard.Features.Calls;

namespace Switchboard.Features.Transfers;

/// <summary><c>switchboard transfer</c> and <c>switchboard transfers</c>.</summary>
internal static class TransferCommands
{
    public static Command Create()
    {
        var call = new Argument<string>("CALL") { Description = "The call, as switchboard calls --live shows it; the digits behind its dot will do" };
        var to = new Argument<string>("TO") { Description = "A room, or a department's or manager's key or extension" };
        var by = new Option<string?>("--by") { Description = "The operator's staff number", HelpName = "STAFFNO" };
        var command = new CliCommand("transfer", "Put a living call through: one that waits or rings, or one that a phone speaks with, which then leaves it",
            "switchboard transfer 1795644146.140 1203 --by 1007", "switchboard transfer 140 front-office") { call, to, by };
        command.Does(async (cli, ct) => cli.Show(
            await cli.Api.PostAsync<TransferDone>($"api/calls/{Uri.EscapeDataString(cli.Value(call))}/transfer", new TransferAsked(cli.Value(to), cli.Value(by)), ct), done =>
            {
                var whom = done.WhomRoom is null ? done.Whom : $"room {done.WhomRoom}";
                var where = done.ToKind == "room" ? $"room {done.To}" : $"{string.Join(' ', new[] { done.Title, done.Name }.OfType<string>())} ({done.To})";
                cli.Out.WriteLine($"Call {done.LinkedId}: {TextTable.Clean(whom)} is put through to {TextTable.Clean(where)}{(done.From is null ? "" : $", {TextTable.Clean(done.From)} has left it")}.");
                if (!done.Confirmed) cli.Out.WriteLine("Note: the PBX has not confirmed it yet; switchboard calls --live shows where the call is.");
            }));
        return command;
    }

    public static Command List()
    {
        var date = new Option<string?>("--date") { Description = "YYYY-MM-DD; else today", HelpName = "DATE" };
        var room = new Option<string?>("--room") { Description = "From or to this room", HelpName = "ROOM" };
        var command = new CliCommand("transfers", "The transfers of a day and what came of each, by phone and from the desk",
            "switchboard transfers", "switchboard transfers --date 2026-12-24 --room 1203") { date, room };
        command.Does(async (cli, ct) =>
        {
            (string Key, string? Value)[] asked = [("date", cli.Value(date)), ("room", cli.Value(room))];
            var query = string.Join('&', asked.Where(a => a.Value is not null).Select(a => $"{a.Key}={Uri.EscapeDataString(a.Value!)}"));
            return cli.Show(await cli.Api.GetAsync<TransferLine[]>($"api/transfers?{query}".TrimEnd('?'), ct), transfers =>
            {
                var table = new TextTable("TIME", "WHOM", "TO", "KIND", "BY", "RANG", "OUTCOME", "ANSWERED BY", "THEN", "UNTIL", "CALL");
                foreach (var line in transfers)
                {
                    var t = line.Transfer;
                    table.Add(cli.Clock(t.At, line.Zone, milliseconds: false), Whom(line), t.ToKind == "room" && t.Kind != "attended" ? $"room {t.To}" : t.To, t.Kind, string.Join(' ', new[] { t.Staff, t.By }.OfType<string>()),
                        t.RangSeconds is { } rang ? rang.ToString("F1", CultureInfo.InvariantCulture) + " s" : "", t.Outcome, t.AnsweredBy, t.Then,
                        t.EndedAt is { } end ? cli.Clock(end, line.Zone, milliseconds: false) : "", line.LinkedId);
                }

                cli.Show(table, "There are no transfers.");
            });
        });
        return command;
    }

    private static string? Whom(TransferLine line) => line.Transfer.Whom is { } whom && whom != line.CallerPhone ? whom : line.CallerRoom is { } room ? $"room {room}" : line.CallerNumber ?? line.Transfer.Whom;
}
