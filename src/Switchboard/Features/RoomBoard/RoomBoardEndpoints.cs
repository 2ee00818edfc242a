using System.CommandLine;
using System.Security.Claims;
using Switchboard.Cli;
using Switchboard.Features.Access;

namespace Switchboard.Features.RoomBoard;

internal static class RoomBoardSetup
{
    public static IServiceCollection AddRoomBoard(this IServiceCollection services) => services.AddScoped<RoomBoardDesk>();

    public static void MapRoomBoard(this IEndpointRouteBuilder routes) => routes.MapGet("/api/rooms/now", (RoomBoardDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            desk.ListAsync(Caller.Of(user), ct)).RequireAuthorization(Policies.AnyRole).WithMetadata(new AnswersWithoutDatabase()).WithTags("Rooms")
        .WithSummary("Every room as it is just now: occupied, reachable, in a call, locked, level, forwarding, language");
}

/// <summary><c>switchboard room list</c>.</summary>
internal static class RoomBoardCommands
{
    public static Command List()
    {
        var command = new CliCommand("list", "Every room as it is now: occupied, reachable, in a call, locked, long-distance level, language", "switchboard room list", "switchboard room list --json");
        command.Does(async (cli, ct) => cli.Show(await cli.Api.GetAsync<RoomNow[]>("api/rooms/now", ct), rooms =>
        {
            var table = new TextTable("ROOM", "FLOOR", "GUESTS", "PHONE", "LOCKED", "LEVEL", "FORWARDED TO", "LANGUAGE", "PBX");
            foreach (var r in rooms)
            {
                table.Add(r.Number, r.Floor, r.Occupied switch { true => $"{r.Guests}", false => "vacant", null => "" },
                    r.InCall ? "in a call" : r.Reachable switch { true => "reachable", false => "GONE", null => "not known" },
                    r.LockPending ? "pending" : r.Locked ? "locked" : "", $"{r.Level}", r.ForwardTo, r.Languages, r.Pbx);
            }

            cli.Show(table, "There are no rooms yet: switchboard room import FILE.");
        }));
        return command;
    }
}
