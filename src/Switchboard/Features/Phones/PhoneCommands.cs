using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Phones;

/// <summary><c>switchboard phone</c>.</summary>
internal static class PhoneCommands
{
    public static Command Create() => new CliCommand("phone", "The rooms' phones, and whether they can be rung") { List(), History() };

    private static CliCommand List()
    {
        var gone = new Option<bool>("--gone") { Description = "Only those that cannot be rung, the longest gone first" };
        var command = new CliCommand("list", "List the rooms' phones", "switchboard phone list", "switchboard phone list --gone") { gone };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<PhoneView[]>($"api/phones?gone={(cli.Value(gone) ? "true" : "false")}", ct), phones =>
        {
            var table = new TextTable("ROOM", "PHONE", "REACHABLE", "STATE", "SINCE", "AT");
            foreach (var p in phones)
                table.Add(p.Room, p.Phone, p.Reachable, p.State, p.Since is { } since ? cli.Clock(since, p.Zone, milliseconds: false) : null, string.Join(' ', p.Contacts));
            cli.Show(table, cli.Value(gone) ? "No room phone is gone, as far as the PBX tells." : "There are no rooms yet: switchboard room import FILE.");
        }));
        return command;
    }

    private static CliCommand History()
    {
        var room = new Argument<string>("ROOM") { Description = "The room's number" };
        var command = new CliCommand("history", "When the phones of a room were gone", "switchboard phone history 1203") { room };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<PhoneAbsenceView[]>($"api/phones/{Uri.EscapeDataString(cli.Value(room))}/history", ct), absences =>
        {
            var table = new TextTable("PHONE", "STATE", "GONE", "BACK", "TOLD");
            foreach (var a in absences)
                table.Add(a.Phone, a.State, cli.Clock(a.GoneAt, a.Zone, milliseconds: false), a.BackAt is { } back ? cli.Clock(back, a.Zone, milliseconds: false) : null,
                    a.WarnedAt is { } told ? cli.Clock(told, a.Zone, milliseconds: false) : null);
            cli.Show(table, $"No phone of room {TextTable.Clean(cli.Value(room))} was ever gone.");
        }));
        return command;
    }
}
