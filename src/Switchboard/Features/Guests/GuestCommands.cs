using System.CommandLine;
using System.Globalization;
using Switchboard.Cli;

namespace Switchboard.Features.Guests;

/// <summary><c>switchboard guest</c>.</summary>
internal static class GuestCommands
{
    public static Command Create() => new CliCommand("guest", "Guests in the house") { Find() };

    private static CliCommand Find()
    {
        var name = new Argument<string>("NAME") { Description = "A part of the name: 2 characters, or 1 Chinese one" };
        var by = new Option<string?>("--by") { Description = "The operator's staff number", HelpName = "STAFFNO" };
        var command = new CliCommand("find", "Find a guest by name; it is recorded who asked. Connect callers, never tell them the room",
            "switchboard guest find 王 --by 1007", "switchboard guest find miller --by 1007") { name, by };
        command.Does(async (cli, ct) =>
        {
            var path = $"api/guests?name={Uri.EscapeDataString(cli.Value(name))}" + (cli.Value(by) is { } staff ? $"&by={Uri.EscapeDataString(staff)}" : "");
            return cli.Show(await cli.Api.GetAsync<GuestView[]>(path, ct), guests =>
            {
                var table = new TextTable("ROOM", "GUEST", "TITLE", "VIP", "LANGUAGE", "UNTIL", "STAY");
                foreach (var guest in guests)
                {
                    table.Add(guest.Room, guest.GuestName, guest.Title, guest.Vip ? "VIP" : null, guest.Language,
                        guest.Until?.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture), guest.Stay.ToString(CultureInfo.InvariantCulture));
                }

                cli.Show(table, "No guest of that name is in the house.");
            });
        });
        return command;
    }
}
