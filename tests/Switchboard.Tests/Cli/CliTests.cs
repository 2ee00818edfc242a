using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.Rooms;
using Switchboard.Features.Status;
using Switchboard.Web;

namespace Switchboard.Tests.Cli;

public sealed class CliTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("switchboard-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_refusal_is_one_line_with_field_value_and_what_is_allowed()
    {
        await using var cli = await CliHost.StartAsync(routes =>
            routes.MapPost("/api/wakeups/preview", IResult () => throw new InvalidInputException("time", "6:30", "must be HH:MM or HH:MM:SS")).AllowAnonymous());
        Assert.Equal(1, await cli.RunAsync("wakeup", "book", "1203", "6:30", "--yes"));
        Assert.Equal("error: time '6:30': must be HH:MM or HH:MM:SS", cli.Error.ToString().Trim());
        Assert.Empty(cli.Out.ToString());
    }

    [Fact]
    public async Task A_worker_that_is_not_there_is_exit_code_3_with_what_to_do()
    {
        await using var cli = CliHost.Alone();
        Assert.Equal(3, await cli.RunAsync("wakeup", "list", "--url", "http://127.0.0.1:1"));
        Assert.Contains("does not answer at http://127.0.0.1:1/: is it running?", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_somebody_else_is_not_taken_for_the_workers()
    {
        await using var cli = await CliHost.StartAsync(routes => routes.MapGet("/api/wakeups", () => Results.Text("<html>hello</html>", "text/html")).AllowAnonymous());
        Assert.Equal(3, await cli.RunAsync("wakeup", "list"));
        Assert.Contains("something else than a worker", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wakeup", "book", "1203")]
    [InlineData("wakeup", "show", "soon")]
    [InlineData("wakeup", "sing")]
    [InlineData("housekeeping", "close", "17", "--by", "Wang Fang")]
    [InlineData("token", "create", "desk")]
    [InlineData("--nonsense")]
    public async Task What_is_no_command_line_is_exit_code_2_and_points_to_the_help(params string[] args)
    {
        await using var cli = CliHost.Alone();
        Assert.Equal(2, await cli.RunAsync(args));
        Assert.Contains("--help", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_has_examples_and_says_what_the_exit_codes_mean()
    {
        await using var cli = CliHost.Alone();
        Assert.Equal(0, await cli.RunAsync("wakeup", "book", "--help"));
        Assert.Contains("switchboard wakeup book 1203 06:30 --date 2026-12-24 --lang en --by 1007 --yes", cli.Out.ToString(), StringComparison.Ordinal);
        await cli.RunAsync("--help");
        Assert.Contains("4  status only: the worker answers and is not healthy", cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 4)]
    public async Task Status_is_0_only_when_healthy(bool healthy, int code)
    {
        await using var cli = await CliHost.StartAsync(routes => routes.MapGet("/api/status", () =>
            new StatusReport(healthy, "Test Hotel", "main", [new StatusPart("pbx", healthy, "AMI connected")])).AllowAnonymous());
        Assert.Equal(code, await cli.RunAsync("status"));
        Assert.Contains(healthy ? "healthy" : "NOT HEALTHY", cli.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rooms_are_sent_as_the_file_is_and_the_bad_line_comes_back()
    {
        var got = "";
        await using var cli = await CliHost.StartAsync(routes => routes.MapPost("/api/rooms/import", async (HttpRequest request) =>
        {
            got = await new StreamReader(request.Body).ReadToEndAsync();
            return got.Contains("bad", StringComparison.Ordinal)
                ? throw new InvalidInputException("dial_strings", "bad", "must name 1 to 8 phones", 7)
                : TypedResults.Ok(new RoomImportResult(2, 1, 0));
        }).AllowAnonymous());
        var file = Path.Combine(_folder, "rooms.csv");
        await File.WriteAllTextAsync(file, "number,dial_strings\n1203,PJSIP/1203\n");
        Assert.Equal(0, await cli.RunAsync("room", "import", file));
        Assert.Equal("Rooms imported: 2 new, 1 changed, 0 as they were.", cli.Out.ToString().Trim());
        Assert.Equal("number,dial_strings\n1203,PJSIP/1203\n", got);
        await File.WriteAllTextAsync(file, "bad");
        Assert.Equal(1, await cli.RunAsync("room", "import", file));
        Assert.Equal("error: line 7: dial_strings 'bad': must name 1 to 8 phones", cli.Error.ToString().Trim());
        Assert.Equal(2, await cli.RunAsync("room", "import", Path.Combine(_folder, "missing.csv")));
    }

    [Fact]
    public async Task A_token_goes_into_a_file_that_only_its_owner_reads_and_nowhere_else()
    {
        await using var cli = await CliHost.StartAsync(routes =>
            routes.MapPost("/api/tokens", (TokenRequest r) => new TokenCreated(r.Name!, r.Role!, "swb_secret")).AllowAnonymous());
        var file = Path.Combine(_folder, "desk.token");
        Assert.Equal(0, await cli.RunAsync("token", "create", "desk", "--role", "operator", "--output", file));
        Assert.Equal("swb_secret\n", await File.ReadAllTextAsync(file));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.DoesNotContain("swb_secret", cli.Out + cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_costs_no_token()
    {
        var made = 0;
        await using var cli = await CliHost.StartAsync(routes => routes.MapPost("/api/tokens", (TokenRequest r) =>
        {
            made++;
            return new TokenCreated(r.Name!, r.Role!, "swb_secret");
        }).AllowAnonymous());
        Assert.Equal(2, await cli.RunAsync("token", "create", "desk", "--role", "operator", "--output", Path.Combine(_folder, "missing", "desk.token")));
        Assert.Equal(0, made);
    }

    [Fact]
    public async Task The_token_comes_from_the_option_before_the_environment_and_a_refused_one_names_its_origin()
    {
        var seen = "";
        await using var cli = await CliHost.StartAsync(routes => routes.MapGet("/api/tokens", (HttpRequest request) =>
        {
            seen = request.Headers.Authorization.ToString();
            return TypedResults.Problem("The token is not known.", statusCode: (int)HttpStatusCode.Unauthorized);
        }).AllowAnonymous());
        var file = Path.Combine(_folder, "desk.token");
        await File.WriteAllTextAsync(file, "swb_from_file\n");
        Assert.Equal(1, await cli.RunAsync("token", "list", "--token-file", file));
        Assert.Equal("Bearer swb_from_file", seen);
        Assert.Contains($"it came from {file}", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("swb_from_file", cli.Error.ToString(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "-----BEGIN PRIVATE KEY-----\nabc\n");
        Assert.Equal(2, await cli.RunAsync("token", "list", "--token-file", file));
        Assert.Equal(2, await cli.RunAsync("token", "list", "--token-file", "/nowhere/desk.token"));
    }

    [Fact]
    public async Task Housekeeping_sees_who_to_knock_for_and_closes_by_name_and_finding()
    {
        var closed = new Requests<KnockClose>();
        await using var cli = await CliHost.StartAsync(routes =>
        {
            routes.MapGet("/api/housekeeping", () => (KnockEntryView[])[Entry(null)]).AllowAnonymous();
            routes.MapPost("/api/housekeeping/17/close", (KnockClose r) => closed.Answer(r, Entry("王芳"))).AllowAnonymous();
        });
        Assert.Equal(0, await cli.RunAsync("housekeeping", "list"));
        Assert.Contains("NoAnswer,Busy,NoAnswer", cli.Out.ToString(), StringComparison.Ordinal);
        // What somebody typed must not steer the terminal of whoever reads it.
        Assert.DoesNotContain('\u001b', cli.Out.ToString());
        Assert.Equal(0, await cli.RunAsync("housekeeping", "close", "17", "--by", "王芳", "--finding", "@door: guest awake", "--awake"));
        Assert.Equal(new KnockClose("王芳", "@door: guest awake", true), Assert.Single(closed.Seen));

        static KnockEntryView Entry(string? by) => new(17, "1203", "12", "wake-up", 42, new LocalDate(2026, 12, 24), new LocalTime(6, 30), "Asia/Shanghai",
            "no answer", ["NoAnswer", "Busy", "NoAnswer"], Instant.FromUtc(2026, 12, 23, 22, 36), [new KnockNoteView(Instant.FromUtc(2026, 12, 23, 22, 40), "confirmed\u001b[2J 06:40")],
            by is null ? null : Instant.FromUtc(2026, 12, 23, 22, 45), by, by is null ? null : "guest awake", by is null ? null : true);
    }

    [Fact]
    public async Task Json_is_indented_and_keeps_Chinese_readable()
    {
        await using var cli = await CliHost.StartAsync(routes => routes.MapGet("/api/rooms", () =>
            (RoomView[])[new RoomView("1203", "十二楼", "zh", "main", ["PJSIP/1203"], false)]).AllowAnonymous());
        Assert.Equal(0, await cli.RunAsync("room", "phones", "--json"));
        Assert.Contains("\"floor\": \"十二楼\"", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal("1203", (string?)JsonNode.Parse(cli.Out.ToString())![0]!["number"]);
    }

    [Fact]
    public async Task Without_a_command_it_is_the_worker()
    {
        await using var cli = CliHost.Alone();
        Assert.Equal(99, await cli.RunAsync());
        Assert.Equal(99, await cli.RunAsync("run", "--config", "x.json"));
    }
}
