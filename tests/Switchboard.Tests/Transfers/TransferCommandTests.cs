using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Switchboard.Features.Calls;
using Switchboard.Features.Transfers;
using Switchboard.Tests.Cli;
using Switchboard.Web;

namespace Switchboard.Tests.Transfers;

public class TransferCommandTests
{
    private static readonly Instant At = Instant.FromUtc(2026, 12, 23, 22, 30);
    private const string Zone = "Asia/Shanghai";

    private static Task<CliHost> Host(List<string>? asked = null) => CliHost.StartAsync(routes =>
    {
        routes.MapPost("/api/calls/{id}/transfer", (string id, TransferAsked transfer) =>
        {
            asked?.Add($"{id} {transfer.To} {transfer.By}");
            if (transfer.To == "1203") throw new ConflictException("call 17.1 is being put through to room 1204 by desk/1008 just now");
            return transfer.To == "2101"
                ? new TransferDone("17.1", Guid.Empty, At, "2101", "room", null, null, "redirect", "PJSIP/trunk", null, null, "desk/1007", false, Zone)
                : new TransferDone("17.1", Guid.Empty, At, "8001", "house", "总经理", "王建国", "blind", "PJSIP/1101", "1101", "PJSIP/0001", "desk/1007", true, Zone);
        }).AllowAnonymous();
        routes.MapGet("/api/calls/live", () => new[]
        {
            new LiveCallView("17.1", "Talking", At, null, [new("PJSIP/trunk", null, "13800138000", "Up", true), new("PJSIP/0001", null, "0", "Up", false)], Zone),
            new LiveCallView("18.1", "Waiting", At, At, [new("PJSIP/1203", "1203", "1203", "Up", true), new("PJSIP/0002", null, "0", "Ringing", false)], Zone),
        }).AllowAnonymous();
        routes.MapGet("/api/transfers", (string? room) => room is null
            ? new[] { new TransferLine("17.1", null, "1101", "PJSIP/1101", new(At, "blind", "PJSIP/0001", "PJSIP/1101", "2101", null, "room", "1007", "ab", At, 30, null, null, "NoAnswer", "Message", At), Zone) }
            : []).AllowAnonymous();
        routes.MapGet("/api/reports/answer", (string? date) => new AnswerReport(Duration.FromSeconds(5), 3).Of(new(2026, 12, 24), DateTimeZoneProviders.Bcl[Zone],
            [("17.1", new(At, "incoming", null, OperatorCallOutcome.Taken) { AnsweredAt = At + Duration.FromSeconds(7), AnsweredBy = "PJSIP/0001", EndedAt = At + Duration.FromSeconds(7) }),
             ("18.1", new(At, "internal", "1203", OperatorCallOutcome.GivenUp) { EndedAt = At + Duration.FromSeconds(40) })])).AllowAnonymous();
    });

    [Fact]
    public async Task A_transfer_is_echoed_with_whom_and_where_to_by_title_and_name()
    {
        var asked = new List<string>();
        await using var cli = await Host(asked);
        Assert.Equal(0, await cli.RunAsync("transfer", "17.1", "general-manager", "--by", "1007"));
        Assert.Equal("Call 17.1: room 1101 is put through to 总经理 王建国 (8001), PJSIP/0001 has left it.", cli.Out.ToString().Trim());
        Assert.Equal(0, await cli.RunAsync("transfer", "17.1", "2101"));
        Assert.EndsWith("""
            Call 17.1: PJSIP/trunk is put through to room 2101.
            Note: the PBX has not confirmed it yet; switchboard calls --live shows where the call is.

            """, cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await cli.RunAsync("transfer", "17.1", "1203"));
        Assert.Equal("error: call 17.1 is being put through to room 1204 by desk/1008 just now", cli.Error.ToString().Trim());
        Assert.Equal(["17.1 general-manager 1007", "17.1 2101 ", "17.1 1203 "], asked);
    }

    [Fact]
    public async Task Living_calls_say_who_talks_with_whom_and_who_waits_how_long()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("calls", "--live"));
        foreach (var part in (string[])["13800138000 (PJSIP/trunk)  PJSIP/0001        Talking", "room 1203                  PJSIP/0002 rings  Waiting", " s  "])
            Assert.Contains(part, cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await cli.RunAsync("calls", "--live", "--room", "1203"));
    }

    [Fact]
    public async Task Transfers_say_what_came_of_them()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("transfers"));
        foreach (var part in (string[])["room 1101", "room 2101", "1007 PJSIP/0001", "30.0 s", "NoAnswer", "Message"]) Assert.Contains(part, cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await cli.RunAsync("transfers", "--room", "1204"));
        Assert.EndsWith("There are no transfers.\n", cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_answer_report_says_share_median_worst_hour_and_who_gave_up()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("report", "answer", "--date", "2026-12-24", "--calls"));
        foreach (var part in (string[])["within 3 rings          1 (50.0 %)", "7.0 s (2 rings)", "06:00: 50.0 % of 2", "given up                1", "PJSIP/0001              1, 1 within 3 rings", "GivenUp"])
            Assert.Contains(part, cli.Out.ToString(), StringComparison.Ordinal);
    }
}
