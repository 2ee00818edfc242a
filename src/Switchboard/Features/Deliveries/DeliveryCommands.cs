using System.CommandLine;
using Switchboard.Cli;

namespace Switchboard.Features.Deliveries;

/// <summary><c>switchboard delivery</c>.</summary>
internal static class DeliveryCommands
{
    public static Command Create() => new CliCommand("delivery", "What is being passed on to managers and departments") { List(), Show(), Acknowledge(), Stop() };

    private static Argument<long> NumberArgument() => new("NUMBER") { Description = "The delivery's number" };

    private static Option<string?> ByOption() => new("--by") { Description = "The operator's staff number", HelpName = "STAFFNO" };

    private static CliCommand List()
    {
        var all = new Option<bool>("--all") { Description = "Also those that have ended" };
        var command = new CliCommand("list", "What is being passed on, the oldest first", "switchboard delivery list", "switchboard delivery list --all") { all };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<DeliveryView[]>(cli.Value(all) ? "api/deliveries?all=true" : "api/deliveries", ct), deliveries =>
        {
            var table = new TextTable("NUMBER", "FOR", "NAME", "ASKED", "BY", "STATE", "ROUND", "LAST ATTEMPT", "NEXT", "ENDED", "BY");
            foreach (var d in deliveries)
            {
                table.Add($"{d.Number}", d.Person, d.Name, cli.Clock(d.RequestedAt, d.Zone), d.RequestedBy, d.State, $"{d.Round}", d.Last,
                    d.NextAttemptAt is { } next ? cli.Clock(next, d.Zone) : null, d.EndedAt is { } ended ? cli.Clock(ended, d.Zone) : null, d.EndedBy);
            }

            cli.Show(table, "Nothing is being passed on.");
        }));
        return command;
    }

    private static CliCommand Show()
    {
        var number = NumberArgument();
        var command = new CliCommand("show", "A delivery with all its attempts", "switchboard delivery show 12") { number };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<DeliveryDetails>($"api/deliveries/{cli.Value(number)}", ct), details => Print(cli, details)));
        return command;
    }

    private static CliCommand Acknowledge()
    {
        var (number, by) = (NumberArgument(), ByOption());
        var command = new CliCommand("acknowledge", "The person has told the office that they have it: nothing more is tried", "switchboard delivery acknowledge 12 --by 1007") { number, by };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PostAsync<DeliveryDetails>($"api/deliveries/{cli.Value(number)}/acknowledge", new DeliveryAcknowledge(cli.Value(by)), ct), done =>
            cli.Out.WriteLine($"Recorded: {done.Delivery.Person} has delivery {done.Delivery.Number}, after {done.Delivery.Attempts} attempts.")));
        return command;
    }

    private static CliCommand Stop()
    {
        var (number, by) = (NumberArgument(), ByOption());
        var why = new Option<string>("--why") { Description = "Why it is not wanted any more", HelpName = "TEXT", Required = true };
        var command = new CliCommand("stop", "Try it no more, though nobody has it", "switchboard delivery stop 12 --why \"came in person\" --by 1007") { number, why, by };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PostAsync<DeliveryDetails>($"api/deliveries/{cli.Value(number)}/stop", new DeliveryStop(cli.Value(by), cli.Value(why)), ct), done =>
            cli.Out.WriteLine($"Delivery {done.Delivery.Number} for {done.Delivery.Person} is stopped.")));
        return command;
    }

    private static void Print(CliSession cli, DeliveryDetails details)
    {
        var d = details.Delivery;
        var called = string.Join(' ', new[] { d.Title, d.Name }.Where(n => !string.IsNullOrEmpty(n)));
        cli.Out.WriteLine($"Delivery {d.Number} for {d.Person} ({TextTable.Clean(called)}), asked for {cli.Clock(d.RequestedAt, d.Zone)} by {TextTable.Clean(d.RequestedBy)}: {d.State}");
        if (d.EndedAt is { } ended) cli.Out.WriteLine($"Ended {cli.Clock(ended, d.Zone)}{(d.EndedBy is null ? "" : $" by {TextTable.Clean(d.EndedBy)}")} ({TextTable.Clean(d.EndedHow ?? "-")})");
        if (d.NextAttemptAt is { } next) cli.Out.WriteLine($"Next attempt {cli.Clock(next, d.Zone)}");
        var table = new TextTable("ATTEMPT", "ROUND", "WHO", "WAY", "TO", "SENT", "ANSWERED", "ENDED", "OUTCOME", "DETAIL");
        foreach (var a in details.Attempts)
        {
            table.Add($"{a.Number}", $"{a.Round}", a.Person, a.Way, a.Address, a.SentAt is { } sent ? cli.Clock(sent, d.Zone) : null, a.AnsweredAt is { } answered ? cli.Clock(answered, d.Zone) : null,
                a.EndedAt is { } over ? cli.Clock(over, d.Zone) : null, a.Outcome ?? "goes on", a.Detail);
        }

        cli.Show(table, "Nothing was tried yet.");
    }
}
