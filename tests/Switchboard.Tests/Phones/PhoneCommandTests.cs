using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Switchboard.Features.Phones;
using Switchboard.Tests.Cli;

namespace Switchboard.Tests.Phones;

public class PhoneCommandTests
{
    private static readonly Instant At = Instant.FromUtc(2026, 12, 23, 21, 10, 2);

    [Fact]
    public async Task The_list_says_of_each_phone_whether_it_can_be_rung_and_since_when()
    {
        var asked = new List<string>();
        await using var cli = await CliHost.StartAsync(routes => routes.MapGet("/api/phones", (HttpRequest request) =>
        {
            asked.Add(request.QueryString.ToString());
            return new[]
            {
                new PhoneView("1203", "PJSIP/1203", "gone", "UNAVAILABLE", At, "Asia/Shanghai", []),
                new PhoneView("1204", "PJSIP/1204", "unknown", null, null, "Asia/Shanghai", ["sip:1204@10.1.2.3:5060"]),
            };
        }).AllowAnonymous());
        Assert.Equal(0, await cli.RunAsync("phone", "list", "--plain"));
        Assert.Equal(0, await cli.RunAsync("phone", "list", "--gone", "--json"));
        Assert.Equal(["?gone=false", "?gone=true"], asked);
        Assert.Equal(["1203\tPJSIP/1203\tgone\tUNAVAILABLE\t2026-12-24T05:10:02\t-", "1204\tPJSIP/1204\tunknown\t-\t-\tsip:1204@10.1.2.3:5060"], cli.Out.ToString().Split('\n')[..2]);
    }

    [Fact]
    public async Task The_history_of_a_room_shows_when_its_phones_were_gone()
    {
        await using var cli = await CliHost.StartAsync(routes => routes.MapGet("/api/phones/{room}/history", (string room) =>
            new[] { new PhoneAbsenceView(room, "PJSIP/1203", "UNAVAILABLE", At, At.Plus(Duration.FromMinutes(10)), null, "Asia/Shanghai") }).AllowAnonymous());
        Assert.Equal(0, await cli.RunAsync("phone", "history", "1203", "--plain"));
        Assert.Equal("PJSIP/1203\tUNAVAILABLE\t2026-12-24T05:10:02\t-\t2026-12-24T05:20:02", cli.Out.ToString().Trim());
    }
}
