using System.CommandLine;
using System.Globalization;
using Switchboard.Cli;

namespace Switchboard.Features.Messages;

/// <summary><c>switchboard message</c>.</summary>
internal static class MessageCommands
{
    public static Command Create() => new CliCommand("message", "Messages for guests, managers and departments")
    {
        Take(), List(), Show(), Read(), Print(), Audio(), Deliver(), HandOver(), Close(), Delete(),
    };

    private static Argument<long> NumberArgument() => new("NUMBER") { Description = "The message's number" };

    private static Option<string?> ByOption() => new("--by") { Description = "The operator's staff number", HelpName = "STAFFNO" };

    private static string PathOf(long number, string what) => string.Create(CultureInfo.InvariantCulture, $"api/messages/{number}{what}");

    private static CliCommand Take()
    {
        var to = new Argument<string>("TO") { Description = "A room, or the key or extension of an entry of the directory" };
        var text = new Option<string>("--text") { Description = "What is to be told, at most 1000 characters", HelpName = "TEXT", Required = true };
        var from = new Option<string?>("--from") { Description = "Who called", HelpName = "NAME" };
        var number = new Option<string?>("--number") { Description = "The caller's telephone number", HelpName = "NUMBER" };
        var guest = new Option<string?>("--guest") { Description = "Where the room has several guests: a part of the name", HelpName = "NAME" };
        var by = ByOption();
        var command = new CliCommand("take", "Take a message down; what was stored is printed, to be repeated to the caller",
            "switchboard message take 1203 --text \"Please call Mr Li at 8 pm\" --from \"Mr Li\" --number 13800138000 --by 1007",
            "switchboard message take gm --text \"The bus comes an hour late\" --by 1007") { to, text, from, number, guest, by };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PostAsync<MessageContent>("api/messages",
            new MessageTake(cli.Value(to), cli.Value(text), cli.Value(from), cli.Value(number), cli.Value(guest), cli.Value(by)), ct), taken =>
        {
            cli.Out.WriteLine($"Taken. Repeat it to the caller:");
            Write(cli, taken);
        }));
        return command;
    }

    private static CliCommand List()
    {
        var room = new Option<string?>("--room") { Description = "Only this room's", HelpName = "ROOM" };
        var open = new Option<bool>("--open") { Description = "Only those that wait or were kept" };
        var command = new CliCommand("list", "Messages, without what they say: the open ones, and those of the last month", "switchboard message list --open", "switchboard message list --room 1203") { room, open };
        command.Does(async (cli, ct) =>
        {
            string[] query = [.. cli.Value(room) is { } one ? [$"room={Uri.EscapeDataString(one)}"] : Array.Empty<string>(), .. cli.Value(open) ? ["open=true"] : Array.Empty<string>()];
            return cli.Show(await cli.Api.GetAsync<MessageView[]>("api/messages" + (query.Length == 0 ? "" : "?" + string.Join('&', query)), ct), messages =>
            {
                var table = new TextTable("MESSAGE", "FOR", "TAKEN", "BY", "WHAT", "STATE", "ENDED", "BY");
                foreach (var m in messages)
                    table.Add(Text(m.Number), For(m), cli.Clock(m.TakenAt, m.Zone, milliseconds: false), m.TakenBy, What(m), State(m), m.EndedAt is { } ended ? cli.Clock(ended, m.Zone, milliseconds: false) : null, m.EndedBy);
                cli.Show(table, "There are no such messages.");
            });
        });
        return command;
    }

    private static CliCommand Show()
    {
        var number = NumberArgument();
        var command = new CliCommand("show", "What was done with a message, and by whom", "switchboard message show 17") { number };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<MessageDetail>(PathOf(cli.Value(number), ""), ct), detail =>
        {
            cli.Out.WriteLine($"Message {detail.Message.Number} for {For(detail.Message)}: {What(detail.Message)}, {State(detail.Message)}.");
            var table = new TextTable("AT", "WHAT", "BY", "HOW");
            foreach (var e in detail.Events) table.Add(cli.Clock(e.At, detail.Message.Zone, milliseconds: false), e.What, e.By, e.How);
            cli.Show(table, "Nothing.");
        }));
        return command;
    }

    private static CliCommand Read()
    {
        var number = NumberArgument();
        var by = ByOption();
        var command = new CliCommand("read", "Show what a message says; it is recorded who read it", "switchboard message read 17 --by 1007") { number, by };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PostAsync<MessageContent>(PathOf(cli.Value(number), "/read"), new MessageBy(cli.Value(by)), ct), content => Write(cli, content)));
        return command;
    }

    private static CliCommand Print()
    {
        var number = new Argument<long>("NUMBER") { Description = "The message's number; or give a room", DefaultValueFactory = _ => 0 };
        var room = new Option<string?>("--room") { Description = "All open ones of this room", HelpName = "ROOM" };
        var by = ByOption();
        var command = new CliCommand("print", "Slips to be printed, of a message or of a room's open ones; it is recorded who printed them",
            "switchboard message print 17 --by 1007 | lp", "switchboard message print --room 1203 --by 1007 | lp") { number, room, by };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.PostAsync<MessageContent[]>("api/messages/print", new MessagePrint(cli.Value(number) is > 0 and var one ? one : null, cli.Value(room), cli.Value(by)), ct), slips =>
        {
            foreach (var slip in slips)
            {
                Write(cli, slip);
                cli.Out.WriteLine("----------------------------------------");
            }

            if (slips.Length == 0) cli.Out.WriteLine("No message waits.");
        }));
        return command;
    }

    private static CliCommand Audio()
    {
        var number = NumberArgument();
        var output = new Option<string>("--output", "-o") { Description = "The file that it is written to", HelpName = "FILE", Required = true };
        var by = ByOption();
        var command = new CliCommand("audio", "Fetch a recording; it is recorded who did", "switchboard message audio 17 --output message.wav --by 1007") { number, output, by };
        command.Does(async (cli, ct) =>
        {
            var query = cli.Value(by) is { } staff ? $"?by={Uri.EscapeDataString(staff)}" : "";
            var content = await cli.Api.GetFileAsync(PathOf(cli.Value(number), "/audio" + query), ct);
            await CliSession.WriteFileAsync(cli.Value(output)!, content, ct);
            cli.Out.WriteLine($"Written: {cli.Value(output)}, {content.Length} bytes.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static CliCommand Deliver()
    {
        var number = NumberArgument();
        var by = ByOption();
        var command = new CliCommand("deliver", "Say that it was given to whom it is for; the lamp goes out", "switchboard message deliver 17 --by 1007") { number, by };
        return Ends(command, cli => (PathOf(cli.Value(number), "/deliver"), new MessageBy(cli.Value(by))));
    }

    private static CliCommand HandOver()
    {
        var number = NumberArgument();
        var to = new Option<string>("--to") { Description = "To whom", HelpName = "TEXT", Required = true };
        var by = ByOption();
        var command = new CliCommand("handover", "Say that it was given to somebody else, such as after check-out", "switchboard message handover 17 --to \"the guest's travel agency\" --by 1007") { number, to, by };
        return Ends(command, cli => (PathOf(cli.Value(number), "/handover"), new MessageHandOver(cli.Value(to), cli.Value(by))));
    }

    private static CliCommand Close()
    {
        var number = NumberArgument();
        var reason = new Option<string?>("--reason") { Description = "Why", HelpName = "TEXT" };
        var by = ByOption();
        var command = new CliCommand("close", "Say that nothing is left to be done with it", "switchboard message close 17 --reason \"the caller reached the guest\" --by 1007") { number, reason, by };
        return Ends(command, cli => (PathOf(cli.Value(number), "/close"), new MessageClose(cli.Value(reason), cli.Value(by))));
    }

    private static CliCommand Delete()
    {
        var number = NumberArgument();
        var by = ByOption();
        var command = new CliCommand("delete", "Delete it and its recording", "switchboard message delete 17 --by 1007") { number, by };
        return Ends(command, cli => (PathOf(cli.Value(number), "/delete"), new MessageBy(cli.Value(by))));
    }

    private static CliCommand Ends(CliCommand command, Func<CliSession, (string Path, object Body)> ask)
    {
        command.Does(async (cli, ct) =>
        {
            var (path, body) = ask(cli);
            return cli.Show(await cli.Api.PostAsync<MessageView>(path, body, ct), m => cli.Out.WriteLine($"Message {m.Number} for {For(m)}: {TextTable.Clean(m.EndReason)}."));
        });
        return command;
    }

    private static void Write(CliSession cli, MessageContent c)
    {
        var m = c.Message;
        cli.Out.WriteLine($"Message {m.Number} for {For(m)}{(c.Guest is null ? "" : $", {TextTable.Clean(c.Guest)}")}");
        cli.Out.WriteLine($"Taken {cli.Clock(m.TakenAt, m.Zone)} by {TextTable.Clean(m.TakenBy)}; {State(m)}");
        var from = string.Join(", ", new[] { c.From, c.FromNumber }.Where(f => f is not null).Select(TextTable.Clean));
        if (from.Length > 0) cli.Out.WriteLine($"From {from}");
        if (c.Text is not null) cli.Out.WriteLine($"  {TextTable.Clean(c.Text)}");
        if (c.File is not null) cli.Out.WriteLine($"  recording of {m.Seconds} s: {c.File} (switchboard message audio {m.Number} --output FILE)");
        if (c.HandedTo is not null) cli.Out.WriteLine($"Handed over to {TextTable.Clean(c.HandedTo)}");
        foreach (var note in c.Notes) cli.Out.WriteLine($"Note: {TextTable.Clean(note)}");
    }

    private static string For(MessageView m) => TextTable.Clean(m.Room is not null ? $"room {m.Room}" : m.Person is not null ? $"{m.PersonName ?? m.Person} ({m.Person})" : $"extension {m.Extension}");

    private static string What(MessageView m) => m.Seconds is { } seconds ? $"recording, {seconds} s" : "text";

    private static string State(MessageView m) => m.EndReason is { } reason ? $"{m.State}: {reason}" : m.GuestGone ? $"{m.State}, guest gone" : m.State;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
