using System.CommandLine;
using System.Globalization;
using NodaTime;
using Switchboard.Cli;

namespace Switchboard.Features.Calls;

/// <summary><c>switchboard calls</c>.</summary>
internal static class CallCommands
{
    // A batch may take as long as the database does.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    public static Command Create()
    {
        var date = new Option<string?>("--date") { Description = "YYYY-MM-DD; else today", HelpName = "DATE" };
        var room = new Option<string?>("--room") { Description = "From or to this room", HelpName = "ROOM" };
        var limit = new Option<string?>("--limit") { Description = "The last so many of the day, 1 to 10000; else 1000", HelpName = "N" };
        var live = new Option<bool>("--live") { Description = "The calls of this moment: who talks with whom, who waits and how long" };
        var command = new CliCommand("calls", "The calls of a day, made from the events of the PBX",
            "switchboard calls", "switchboard calls --live", "switchboard calls --date 2026-12-24 --room 1203", "switchboard calls show 1795644146.140", "switchboard calls rebuild --since 2026-12-01")
        {
            date, room, limit, live, Show(), Rebuild(),
        };
        command.Does(async (cli, ct) =>
        {
            if (cli.Value(live))
            {
                if ((cli.Value(date) ?? cli.Value(room) ?? cli.Value(limit)) is not null) throw new CliException(ExitCodes.Usage, "--live shows this moment: give it without --date, --room and --limit");
                return await LiveCommands.ShowAsync(cli, ct);
            }

            (string Key, string? Value)[] asked = [("date", cli.Value(date)), ("room", cli.Value(room)), ("limit", cli.Value(limit))];
            var query = string.Join('&', asked.Where(a => a.Value is not null).Select(a => $"{a.Key}={Uri.EscapeDataString(a.Value!)}"));
            return cli.Show(await cli.Api.GetAsync<CallList>($"api/calls?{query}".TrimEnd('?'), ct), list =>
            {
                if (list.More && !cli.Plain) cli.Out.WriteLine("(there are earlier ones that day: --limit shows them)");
                var table = new TextTable("START", "FROM", "TO", "DIRECTION", "STATE", "RANG", "SPOKEN", "CAUSE", "TRANSFERS", "CALL");
                foreach (var call in list.Calls)
                {
                    table.Add(cli.Clock(call.StartedAt, call.Zone, milliseconds: false), From(call), To(call), call.Direction, call.State,
                        Seconds(call.RingingAt, call.AnsweredAt ?? call.EndedAt), Seconds(call.AnsweredAt, call.EndedAt), Cause(call), Transfers(call), call.LinkedId);
                }

                cli.Show(table, "There are no calls.");
            });
        });
        return command;
    }

    private static CliCommand Show()
    {
        var id = new Argument<string>("LINKEDID") { Description = "The call, as the list shows it; or the Uniqueid of one of its channels" };
        var command = new CliCommand("show", "Show a call with its legs and transfers", "switchboard calls show 1795644146.140") { id };
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<CallDetail>($"api/calls/{Uri.EscapeDataString(cli.Value(id))}", ct), detail =>
        {
            Facts(cli, detail.Call);
            Legs(cli, detail);
            Offers(cli, detail);
        }));
        return command;
    }

    private static CliCommand Rebuild()
    {
        var since = new Option<string?>("--since") { Description = "YYYY-MM-DD; else everything that the record holds", HelpName = "DATE" };
        var command = new CliCommand("rebuild", "Make the calls again from the record; calls whose events are gone stay as they are", "switchboard calls rebuild --since 2026-12-01") { since };
        command.Does(async (cli, ct) =>
        {
            RebuildProgress? last = null;
            await foreach (var line in cli.Api.LinesAsync(HttpMethod.Post, "api/calls/rebuild", new CallRebuild(cli.Value(since)), Silence, ct))
            {
                last = cli.Api.Read<RebuildProgress>(line);
                if (cli.Json) cli.Out.WriteLine(line);
            }

            if (last is not { Done: true }) throw new CliException(ExitCodes.Unreachable, $"the worker went away in the middle, after {Text(last?.Made ?? 0)} calls: repeat it");
            if (!cli.Json) cli.Out.WriteLine($"Calls made again from the record: {Text(last.Made)}.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Facts(CliSession cli, CallView call)
    {
        var facts = new TextTable("CALL", call.LinkedId);
        facts.Add("from", From(call));
        facts.Add("to", To(call));
        facts.Add("direction", call.Direction);
        facts.Add("state", call.State);
        facts.Add("started", At(call.StartedAt));
        if (call.RingingAt is not null) facts.Add("rang", At(call.RingingAt));
        if (call.AnsweredAt is not null) facts.Add("answered", At(call.AnsweredAt));
        if (call.EndedAt is not null) facts.Add("ended", At(call.EndedAt));
        if (call.Cause is not null) facts.Add("cause", Cause(call));
        foreach (var t in call.Transfers)
        {
            var by = t.By ?? t.Staff ?? "the desk";
            facts.Add("transfer", $"{At(t.At)} {t.Kind}: {by} put {t.Whom} through to {t.To}{(t.OtherCall is null ? "" : $" (call {t.OtherCall})")}{Came(t)}");
        }

        if (call.ContinuedIn is not null) facts.Add("went on in", call.ContinuedIn);
        cli.Show(facts, "");

        string At(Instant? at) => cli.Clock(at!.Value, call.Zone, milliseconds: true);
    }

    // What came of a transfer: ": rang 4.0 s, answered by PJSIP/2101", ": NoAnswer, then Message".
    private static string Came(TransferView t)
    {
        string?[] parts =
        [
            t.By is not null && t.Staff is not null ? $"asked for by {t.Staff}" : null, t.RangSeconds is { } rang ? $"rang {rang.ToString("F1", CultureInfo.InvariantCulture)} s" : null,
            t.AnsweredBy is not null ? $"answered by {t.AnsweredBy}" : t.Outcome, t.Then is null ? null : $"then {t.Then}",
        ];
        return parts.OfType<string>().ToList() is { Count: > 0 } said ? $": {string.Join(", ", said)}" : "";
    }

    private static void Offers(CliSession cli, CallDetail detail)
    {
        if (detail.OperatorCalls.Count == 0) return;
        var table = new TextTable("OFFERED TO OPERATORS", "KIND", "OUTCOME", "RANG", "ENDED", "WAITED", "BY", "STEPS");
        foreach (var o in detail.OperatorCalls)
            table.Add(At(o.OfferedAt), o.Kind, o.Outcome, At(o.RingingAt), At(o.EndedAt), Seconds(o.OfferedAt, o.EndedAt), o.AnsweredBy, Text(o.Steps));
        if (!cli.Plain) cli.Out.WriteLine();
        cli.Show(table, "");

        string? At(Instant? at) => at is { } known ? cli.Clock(known, detail.Call.Zone, milliseconds: true) : null;
    }

    private static void Legs(CliSession cli, CallDetail detail)
    {
        var table = new TextTable("PHONE", "ROOM", "NUMBER", "PART", "STARTED", "RANG", "ANSWERED", "ENDED", "CAUSE", "CHANNEL", "UNIQUEID");
        foreach (var leg in detail.Legs)
        {
            table.Add(leg.Phone, leg.Room, leg.Number, leg.Began ? "caller" : leg.CameFrom is null ? "called" : $"from {leg.CameFrom}", At(leg.StartedAt), At(leg.RingingAt),
                At(leg.AnsweredAt), At(leg.EndedAt), leg.Cause?.ToString(CultureInfo.InvariantCulture), leg.Channel, leg.UniqueId);
        }

        if (!cli.Plain) cli.Out.WriteLine();
        cli.Show(table, "No phone had part in it.");

        string? At(Instant? at) => at is { } known ? cli.Clock(known, detail.Call.Zone, milliseconds: true) : null;
    }

    private static string From(CallView call) => call.Direction == nameof(CallDirection.Service)
        // Such as wakeup-…: what placed it.
        ? call.LinkedId.Split('-')[0] is { } service && !service.Contains('.', StringComparison.Ordinal) ? service : "PBX"
        : Party(call.CallerRoom, call.CallerNumber ?? call.CallerPhone) ?? "unknown";

    private static string? To(CallView call) => call.RoomsCalled.Count == 0
        ? call.Dialled
        : Party(string.Join(", ", call.RoomsCalled), call.RoomsCalled.Contains(call.Dialled, StringComparer.Ordinal) ? null : call.Dialled);

    private static string? Party(string? room, string? number) => room is null ? number : number is null || room == number ? $"room {room}" : $"room {room} ({number})";

    private static string? Cause(CallView call) => call.Cause is { } cause ? $"{Text(cause)} {call.CauseText}" : null;

    private static string Transfers(CallView call) => string.Join(", ", call.Transfers.Select(t => $"{t.Kind} to {t.To}"));

    private static string? Seconds(Instant? from, Instant? until) =>
        from is { } known && until is { } end && end >= known ? (end - known).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) + " s" : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
