using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Rooms;

/// <summary><c>switchboard room</c>.</summary>
internal static class RoomCommands
{
    public static Command Create() => new CliCommand("room", "Rooms and their phones") { Import(), List() };

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
            var path = cli.Value(file);
            byte[] bytes;
            try
            {
                bytes = await File.ReadAllBytesAsync(path, ct);
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new CliException(ExitCodes.Usage, $"{path} cannot be read: {unreadable.Message}");
            }

            return cli.Show(await cli.Api.PostFileAsync<RoomImportResult>("api/rooms/import", bytes, "text/csv", ct), done =>
                cli.Out.WriteLine($"Rooms imported: {done.Created} new, {done.Updated} changed, {done.Unchanged} as they were."));
        });
        return command;
    }

    private static CliCommand List()
    {
        var command = new CliCommand("list", "List the rooms", "switchboard room list", "switchboard room list --json");
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
