using System.CommandLine;
using System.Globalization;
using Switchboard.Cli;

namespace Switchboard.Features.Housekeeping;

/// <summary><c>switchboard housekeeping</c>.</summary>
internal static class KnockCommands
{
    public static Command Create() => new CliCommand("housekeeping", "Rooms where somebody has to knock") { List(), Close() };

    private static CliCommand List()
    {
        var all = new Option<bool>("--all") { Description = "Also what was closed" };
        var command = new CliCommand("list", "List the rooms where somebody has to knock",
            "switchboard housekeeping list", "switchboard housekeeping list --all") { all };
        command.Does(async (cli, ct) =>
        {
            var withClosed = cli.Value(all);
            var answer = await cli.Api.GetAsync<KnockEntryView[]>($"api/housekeeping?all={(withClosed ? "true" : "false")}", ct);
            return cli.Show(answer, entries =>
            {
                string[] open = ["NO", "BOOKED", "ROOM", "FLOOR", "REASON", "RESULTS", "LISTED", "NOTES"];
                var table = new TextTable(withClosed ? [.. open, "CLOSED", "BY", "FINDING", "AWAKE"] : open);
                foreach (var entry in entries) table.Add(withClosed ? [.. Open(cli, entry), .. Closed(cli, entry)] : Open(cli, entry));
                cli.Show(table, "Nobody has to knock anywhere.");
            });
        });
        return command;
    }

    private static CliCommand Close()
    {
        var number = new Argument<long>("ID") { Description = "The entry's number, as the list shows it" };
        var by = new Option<string>("--by") { Description = "Who knocked", HelpName = "NAME", Required = true };
        var finding = new Option<string>("--finding") { Description = "What they found", HelpName = "TEXT", Required = true };
        var awake = new Option<bool>("--awake") { Description = "The guest is awake: the room is not rung again" };
        var command = new CliCommand("close", "Say who knocked and what they found",
            "switchboard housekeeping close 17 --by \"Wang Fang\" --finding \"guest opened, awake\" --awake") { number, by, finding, awake };
        command.Does(async (cli, ct) =>
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"api/housekeeping/{cli.Value(number)}/close");
            var answer = await cli.Api.PostAsync<KnockEntryView>(path, new KnockClose(cli.Value(by), cli.Value(finding), cli.Value(awake)), ct);
            return cli.Show(answer, entry =>
                cli.Out.WriteLine($"Entry {entry.Number}, room {entry.Room}: closed by {TextTable.Clean(entry.ClosedBy)}{(entry.Awake == true ? ", guest awake" : "")}."));
        });
        return command;
    }

    private static string?[] Open(CliSession cli, KnockEntryView entry) =>
    [
        entry.Number.ToString(CultureInfo.InvariantCulture), cli.Clock(entry.Date, entry.Time), entry.Room, entry.Floor, entry.Reason,
        string.Join(',', entry.AttemptResults), cli.Clock(entry.AddedAt, entry.Zone), string.Join("; ", entry.Notes.Select(note => note.Text)),
    ];

    private static string?[] Closed(CliSession cli, KnockEntryView entry) =>
    [
        entry.ClosedAt is { } at ? cli.Clock(at, entry.Zone) : null, entry.ClosedBy, entry.Finding,
        entry.ClosedAt is null ? null : entry.Awake == true ? "yes" : "no",
    ];
}
