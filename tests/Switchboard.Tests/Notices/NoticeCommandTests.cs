using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Switchboard.Features.Notices;
using Switchboard.Tests.Cli;
using Switchboard.Web;

namespace Switchboard.Tests.Notices;

public class NoticeCommandTests
{
    private static readonly Instant At = Instant.FromUtc(2026, 12, 23, 21, 10, 2);
    private static readonly Guid Id = Guid.Parse("019b0f2e-5c1d-7a3b-9e4f-2b6c8d1e0f3a");

    private static NoticeView View(string? acknowledgedBy = null) =>
        new(Id, At, "Asia/Shanghai", "main", "dnd-set", "1203", "do not disturb until 08:00", "1007", acknowledgedBy is null ? null : At, acknowledgedBy);

    [Fact]
    public async Task The_list_passes_on_what_is_asked_for_and_shows_a_line_for_each()
    {
        var asked = new List<string>();
        await using var cli = await CliHost.StartAsync(routes => routes.MapGet("/api/notices", (HttpRequest request) =>
        {
            asked.Add(request.QueryString.ToString());
            return new[] { View() };
        }).AllowAnonymous());
        Assert.Equal(0, await cli.RunAsync("notices", "--since", "2d", "--kind", "dnd-set", "--open", "--plain"));
        Assert.Equal(0, await cli.RunAsync("notices"));
        Assert.Equal(["?since=2d&kind=dnd-set&open=true", ""], asked);
        Assert.Equal($"2026-12-24T05:10:02\tdnd-set\t1203\tdo not disturb until 08:00\t1007\t-\t{Id}", cli.Out.ToString().Split('\n')[0]);
    }

    [Fact]
    public async Task It_is_acknowledged_by_name()
    {
        var requests = new Requests<NoticeAcknowledge>();
        await using var cli = await CliHost.StartAsync(routes =>
            routes.MapPost("/api/notices/{id:guid}/acknowledge", (Guid id, NoticeAcknowledge body) => requests.Answer(body, View(body.By) with { Id = id })).AllowAnonymous());
        Assert.Equal(0, await cli.RunAsync("notices", "acknowledge", Id.ToString(), "--by", "1007"));
        Assert.Equal([new NoticeAcknowledge("1007")], requests.Seen);
        Assert.Equal("Notice dnd-set, room 1203: acknowledged by 1007.", cli.Out.ToString().Trim());
        Assert.Equal(2, await cli.RunAsync("notices", "acknowledge", "17", "--by", "1007"));
        Assert.Equal(2, await cli.RunAsync("notices", "acknowledge", Id.ToString()));
    }

    [Fact]
    public async Task Following_shows_notices_acknowledgements_and_what_was_lost_and_ends_by_Ctrl_C()
    {
        using var interrupt = new CancellationTokenSource();
        var shown = () => "";
        await using var cli = await CliHost.StartAsync(routes => routes.MapGet("/api/notices/live", (CancellationToken ct) => new JsonLines<NoticeLine>(Live(ct))).AllowAnonymous());
        shown = () => cli.Out.ToString();
        Assert.Equal(0, await cli.RunAsync(["notices", "--follow"], interrupt.Token));
        Assert.Equal(
            ["-- following since 2026-12-24 05:10:02; Ctrl-C ends --", "2026-12-24 05:10:02  dnd-set  1203  do not disturb until 08:00",
                "2026-12-24 05:10:02  dnd-set  1203  acknowledged by 1008: do not disturb until 08:00",
                "-- 2026-12-24 05:10:02 3 notices came faster than they could be shown; switchboard notices has them --"],
            cli.Out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, await cli.RunAsync("notices", "--follow", "--since", "1h"));

        async IAsyncEnumerable<NoticeLine> Live([EnumeratorCancellation] CancellationToken ct)
        {
            var line = new NoticeLine("alive", At, "Asia/Shanghai");
            yield return line;
            yield return line with { Kind = "notice", Notice = View() };
            yield return line with { Kind = "notice", Notice = View("1008") };
            yield return line;
            yield return line with { Kind = "lost", Lost = 3 };
            while (!shown().Contains("faster", StringComparison.Ordinal)) await Task.Yield();
            await interrupt.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
        }
    }
}
