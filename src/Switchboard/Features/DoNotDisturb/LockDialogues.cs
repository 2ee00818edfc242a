using Switchboard.Features.Access;
using Switchboard.Features.Staff;
using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>
/// What operators do with a lock at their phones: *78ROOM and *79ROOM, and ringing through a lock. Each is done in the name of somebody who has
/// typed staff number and PIN; rooms, prompts and hang-ups are the dialplan's (extensions_switchboard_rooms.conf).
/// </summary>
internal sealed class LockDialogues(IServiceScopeFactory scopes)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>ROOM, on or off.</summary>
    public PhoneScript RoomLock() => new("room-lock", async (caller, ct) =>
    {
        await caller.BeginAsync(Limit, ct);
        await using var scope = scopes.CreateAsyncScope();
        if (caller.Arguments is not [var room, ("on" or "off") and var wanted, ..] || await AskAsync(scope.ServiceProvider, caller, ct) is not { } staff) return;
        var desk = scope.ServiceProvider.GetRequiredService<LockDesk>();
        var by = new Caller(caller.Phone, Roles.Operator);
        try
        {
            if (wanted == "on") await desk.SetAsync(room, new LockSet(null, null, staff), by, LockWays.Operator, ct);
            else await desk.ReleaseAsync(room, staff, by, LockWays.Operator, ct);
        }
        catch (Exception refused) when (refused is ConflictException or InvalidInputException)
        {
            // Locked already, not locked, vacant: nothing was changed, and it is said so.
            await caller.SayAsync("switchboard/refused", ct);
            return;
        }

        await caller.SayAsync(wanted == "on" ? "switchboard/room-locked" : "switchboard/room-released", ct);
    });

    /// <summary>ROOM; leaves SB_ALLOWED=1 and SB_STAFF for the dialplan, which rings and reports it.</summary>
    public PhoneScript RingThrough() => new("ring-through", async (caller, ct) =>
    {
        await caller.BeginAsync(Limit, ct);
        await using var scope = scopes.CreateAsyncScope();
        if (await AskAsync(scope.ServiceProvider, caller, ct) is not { } staff) return;
        await caller.SetAsync("SB_STAFF", staff, ct);
        await caller.SetAsync("SB_ALLOWED", "1", ct);
    });

    private static Task<string?> AskAsync(IServiceProvider services, PhoneDialogue caller, CancellationToken ct) => services.GetRequiredService<StaffDialogue>().AskStaffAsync(caller, ct);
}
