using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Extensions;

/// <summary><c>switchboard level</c> and <c>switchboard forward</c>.</summary>
internal static class ExtensionCommands
{
    private static readonly string[] Words = ["internal", "local", "national", "international"];

    public static Command Levels() => new CliCommand("level", "Long-distance levels of rooms: 0 internal, 1 local, 2 national, 3 international") { SetLevel(), List(), History() };

    public static Command Forwarding() => new CliCommand("forward", "Forward a room's calls to another extension of the house") { SetForward(), EndForward() };

    private static Argument<string> RoomArgument() => new("ROOM") { Description = "The room's number" };

    private static Option<string?> ByOption() => new("--by") { Description = "The operator's staff number", HelpName = "STAFFNO" };

    private static string PathOf(string room, string rest) => $"api/extensions/{Uri.EscapeDataString(room)}/{rest}";

    private static CliCommand SetLevel()
    {
        var room = RoomArgument();
        var level = new Argument<int>("LEVEL") { Description = "0 internal, 1 local, 2 national, 3 international" };
        var by = ByOption();
        var command = new CliCommand("set", "Set a room's level", "switchboard level set 1203 3 --by 1007") { room, level, by };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PutAsync<ExtensionView>(PathOf(cli.Value(room), "level"), new LevelSet(cli.Value(level), cli.Value(by)), ct),
            set => cli.Out.WriteLine($"Room {set.Room} has level {set.Level} ({Words[set.Level]}).")));
        return command;
    }

    private static CliCommand List()
    {
        var command = new CliCommand("list", "Every room's level and forwarding", "switchboard level list");
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<ExtensionView[]>("api/extensions", ct), extensions =>
        {
            var table = new TextTable("ROOM", "LEVEL", "", "FORWARDED TO");
            foreach (var e in extensions) table.Add(e.Room, $"{e.Level}", e.Vacant ? "vacant" : Words[e.Level], e.ForwardTo);
            cli.Show(table, "There are no rooms yet: switchboard room import FILE.");
        }));
        return command;
    }

    private static CliCommand History()
    {
        var room = RoomArgument();
        var command = new CliCommand("history", "Changes of a room's level and forwarding, the newest first", "switchboard level history 1203") { room };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<ExtensionChangeView[]>(PathOf(cli.Value(room), "history"), ct), changes =>
        {
            var table = new TextTable("AT", "WHAT", "FROM", "TO", "BY", "HOW");
            foreach (var c in changes) table.Add(cli.Clock(c.At, c.Zone, milliseconds: false), c.What, c.From, c.To, c.By, c.How);
            cli.Show(table, "Nothing was ever changed.");
        }));
        return command;
    }

    private static CliCommand SetForward()
    {
        var room = RoomArgument();
        var to = new Argument<string>("TO") { Description = "An extension of the house, never a number outside" };
        var by = ByOption();
        var command = new CliCommand("set", "Forward a room's calls", "switchboard forward set 1203 1205 --by 1007") { room, to, by };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PutAsync<ExtensionView>(PathOf(cli.Value(room), "forward"), new ForwardSet(cli.Value(to), cli.Value(by)), ct),
            set =>
            {
                cli.Out.WriteLine($"Calls to room {set.Room} go to {set.ForwardTo}.");
                foreach (var note in set.Notes) cli.Out.WriteLine($"Note: {TextTable.Clean(note)}");
            }));
        return command;
    }

    private static CliCommand EndForward()
    {
        var room = RoomArgument();
        var by = ByOption();
        var command = new CliCommand("end", "Let a room's calls ring in the room again; exit code 1 where they do", "switchboard forward end 1203") { room, by };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PutAsync<ExtensionView>(PathOf(cli.Value(room), "forward"), new ForwardSet(null, cli.Value(by)), ct),
            set => cli.Out.WriteLine($"Calls to room {set.Room} ring there again.")));
        return command;
    }
}
