using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Web;

namespace Switchboard.Tests.Cli;

public class WakeUpCommandTests
{
    private readonly Requests<WakeUpRequest> _previews = new();
    private readonly Requests<WakeUpRequest> _booked = new();
    private readonly Requests<WakeUpChange> _changed = new();
    private readonly Requests<WakeUpCancel> _cancelled = new();

    private Task<CliHost> Host() => CliHost.StartAsync(routes =>
    {
        routes.MapPost("/api/wakeups/preview", (WakeUpRequest r) => _previews.Answer(r, CliHost.Preview)).AllowAnonymous();
        routes.MapPost("/api/wakeups", (WakeUpRequest r) => _booked.Answer(r, CliHost.Call())).AllowAnonymous();
        routes.MapPut("/api/wakeups/42", (WakeUpChange r) => _changed.Answer(r, CliHost.Call())).AllowAnonymous();
        routes.MapPost("/api/wakeups/42/cancel", (WakeUpCancel r) => _cancelled.Answer(r, CliHost.Call(state: "Cancelled"))).AllowAnonymous();
        routes.MapGet("/api/wakeups/42", () => new WakeUpDetail(CliHost.Call(),
            [new AttemptView(1, "wakeup-x-1", Instant.FromUtc(2026, 12, 23, 22, 30), null, null, null, null, null, "NoAnswer", null, 19, "DIALSTATUS NOANSWER", true)],
            [new TransitionView(Instant.FromUtc(2026, 12, 23, 12, 0), null, "Booked", "booked", "desk/1007", null)])).AllowAnonymous();
        routes.MapGet("/api/wakeups", (string? date) => date is null ? (WakeUpView[])[CliHost.Call(), CliHost.Call(43, "Confirmed")] : []).AllowAnonymous();
    });

    [Fact]
    public async Task A_booking_is_read_back_and_wants_a_yes()
    {
        await using var cli = await Host();
        cli.Typed = "y\n";
        Assert.Equal(0, await cli.RunAsync("wakeup", "book", "1203", "06:30", "--by", "1007", "--lang", "en"));
        Assert.Contains("Room 1203, Thursday 24 December 2026, 06:30:00 (Asia/Shanghai, UTC+08)", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("Note: Key 2 snoozes 10 min.", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains("Booked as wake-up 42.", cli.Out.ToString(), StringComparison.Ordinal);
        // What was asked first had no date; what is stored is what was read back.
        Assert.Null(Assert.Single(_previews.Seen).Date);
        Assert.Equal(("1203", "06:30:00", "2026-12-24", "en", "1007"), _booked.Seen.Select(r => (r.Room, r.Time, r.Date, r.Language, r.By)).Single());
    }

    [Theory]
    [InlineData("n\n")]
    [InlineData("\n")]
    [InlineData("")]
    [InlineData("yeah\n")]
    public async Task Anything_but_a_yes_books_nothing(string typed)
    {
        await using var cli = await Host();
        cli.Typed = typed;
        Assert.Equal(1, await cli.RunAsync("wakeup", "book", "1203", "06:30"));
        Assert.Equal("error: not confirmed. Nothing was booked.", cli.Error.ToString().Trim());
        Assert.Empty(_booked.Seen);
    }

    [Fact]
    public async Task Without_a_terminal_a_booking_needs_yes()
    {
        await using var cli = await Host();
        Assert.Equal(2, await cli.RunAsync("wakeup", "book", "1203", "06:30"));
        Assert.Contains("--yes", cli.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_booked.Seen);
        Assert.Equal(0, await cli.RunAsync("wakeup", "book", "1203", "06:30", "--yes"));
        Assert.Single(_booked.Seen);
    }

    [Fact]
    public async Task For_programs_only_JSON_stands_on_standard_output()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("wakeup", "book", "1203", "06:30", "--yes", "--json"));
        Assert.Equal(42, (long)JsonNode.Parse(cli.Out.ToString())!["number"]!);
        Assert.Contains("Room 1203", cli.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_shows_the_old_time_and_the_new_one_and_wants_a_yes()
    {
        await using var cli = await Host();
        cli.Typed = "yes\n";
        Assert.Equal(0, await cli.RunAsync("wakeup", "change", "42", "06:30", "--by", "1007"));
        Assert.Contains("Wake-up 42 is at 2026-12-24 06:30. It becomes:", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(new WakeUpChange("06:30:00", "2026-12-24", "1007"), Assert.Single(_changed.Seen));
    }

    [Fact]
    public async Task A_cancellation_says_who()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("wakeup", "cancel", "42", "--by", "1007"));
        Assert.Equal("1007", Assert.Single(_cancelled.Seen).By);
        Assert.Equal("Wake-up 42, room 1203, 2026-12-24 06:30: Cancelled.", cli.Out.ToString().Trim());
    }

    [Fact]
    public async Task A_list_is_columns_for_people_and_tabs_for_scripts()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("wakeup", "list"));
        Assert.Equal(
            """
            TIME              NO  ROOM  STATE      RESULTS             ENTERED BY  VERIFIED BY  NEXT
            2026-12-24 06:30  42  1203  Booked                         desk/1007
            2026-12-24 06:30  43  1203  Confirmed  NoAnswer,Confirmed  desk/1007
            """.ReplaceLineEndings("\n"), cli.Out.ToString().ReplaceLineEndings("\n").TrimEnd());
        await using var plain = await Host();
        await plain.RunAsync("wakeup", "list", "--plain");
        Assert.Equal("2026-12-24T06:30:00\t42\t1203\tBooked\t-\tdesk/1007\t-\t-", plain.Out.ToString().Split('\n')[0].TrimEnd('\r'));
    }

    [Fact]
    public async Task A_day_without_wake_ups_says_so()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("wakeup", "list", "--date", "2026-12-25"));
        Assert.Equal("There are no wake-ups.", cli.Out.ToString().Trim());
    }

    [Fact]
    public async Task One_call_is_shown_with_its_attempts_and_its_history()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("wakeup", "show", "42"));
        var text = cli.Out.ToString();
        foreach (var part in (string[])["WAKE-UP", "1 late", "NoAnswer", "DIALSTATUS NOANSWER", "booked", "desk/1007", "Asia/Shanghai"]) Assert.Contains(part, text, StringComparison.Ordinal);
    }
}
