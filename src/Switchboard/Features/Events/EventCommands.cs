using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchboard.Cli;

namespace Switchboard.Features.Events;

/// <summary><c>switchboard events</c>.</summary>
internal static class EventCommands
{
    private static readonly TimeSpan Silence = LiveEvents.Heartbeat * 4;
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var room = new Option<string?>("--room") { Description = "Of the phones of this room", HelpName = "ROOM" };
        var call = new Option<string?>("--call") { Description = "Of the call of this Linkedid, or the channel of this Uniqueid", HelpName = "ID" };
        var name = new Option<string?>("--event") { Description = "Of this name, such as Hangup; of CEL, such as CHAN_START", HelpName = "NAME" };
        var since = SinceOption("From then on: 90s, 30m, 1h, 2d ago, a date, or a time on the hotel's clocks; else the last hour where neither room nor call is given");
        var until = new Option<string?>("--until") { Description = "Before that; written as --since is", HelpName = "WHEN" };
        var limit = new Option<string?>("--limit") { Description = "The last so many, 1 to 10000; else 200", HelpName = "N" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Show events as they come, until Ctrl-C" };
        var command = new CliCommand("events", "What the PBX tells: events and outages in the order of their times",
            "switchboard events --room 1203 --since 1h", "switchboard events --call 1795644146.140", "switchboard events --follow --room 1203",
            "switchboard events --event Hangup --since 2026-12-24T06:00 --until 2026-12-24T07:00 --json")
        {
            room, call, name, since, until, limit, follow, Outages(),
        };
        command.Does((cli, ct) =>
        {
            (string Key, string? Value)[] which = [("room", cli.Value(room)), ("call", cli.Value(call)), ("event", cli.Value(name))];
            (string Key, string? Value)[] when = [("since", cli.Value(since)), ("until", cli.Value(until)), ("limit", cli.Value(limit))];
            if (!cli.Value(follow)) return ListAsync(cli, "api/events" + Query([.. which, .. when]), "There are no such events.", ct);
            if (when.Any(w => w.Value is not null)) throw new CliException(ExitCodes.Usage, "--follow shows what happens from now on: give it without --since, --until and --limit");
            return CliSession.UntilInterruptedAsync(token => FollowAsync(cli, "api/events/live" + Query(which), token), ct);
        });
        return command;
    }

    private static CliCommand Outages()
    {
        var since = SinceOption("From then on, as with events; else the last 30 days");
        var command = new CliCommand("outages", "The times in which events did not reach the record", "switchboard events outages --since 7d") { since };
        command.Does((cli, ct) => ListAsync(cli, "api/events/outages" + Query([("since", cli.Value(since))]), "There were no outages.", ct));
        return command;
    }

    private static Option<string?> SinceOption(string description) => new("--since") { Description = description, HelpName = "WHEN" };

    private static async Task<int> ListAsync(CliSession cli, string path, string whenEmpty, CancellationToken ct)
    {
        var answer = await cli.Api.GetAsync<EventList>(path, ct);
        if (cli.Json)
        {
            foreach (var line in JsonNode.Parse(answer.Json)!["lines"]!.AsArray()) cli.Out.WriteLine(line!.ToJsonString(OneLine));
            return ExitCodes.Done;
        }

        if (answer.Value.More && !cli.Plain) cli.Out.WriteLine("(there are earlier ones: --limit, --until or a narrower question shows them)");
        foreach (var line in answer.Value.Lines) cli.Out.WriteLine(Text(line, cli.Plain));
        if (answer.Value.Lines.Count == 0 && !cli.Plain) cli.Out.WriteLine(whenEmpty);
        return ExitCodes.Done;
    }

    private static async Task FollowAsync(CliSession cli, string path, CancellationToken ct)
    {
        bool? heard = true;
        var begun = false;
        await foreach (var json in cli.Api.LinesAsync(HttpMethod.Get, path, null, Silence, ct))
        {
            var line = cli.Api.Read<EventLine>(json);
            if (line.Kind == "alive")
            {
                // Nothing that happens from here on is missed.
                if (!begun && !cli.Plain) await cli.Talk.WriteLineAsync($"-- following since {line.Local.Replace('T', ' ')}; Ctrl-C ends --");
                begun = true;
                // Only the change says something.
                if (line.PbxConnected == heard) continue;
                heard = line.PbxConnected;
            }

            cli.Out.WriteLine(cli.Json ? json : Text(line, cli.Plain));
            await cli.Out.FlushAsync(ct);
        }

        throw new CliException(ExitCodes.Unreachable, "the worker has ended the stream");
    }

    /// <summary>A line for people, or for scripts: columns apart by tabs.</summary>
    internal static string Text(EventLine line, bool plain)
    {
        var time = plain ? line.Local : line.Local.Replace('T', ' ');
        string?[] columns = line switch
        {
            { Event: { } e } => [time, e.Room, e.Name, e.Channel, EventWords.Of(e)],
            { Outage: { } outage } when plain => [time, null, "outage", null, Words(outage, time)],
            { Outage: { } outage } => [$"-- {Words(outage, time)} --"],
            { Lost: { } lost } => [$"-- {time} {lost.ToString(CultureInfo.InvariantCulture)} events came faster than they could be shown; they are in the record --"],
            _ => [$"-- {time} {(line.PbxConnected == true ? "the PBX is heard again" : "the PBX cannot be heard just now: silence means nothing")} --"],
        };
        if (columns.Length == 1) return TextTable.Clean(columns[0]);
        return plain
            ? string.Join('\t', columns.Select(c => TextTable.Clean(c) is { Length: > 0 } text ? text : "-"))
            : string.Create(CultureInfo.InvariantCulture, $"{columns[0]}  {Cell(columns[1]),-6}  {Cell(columns[2]),-17}  {Cell(columns[3]),-24}  {TextTable.Clean(columns[4])}").TrimEnd();

        static string Cell(string? text) => TextTable.Clean(text) is { Length: > 0 } some ? some : "-";
    }

    private static string Words(OutageView outage, string from)
    {
        // The day of its end is told only where it is another one.
        var until = outage.LocalUntil[..10] == from[..10] ? outage.LocalUntil[11..] : outage.LocalUntil.Replace('T', ' ');
        var told = outage.Lost is { } lost ? $", {lost.ToString(CultureInfo.InvariantCulture)} events lost" : "";
        var recovered = outage.Recovered is { } count ? $", {count.ToString(CultureInfo.InvariantCulture)} call events recovered" : ", its call events were not read back yet";
        return $"{outage.Cause} {from[..19]} to {until[..^4]}{told}{recovered}{(outage.Missing is null ? "" : $"; missing: {outage.Missing}")}";
    }

    private static string Query(IReadOnlyList<(string Key, string? Value)> parts)
    {
        var given = parts.Where(p => p.Value is not null).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}").ToList();
        return given.Count == 0 ? "" : "?" + string.Join('&', given);
    }
}
