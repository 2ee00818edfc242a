using System.CommandLine;
using System.Globalization;
using Switchboard.Cli;

namespace Switchboard.Features.Stays;

/// <summary><c>switchboard stay</c>.</summary>
internal static class StayCommands
{
    public static Command Create() => new CliCommand("stay", "Guests' stays") { CheckIn(), CheckOut(), Move(), List(), History() };

    private static Argument<string> RoomArgument() => new("ROOM") { Description = "The room's number" };

    private static Option<string?> ByOption() => new("--by") { Description = "The operator's staff number", HelpName = "STAFFNO" };

    private static Option<string?> GuestOption() => new("--guest") { Description = "Where the room has several: the stay's number, or a part of the name", HelpName = "GUEST" };

    private static CliCommand CheckIn()
    {
        var room = RoomArgument();
        var name = new Option<string>("--name") { Description = "The guest's name", HelpName = "NAME", Required = true };
        var title = new Option<string?>("--title") { Description = "How the guest is addressed, such as Dr. or 女士", HelpName = "TITLE" };
        var language = new Option<string?>("--lang") { Description = "The guest's language, such as en; else the room's, else all of the hotel's", HelpName = "LANG" };
        var vip = new Option<bool>("--vip") { Description = "A very important guest" };
        var until = new Option<string?>("--until") { Description = "The day on which the guest means to leave, YYYY-MM-DD", HelpName = "DATE" };
        var level = new Option<int?>("--level") { Description = "Long distance: 0 internal, 1 local, 2 national, 3 international", HelpName = "0-3" };
        var by = ByOption();
        var command = new CliCommand("check-in", "Check a guest in",
            "switchboard stay check-in 1203 --name \"王小明\" --title 先生 --lang zh --by 1007",
            "switchboard stay check-in 1203 --name \"Ann Miller\" --lang en --vip --until 2026-12-24 --level 3 --by 1007")
        {
            room, name, title, language, vip, until, level, by,
        };
        command.Does(async (cli, ct) => Done(cli, await cli.Api.PostAsync<StayResult>("api/stays/check-in", new StayCheckIn(
            cli.Value(room), cli.Value(name), cli.Value(title), cli.Value(language), cli.Value(vip), cli.Value(until), cli.Value(level), cli.Value(by)), ct),
            stay => $"checked in in room {stay.Room}"));
        return command;
    }

    private static CliCommand CheckOut()
    {
        var room = RoomArgument();
        var guest = GuestOption();
        var all = new Option<bool>("--all") { Description = "All guests of the room" };
        var by = ByOption();
        var command = new CliCommand("check-out", "Check a guest out: what was booked for the guest is cancelled",
            "switchboard stay check-out 1203 --by 1007", "switchboard stay check-out 1203 --guest 17 --by 1007", "switchboard stay check-out 1203 --all --by 1007") { room, guest, all, by };
        command.Does(async (cli, ct) => Done(cli, await cli.Api.PostAsync<StayResult>("api/stays/check-out",
            new StayRoomCheckOut(cli.Value(room), cli.Value(guest), cli.Value(all), cli.Value(by)), ct), stay => $"checked out of room {stay.Room}"));
        return command;
    }

    private static CliCommand Move()
    {
        var room = RoomArgument();
        var to = new Argument<string>("TO-ROOM") { Description = "The room that the guest goes to" };
        var guest = GuestOption();
        var by = ByOption();
        var command = new CliCommand("move", "Move a guest to another room, with what was booked for the guest",
            "switchboard stay move 1203 1511 --by 1007") { room, to, guest, by };
        command.Does(async (cli, ct) => Done(cli, await cli.Api.PostAsync<StayResult>("api/stays/move",
            new StayRoomMove(cli.Value(room), cli.Value(to), cli.Value(guest), cli.Value(by)), ct), stay => $"moved from room {cli.Value(room)} to room {stay.Room}"));
        return command;
    }

    private static CliCommand List()
    {
        var room = new Option<string?>("--room") { Description = "Only this room's guests", HelpName = "ROOM" };
        var command = new CliCommand("list", "List who stays in the house", "switchboard stay list", "switchboard stay list --room 1203") { room };
        command.Does(async (cli, ct) =>
        {
            var path = cli.Value(room) is { } one ? $"api/stays?room={Uri.EscapeDataString(one)}" : "api/stays";
            return cli.Show(await cli.Api.GetAsync<StayView[]>(path, ct), stays =>
            {
                var table = new TextTable("ROOM", "STAY", "GUEST", "TITLE", "LANGUAGE", "VIP", "SINCE", "UNTIL");
                foreach (var stay in stays)
                    table.Add(stay.Room, Text(stay.Number), stay.GuestName, stay.Title, stay.Language, stay.Vip ? "VIP" : null, cli.Clock(stay.CheckedInAt, stay.Zone), stay.Until?.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture));
                cli.Show(table, "Nobody is checked in.");
            });
        });
        return command;
    }

    private static CliCommand History()
    {
        var room = RoomArgument();
        var command = new CliCommand("history", "Show the stays that a room has seen, the newest first", "switchboard stay history 1203") { room };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<StayDetail[]>($"api/stays/history?room={Uri.EscapeDataString(cli.Value(room))}", ct), stays =>
        {
            var table = new TextTable("STAY", "GUEST", "AT", "WHAT", "ROOM", "TO", "BY", "NOTE");
            foreach (var (stay, events) in stays.Select(s => (s.Stay, s.Events)))
            {
                foreach (var step in events)
                    table.Add(Text(stay.Number), stay.GuestName ?? (stay.GuestDataErasedAt is null ? null : "(erased)"), cli.Clock(step.At, stay.Zone), step.Step, step.Room, step.ToRoom, step.By, step.Note);
            }

            cli.Show(table, "Nobody has stayed there yet.");
        }));
        return command;
    }

    private static int Done(CliSession cli, ApiAnswer<StayResult> answer, Func<StayView, string> what) => cli.Show(answer, done =>
    {
        foreach (var stay in done.Stays) cli.Out.WriteLine($"Stay {stay.Number}, {TextTable.Clean(stay.GuestName)}: {what(stay)}.");
        foreach (var note in done.Notes) cli.Out.WriteLine($"Note: {TextTable.Clean(note)}");
    });

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
