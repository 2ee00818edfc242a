using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Switchboard.Features.Directories;
using Switchboard.Features.Guests;
using Switchboard.Features.Stays;
using Switchboard.Tests.Cli;

namespace Switchboard.Tests.Stays;

/// <summary>The commands of stays, guests and the directory: what they send and what people read.</summary>
public class StayCommandTests
{
    private static readonly StayView Stay = new(17, Guid.Empty, "1203", "王小明", "先生", "zh", true, new LocalDate(2026, 12, 24),
        Instant.FromUtc(2026, 11, 26, 6, 0), "desk/1007", null, null, null, "Asia/Shanghai");

    private readonly Requests<StayCheckIn> _checkIns = new();
    private readonly Requests<StayRoomCheckOut> _checkOuts = new();
    private readonly Requests<StayRoomMove> _moves = new();
    private readonly Requests<string?> _asked = new();

    private Task<CliHost> Host() => CliHost.StartAsync(routes =>
    {
        routes.MapPost("/api/stays/check-in", (StayCheckIn r) => _checkIns.Answer(r, new StayResult([Stay], ["room 1203 is shared: 2 guests"]))).AllowAnonymous();
        routes.MapPost("/api/stays/check-out", (StayRoomCheckOut r) => _checkOuts.Answer(r, new StayResult([Stay], ["wake-up 42 at 06:30 cancelled"]))).AllowAnonymous();
        routes.MapPost("/api/stays/move", (StayRoomMove r) => _moves.Answer(r, new StayResult([Stay with { Room = "1511" }], []))).AllowAnonymous();
        routes.MapGet("/api/stays", (string? room) => _asked.Answer(room, (StayView[])[Stay])).AllowAnonymous();
        routes.MapGet("/api/stays/history", (string? room) => _asked.Answer(room, (StayDetail[])[new StayDetail(Stay with { GuestName = null, GuestDataErasedAt = Instant.MinValue },
            [new StayEventView(Instant.FromUtc(2026, 11, 26, 6, 0), "CheckedIn", "1203", null, "desk/1007", null)])])).AllowAnonymous();
        routes.MapGet("/api/guests", (string? name, string? by) => _asked.Answer($"{name} {by}", (GuestView[])[new("1203", 17, "王小明", "先生", true, "zh", null)])).AllowAnonymous();
        routes.MapGet("/api/directory", (string? find) => _asked.Answer(find, (DirectoryView[])[new("general-manager", "王建国", "总经理", "8001", null, false, "+86138", null, "duty-manager", ["zh"])])).AllowAnonymous();
    });

    [Fact]
    public async Task A_check_in_sends_everything_and_echoes_what_was_done()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("stay", "check-in", "1203", "--name", "王小明", "--title", "先生", "--lang", "zh", "--vip", "--until", "2026-12-24", "--level", "2", "--by", "1007"));
        Assert.Equal(new StayCheckIn("1203", "王小明", "先生", "zh", true, "2026-12-24", 2, "1007"), Assert.Single(_checkIns.Seen));
        Assert.Equal(["Stay 17, 王小明: checked in in room 1203.", "Note: room 1203 is shared: 2 guests"], Lines(cli));
        Assert.Equal(2, await cli.RunAsync("stay", "check-in", "1203"));
    }

    [Fact]
    public async Task A_check_out_names_one_guest_or_all_and_says_what_was_cancelled()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("stay", "check-out", "1203", "--guest", "17", "--by", "1007"));
        Assert.Equal(0, await cli.RunAsync("stay", "check-out", "1203", "--all"));
        Assert.Equal([new("1203", "17", false, "1007"), new("1203", null, true, null)], _checkOuts.Seen);
        Assert.Equal(["Stay 17, 王小明: checked out of room 1203.", "Note: wake-up 42 at 06:30 cancelled"], Lines(cli).Take(2));
    }

    [Fact]
    public async Task A_move_says_from_where_to_where()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("stay", "move", "1203", "1511", "--guest", "小明"));
        Assert.Equal(new StayRoomMove("1203", "1511", "小明", null), Assert.Single(_moves.Seen));
        Assert.Equal(["Stay 17, 王小明: moved from room 1203 to room 1511."], Lines(cli));
    }

    [Fact]
    public async Task Lists_show_times_of_the_hotel_and_what_was_erased_is_said()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("stay", "list", "--room", "1203"));
        Assert.Contains("1203  17    王小明  先生   zh        VIP  2026-11-26 14:00  2026-12-24", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await cli.RunAsync("stay", "history", "1203"));
        Assert.Contains("17    (erased)  2026-11-26 14:00  CheckedIn  1203      desk/1007", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(["1203", "1203"], _asked.Seen);
    }

    [Fact]
    public async Task Chinese_names_are_asked_for_as_they_are()
    {
        await using var cli = await Host();
        Assert.Equal(0, await cli.RunAsync("guest", "find", "小明", "--by", "1007"));
        Assert.Contains("1203  王小明", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await cli.RunAsync("directory", "find", "总经理"));
        Assert.Contains("8001       王建国  总经理  out  always", cli.Out.ToString(), StringComparison.Ordinal);
        Assert.Equal(["小明 1007", "总经理"], _asked.Seen);
    }

    private static string[] Lines(CliHost cli) => cli.Out.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
