using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Staff;

/// <summary><c>switchboard staff</c>.</summary>
internal static class StaffCommands
{
    private static readonly Argument<string> Number = new("NUMBER") { Description = "The staff number: 1 to 20 letters, digits or hyphens" };
    private static readonly Option<string?> PinFile = new("--pin-file") { Description = "A file whose first line is the PIN, 4 to 8 digits; else it is asked for", HelpName = "FILE" };

    public static Command Create() => new CliCommand("staff", "Staff numbers and PINs, for what staff does on the phone") { Add(), Pin(), List(), Disable(), Unlock() };

    private static CliCommand Add()
    {
        var name = new Option<string>("--name") { Description = "Whose number it is", HelpName = "NAME", Required = true };
        var role = new Option<string?>("--role") { Description = $"{string.Join(", ", StaffRoles.All)}; {StaffRoles.Operator} where none is given", HelpName = "ROLE" };
        var command = new CliCommand("add", "Give a staff number; its PIN is asked for", "switchboard staff add 1007 --name \"Wang Fang\"") { Number, name, role, PinFile };
        command.Does(async (cli, ct) =>
        {
            var pin = await ReadPinAsync(cli, ct);
            var answer = await cli.Api.PostAsync<StaffView>("api/staff", new StaffRequest(cli.Value(Number), cli.Value(name), pin, cli.Value(role)), ct);
            return cli.Show(answer, staff => cli.Out.WriteLine($"Staff number {staff.Number} ({staff.Role}) is {TextTable.Clean(staff.Name)}'s."));
        });
        return command;
    }

    private static CliCommand Pin()
    {
        var command = new CliCommand("pin", "Set another PIN; a lock ends", "switchboard staff pin 1007") { Number, PinFile };
        command.Does(async (cli, ct) =>
        {
            var pin = await ReadPinAsync(cli, ct);
            var answer = await cli.Api.PostAsync<StaffView>(PathOf(cli, "pin"), new StaffPin(pin), ct);
            return cli.Show(answer, staff => cli.Out.WriteLine($"Staff number {staff.Number} has another PIN."));
        });
        return command;
    }

    private static CliCommand List()
    {
        var command = new CliCommand("list", "List the staff numbers, the disabled ones too", "switchboard staff list");
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<StaffView[]>("api/staff", ct), all =>
        {
            var table = new TextTable("NUMBER", "NAME", "ROLE", "CREATED (UTC)", "BY", "LOCKED UNTIL (UTC)", "DISABLED (UTC)", "BY");
            foreach (var s in all)
            {
                table.Add(s.Number, s.Name, s.Role, cli.Clock(s.CreatedAt, "UTC"), s.CreatedBy, s.LockedUntil is { } until ? cli.Clock(until, "UTC") : null,
                    s.DisabledAt is { } at ? cli.Clock(at, "UTC") : null, s.DisabledBy);
            }

            cli.Show(table, "There are no staff numbers.");
        }));
        return command;
    }

    private static CliCommand Disable()
    {
        var command = new CliCommand("disable", "Take a staff number away for good", "switchboard staff disable 1007") { Number };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PostAsync<StaffView>(PathOf(cli, "disable"), new { }, ct), staff =>
            cli.Out.WriteLine($"Staff number {staff.Number} is disabled.")));
        return command;
    }

    private static CliCommand Unlock()
    {
        var command = new CliCommand("unlock", "End a lock after wrong PINs", "switchboard staff unlock 1007") { Number };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PostAsync<StaffView>(PathOf(cli, "unlock"), new { }, ct), staff =>
            cli.Out.WriteLine($"Staff number {staff.Number} is not locked.")));
        return command;
    }

    private static string PathOf(CliSession cli, string verb) => $"api/staff/{Uri.EscapeDataString(cli.Value(Number))}/{verb}";

    // Never an argument: those stand in the shell's history and in every list of processes.
    private static async Task<string> ReadPinAsync(CliSession cli, CancellationToken ct)
    {
        if (cli.Value(PinFile) is { } file)
        {
            try
            {
                using var reader = new StreamReader(file);
                return (await reader.ReadLineAsync(ct))?.Trim() ?? "";
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new CliException(ExitCodes.Usage, $"{file} cannot be read, nothing was done: {unreadable.Message}");
            }
        }

        var pin = await cli.AskHiddenAsync("PIN (4 to 8 digits): ", "give a file with --pin-file. Nothing was done.", ct);
        if (await cli.AskHiddenAsync("The same again: ", "give a file with --pin-file. Nothing was done.", ct) != pin)
            throw new CliException(ExitCodes.Refused, "the two are not the same. Nothing was done.");
        return pin;
    }
}
