using Microsoft.AspNetCore.Builder;
using NodaTime;
using Switchboard.Features.Staff;
using Switchboard.Tests.Cli;

namespace Switchboard.Tests.Staff;

public class StaffCommandTests
{
    private static readonly StaffView Wang = new("1007", "Wang Fang", "operator", Instant.FromUtc(2026, 11, 26, 2, 0), "admin", null, null, null);

    [Fact]
    public async Task A_PIN_is_asked_for_twice_and_never_shown()
    {
        var requests = new Requests<StaffRequest>();
        await using var cli = await CliHost.StartAsync(routes => routes.MapPost("/api/staff", (StaffRequest request) => requests.Answer(request, Wang)).AllowAnonymous());
        cli.Typed = "4711\n4711\n";
        Assert.Equal(0, await cli.RunAsync("staff", "add", "1007", "--name", "Wang Fang"));
        Assert.Equal(new StaffRequest("1007", "Wang Fang", "4711"), Assert.Single(requests.Seen));
        Assert.Contains("Staff number 1007 (operator) is Wang Fang's.", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("4711", $"{cli.Out}{cli.Error}", StringComparison.Ordinal);
        cli.Typed = "4711\n4712\n";
        Assert.Equal(1, await cli.RunAsync("staff", "add", "1008", "--name", "Li Na"));
        Assert.Single(requests.Seen);
    }

    [Fact]
    public async Task Without_a_terminal_a_PIN_comes_from_a_file_or_nothing_is_done()
    {
        var requests = new Requests<StaffPin>();
        await using var cli = await CliHost.StartAsync(routes => routes.MapPost("/api/staff/1007/pin", (StaffPin pin) => requests.Answer(pin, Wang)).AllowAnonymous());
        Assert.Equal(2, await cli.RunAsync("staff", "pin", "1007"));
        Assert.Contains("--pin-file", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await cli.RunAsync("staff", "pin", "1007", "--pin-file", "/nowhere/pin"));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "4711\n", TestContext.Current.CancellationToken);
        Assert.Equal(0, await cli.RunAsync("staff", "pin", "1007", "--pin-file", file));
        Assert.Equal("4711", Assert.Single(requests.Seen).Pin);
        File.Delete(file);
    }

    [Fact]
    public async Task The_list_shows_who_is_locked_and_disabled_and_both_can_be_asked_for()
    {
        await using var cli = await CliHost.StartAsync(routes =>
        {
            routes.MapGet("/api/staff", () => new[] { Wang with { LockedUntil = Instant.FromUtc(2026, 11, 26, 2, 15) } }).AllowAnonymous();
            routes.MapPost("/api/staff/1007/unlock", () => Wang).AllowAnonymous();
            routes.MapPost("/api/staff/1007/disable", () => Wang).AllowAnonymous();
        });
        var code = await cli.RunAsync("staff", "list");
        Assert.True(code == 0, cli.Error.ToString());
        Assert.Contains("2026-11-26 02:15", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await cli.RunAsync("staff", "unlock", "1007"));
        Assert.Equal(0, await cli.RunAsync("staff", "disable", "1007"));
        Assert.Contains("1007 is disabled", cli.Out.ToString(), StringComparison.Ordinal);
    }
}
