using System.CommandLine;
using System.Globalization;
using Switchboard.Cli;

namespace Switchboard.Features.Notices;

/// <summary><c>switchboard notices</c>.</summary>
internal static class NoticeCommands
{
    private static readonly TimeSpan Silence = NoticeFeed.Heartbeat * 4;

    public static Command Create()
    {
        var since = new Option<string?>("--since") { Description = "From then on: 30m, 8h, 2d ago, a date, or a time on the hotel's clocks; else the last 8 hours", HelpName = "WHEN" };
        var kind = new Option<string?>("--kind") { Description = "Of this kind, such as phone-gone", HelpName = "KIND" };
        var open = new Option<bool>("--open") { Description = "Only those that nobody has acknowledged, however old unless --since is given" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Show notices as they come, until Ctrl-C" };
        var command = new CliCommand("notices", "What every operator on duty must be told",
            "switchboard notices", "switchboard notices --open", "switchboard notices --since 2d --kind phone-gone", "switchboard notices --follow")
        {
            since, kind, open, follow, Acknowledge(),
        };
        command.Does((cli, ct) =>
        {
            if (!cli.Value(follow)) return ListAsync(cli, Query(("since", cli.Value(since)), ("kind", cli.Value(kind)), ("open", cli.Value(open) ? "true" : null)), ct);
            if (cli.Value(since) is not null || cli.Value(open)) throw new CliException(ExitCodes.Usage, "--follow shows what happens from now on: give it without --since and --open");
            return CliSession.UntilInterruptedAsync(token => FollowAsync(cli, Query(("kind", cli.Value(kind))), token), ct);
        });
        return command;
    }

    private static CliCommand Acknowledge()
    {
        var id = new Argument<Guid>("ID") { Description = "The notice's id, as the list shows it" };
        var by = new Option<string>("--by") { Description = "Who has seen to it", HelpName = "STAFFNO", Required = true };
        var command = new CliCommand("acknowledge", "Say that somebody has seen to it",
            "switchboard notices acknowledge 019b0f2e-5c1d-7a3b-9e4f-2b6c8d1e0f3a --by 1007") { id, by };
        command.Does(async (cli, ct) => cli.Show(
            await cli.Api.PostAsync<NoticeView>($"api/notices/{cli.Value(id)}/acknowledge", new NoticeAcknowledge(cli.Value(by)), ct),
            notice => cli.Out.WriteLine($"Notice {notice.Kind}{(notice.Room is null ? "" : $", room {notice.Room}")}: acknowledged by {TextTable.Clean(notice.AcknowledgedBy)}.")));
        return command;
    }

    private static async Task<int> ListAsync(CliSession cli, string query, CancellationToken ct) =>
        cli.Show(await cli.Api.GetAsync<NoticeView[]>("api/notices" + query, ct), notices =>
        {
            var table = new TextTable("TIME", "KIND", "ROOM", "NOTICE", "BY", "ACKNOWLEDGED", "ID");
            foreach (var n in notices)
                table.Add(cli.Clock(n.At, n.Zone, milliseconds: false), n.Kind, n.Room, n.Text, n.By, n.AcknowledgedBy, n.Id.ToString());
            cli.Show(table, "There are no such notices.");
        });

    private static async Task FollowAsync(CliSession cli, string query, CancellationToken ct)
    {
        var begun = false;
        await foreach (var json in cli.Api.LinesAsync(HttpMethod.Get, "api/notices/live" + query, null, Silence, ct))
        {
            var line = cli.Api.Read<NoticeLine>(json);
            if (line.Kind == "alive")
            {
                // Nothing that is told from here on is missed.
                if (!begun && !cli.Plain) await cli.Talk.WriteLineAsync($"-- following since {cli.Clock(line.At, line.Zone, milliseconds: false)}; Ctrl-C ends --");
                begun = true;
                continue;
            }

            cli.Out.WriteLine(cli.Json ? json : Text(cli, line));
            await cli.Out.FlushAsync(ct);
        }

        throw new CliException(ExitCodes.Unreachable, "the worker has ended the stream");
    }

    private static string Text(CliSession cli, NoticeLine line)
    {
        var time = cli.Clock(line.At, line.Zone, milliseconds: false);
        if (line.Notice is not { } n) return $"-- {time} {(line.Lost ?? 0).ToString(CultureInfo.InvariantCulture)} notices came faster than they could be shown; switchboard notices has them --";
        string?[] columns = [time, n.Kind, n.Room, n.AcknowledgedBy is null ? n.Text : $"acknowledged by {n.AcknowledgedBy}: {n.Text}"];
        return string.Join(cli.Plain ? "\t" : "  ", columns.Select(c => TextTable.Clean(c) is { Length: > 0 } text ? text : "-"));
    }

    private static string Query(params IReadOnlyList<(string Key, string? Value)> parts)
    {
        var given = parts.Where(p => p.Value is not null).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}").ToList();
        return given.Count == 0 ? "" : "?" + string.Join('&', given);
    }
}
