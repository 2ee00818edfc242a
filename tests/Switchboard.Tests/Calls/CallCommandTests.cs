using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Switchboard.Features.Calls;
using Switchboard.Tests.Cli;
using Switchboard.Web;

namespace Switchboard.Tests.Calls;

public class CallCommandTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 12, 23, 22, 30);

    private static CallView Call(string id = "1795644146.140") => new(
        id, "Internal", "Answered", "1101", "PJSIP/1101", "1101", "1102", ["1102", "2101"], Start, Start + Duration.FromSeconds(1), Start + Duration.FromSeconds(5),
        Start + Duration.FromSeconds(65), 16, "normal clearing", [new(Start, "blind", "PJSIP/1101", "PJSIP/1102", "2101", null, "room", "1007", null, Start, 4, Start + Duration.FromSeconds(4), "PJSIP/2101", "Answered")], null, "Asia/Shanghai");

    private static Task<CliHost> Host(List<string> asked) => CliHost.StartAsync(routes =>
    {
        routes.MapGet("/api/calls", (HttpRequest request) =>
        {
            asked.Add(request.QueryString.ToString());
            return new CallList(request.Query.ContainsKey("date") ? [] : [Call(), Call("wakeup-x-1") with { Direction = "Service", CallerRoom = null, CallerNumber = null }], More: true);
        }).AllowAnonymous();
        routes.MapGet("/api/calls/{id}", (string id) => new CallDetail(Call(id),
            [new("1795644146.141", "PJSIP/1102-0000001b", "PJSIP/1102", "1102", "1102", false, "1795644147.142", Start, null, Start, Start, 16)],
            [new(Start, "incoming", null, "Taken", Start, Start + Duration.FromSeconds(4), "PJSIP/0001", Start + Duration.FromSeconds(4), 0)])).AllowAnonymous();
        routes.MapPost("/api/calls/rebuild", (CallRebuild r) => new JsonLines<RebuildProgress>(Progress(r.Since))).AllowAnonymous();
    });

    private static async IAsyncEnumerable<RebuildProgress> Progress(string? since)
    {
        if (since == "soon") throw new InvalidInputException("since", since, "must be a calendar date, YYYY-MM-DD");
        await Task.Yield();
        yield return new(10, 8, Start, false);
        if (since == "2026-12-01") throw new InvalidOperationException("the database went away");
        yield return new(20, 17, Start, true);
    }

    [Fact]
    public async Task The_list_says_from_where_to_where_how_long_and_what_came_of_it()
    {
        var asked = new List<string>();
        await using var cli = await Host(asked);
        Assert.Equal(0, await cli.RunAsync("calls", "--room", "1101"));
        var said = cli.Out.ToString();
        foreach (var part in (string[])["2026-12-24 06:30:00", "room 1101", "room 1102, 2101", "4.0 s", "60.0 s", "16 normal clearing", "blind to 2101", "wakeup", "there are earlier ones"])
            Assert.Contains(part, said, StringComparison.Ordinal);
        Assert.Equal(0, await cli.RunAsync("calls", "--date", "2026-12-24"));
        Assert.EndsWith("There are no calls.\n", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(["?room=1101", "?date=2026-12-24"], asked);
    }

    [Fact]
    public async Task A_call_is_shown_with_its_legs()
    {
        await using var cli = await Host([]);
        Assert.Equal(0, await cli.RunAsync("calls", "show", "1795644146.140"));
        foreach (var part in (string[])["PJSIP/1102-0000001b", "from 1795644147.142", "2026-12-24 06:30:05.000", "blind: PJSIP/1101 put PJSIP/1102 through to 2101: asked for by 1007, rang 4.0 s, answered by PJSIP/2101", "incoming  Taken"])
            Assert.Contains(part, cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rebuild_says_how_many_and_one_that_breaks_off_is_none()
    {
        await using var cli = await Host([]);
        Assert.Equal(0, await cli.RunAsync("calls", "rebuild"));
        Assert.Equal("Calls made again from the record: 17.", cli.Out.ToString().Trim());
        Assert.Equal(1, await cli.RunAsync("calls", "rebuild", "--since", "soon"));
        Assert.Equal("error: since 'soon': must be a calendar date, YYYY-MM-DD", cli.Error.ToString().Trim());
        Assert.Equal(3, await cli.RunAsync("calls", "rebuild", "--since", "2026-12-01"));
        Assert.Contains("went away in the middle of its answer", cli.Error.ToString(), StringComparison.Ordinal);
    }
}
