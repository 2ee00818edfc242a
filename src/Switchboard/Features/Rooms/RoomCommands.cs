using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Rooms;

/// <summary><c>switchboard room</c>.</summary>
internal static class RoomCommands
{
    /// <param name="more">Commands of features that know more of rooms than their phones.</param>
    public static Command Create(params IEnumerable<Command> more)
    {
        var rooms = new CliCommand("room", "Rooms and their phones") { Import(), Phones() };
        foreach (var command in more) rooms.Subcommands.Add(command);
        return rooms;
    }

    private static CliCommand Import()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "UTF-8 CSV: number,floor,language,pbx,dial_strings,sends_no_ringing; number and dial_strings must be there, "
                + "several dial strings apart by spaces",
        };
        var command = new CliCommand("import", "Import rooms: new ones are added, known ones updated, none is deleted; a bad line stops all of it",
            "switchboard room import rooms.csv") { file };
        command.Does(async (cli, ct) =>
        {
            var bytes = await CliSession.ReadFileAsync(cli.Value(file), ct);
            return cli.Show(await cli.Api.PostFileAsync<RoomImportResult>("api/rooms/import", bytes, "text/csv", ct), done =>
                cli.Out.WriteLine($"Rooms imported: {done.Created} new, {done.Updated} changed, {done.Unchanged} as they were."));
        });
        return command;
    }

    private static CliCommand Phones()
    {
        var command = new CliCommand("phones", "The rooms as they were imported, with their phones", "switchboard room phones");
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<RoomView[]>("api/rooms", ct), rooms =>
        {
            var table = new TextTable("ROOM", "FLOOR", "LANGUAGE", "PBX", "PHONES", "RINGING");
            foreach (var room in rooms)
                table.Add(room.Number, room.Floor, room.Language, room.Pbx, string.Join(' ', room.DialStrings), room.SendsNoRinging ? "never sent" : "sent");
            cli.Show(table, "There are no rooms yet: switchboard room import FILE.");
        }));
        return command;
    }
}
