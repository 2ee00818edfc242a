using System.CommandLine;
using NodaTime;
using Switchboard.Cli;

namespace Switchboard.Features.DoNotDisturb;

/// <summary><c>switchboard dnd</c>.</summary>
internal static class LockCommands
{
    public static Command Create() => new CliCommand("dnd", "Do not disturb: lock and release rooms") { Set(), Release(), List(), History(), Report(), Check() };

    private static Argument<string> RoomArgument() => new("ROOM") { Description = "The room's number" };

    private static Option<string?> ByOption() => new("--by") { Description = "The operator's staff number", HelpName = "STAFFNO" };

    private static string PathOf(string room, string rest = "") => $"api/dnd/{Uri.EscapeDataString(room)}{rest}";

    private static CliCommand Set()
    {
        var room = RoomArgument();
        var guest = new Option<string?>("--guest") { Description = "Whose wish it is; else the guest who stays there alone", HelpName = "NAME" };
        var until = new Option<string?>("--until") { Description = "It releases itself then: HH:MM, YYYY-MM-DDTHH:MM, or so long from now (90m, 2h)", HelpName = "TIME" };
        var by = ByOption();
        var command = new CliCommand("set", "Lock a room: callers hear that the guest takes no calls; wake-ups and emergencies ring through",
            "switchboard dnd set 1203 --by 1007", "switchboard dnd set 1203 --until 14:30") { room, guest, until, by };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PostAsync<LockView>(PathOf(cli.Value(room)), new LockSet(cli.Value(guest), cli.Value(until), cli.Value(by)), ct), locked =>
        {
            var end = locked.Until is { } at ? $" until {cli.Clock(at, locked.Zone)}" : "";
            cli.Out.WriteLine($"Room {locked.Room} is locked{end}{(locked.Pending ? ", PENDING." : ".")}");
            foreach (var note in locked.Notes) cli.Out.WriteLine($"Note: {TextTable.Clean(note)}");
        }));
        return command;
    }

    private static CliCommand Release()
    {
        var room = RoomArgument();
        var by = ByOption();
        var command = new CliCommand("release", "Release a room; exit code 1 where it is not locked", "switchboard dnd release 1203 --by 1007") { room, by };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PostAsync<LockView>(PathOf(cli.Value(room), "/release"), new LockRelease(cli.Value(by)), ct), released =>
        {
            cli.Out.WriteLine($"Room {released.Room} is released{(released.Pending ? ", PENDING." : ".")}");
            foreach (var note in released.Notes) cli.Out.WriteLine($"Note: {TextTable.Clean(note)}");
        }));
        return command;
    }

    private static CliCommand List()
    {
        var command = new CliCommand("list", "The rooms that are locked, the longest first", "switchboard dnd list");
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<LockView[]>("api/dnd", ct), locks =>
        {
            var table = new TextTable("ROOM", "GUEST", "SINCE", "UNTIL", "BY", "HOW", "AT THE PBX");
            foreach (var l in locks)
                table.Add(l.Room, l.Guest, cli.Clock(l.SetAt, l.Zone), l.Until is { } until ? cli.Clock(until, l.Zone) : "", l.SetBy, l.SetHow, l.Pending ? "pending" : "yes");
            cli.Show(table, "No room is locked.");
        }));
        return command;
    }

    private static CliCommand History()
    {
        var room = RoomArgument();
        var command = new CliCommand("history", "A room's locks: their steps, the calls that met them, the welfare checks", "switchboard dnd history 1203") { room };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<LockHistory[]>(PathOf(cli.Value(room), "/history"), ct), locks =>
        {
            var table = new TextTable("LOCK", "AT", "WHAT", "BY", "HOW");
            foreach (var (l, events, calls, checks) in locks)
            {
                var steps = events.Select(e => (e.At, e.What, (string?)e.By, e.How))
                    .Concat(calls.Select(c => (c.At, What: $"call: {c.Outcome}", c.By, How: c.Call ?? "")))
                    .Concat(checks.SelectMany(c => (IEnumerable<(Instant, string, string?, string)>)(c.DoneAt is { } done
                        ? [(c.AskedAt, "welfare check asked for", null, ""), (done, $"welfare check: {c.Outcome}", c.DoneBy, "")]
                        : [(c.AskedAt, "welfare check asked for", null, "")])));
                foreach (var (at, what, by, how) in steps.OrderBy(s => s.Item1)) table.Add($"{l.Number}", cli.Clock(at, l.Zone, milliseconds: false), what, by, how);
            }

            cli.Show(table, "It has never been locked.");
        }));
        return command;
    }

    private static CliCommand Report()
    {
        var all = new Option<bool>("--all") { Description = "The done ones of the last month too" };
        var command = new CliCommand("report", "Rooms locked for long: the welfare checks that are due", "switchboard dnd report", "switchboard dnd report --all") { all };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<WelfareView[]>(cli.Value(all) ? "api/dnd/checks?all=true" : "api/dnd/checks", ct), checks =>
        {
            var table = new TextTable("ROOM", "LOCKED SINCE", "ASKED", "DONE", "BY", "OUTCOME");
            foreach (var c in checks)
                table.Add(c.Room, cli.Clock(c.LockedSince, c.Zone), cli.Clock(c.AskedAt, c.Zone), c.DoneAt is { } done ? cli.Clock(done, c.Zone) : "", c.DoneBy, c.Outcome);
            cli.Show(table, "No welfare check is due.");
        }));
        return command;
    }

    private static CliCommand Check()
    {
        var room = RoomArgument();
        var name = new Option<string>("--name") { Description = "Who looked after the guest", HelpName = "NAME", Required = true };
        var outcome = new Option<string>("--outcome") { Description = "What they found", HelpName = "TEXT", Required = true };
        var command = new CliCommand("check", "Record the welfare check of a room locked for long", "switchboard dnd check 1203 --name Chen --outcome \"spoke to the guest, all well\"") { room, name, outcome };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PostAsync<WelfareView[]>(PathOf(cli.Value(room), "/checked"), new WelfareDone(cli.Value(name), cli.Value(outcome)), ct), done =>
            cli.Out.WriteLine($"Recorded: the welfare check of room {cli.Value(room)} is done.")));
        return command;
    }
}
