using Switchboard.Features.Stays;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>What a stay's change means for the room's lock: it ends with the last guest, and goes along with one who had the room alone.</summary>
internal sealed class LockStays(LockStore store)
{
    public async Task<StayEffects> ChangedAsync(StayChange change, CancellationToken ct)
    {
        // What somebody left in the empty room that a guest moves into is no wish of this one's.
        if (change is { Step: StayStep.Moved, ToIsAlone: true } && await store.OpenAsync(change.ToRoom!, ct) is { } left)
        {
            // (one who had it locked brings the wish along, and finds it fulfilled)
            if (change.IsAlone && await store.OpenAsync(change.Room, ct) is { } theirs)
                return new(store.Release(theirs, change.By, LockWays.Move, change.At), [$"room {change.ToRoom} is locked already"]);
            return new(store.Release(left, change.By, LockWays.Move, change.At), [$"do not disturb released in room {change.ToRoom}"]);
        }

        // Who shares the room still wants it so.
        if (!change.IsAlone || await store.OpenAsync(change.Room, ct) is not { } locked) return StayEffects.None;
        // At check-in: what somebody left who was not a guest here. The new one has not asked for it.
        if (change.Step is StayStep.CheckedOut or StayStep.CheckedIn)
            return new(store.Release(locked, change.By, change.Step == StayStep.CheckedIn ? LockWays.CheckIn : LockWays.CheckOut, change.At), ["do not disturb released"]);

        var released = store.Release(locked, change.By, LockWays.Move, change.At);
        if (!change.ToIsAlone)
            return new(released, [$"do not disturb released: room {change.ToRoom} has another guest, who was not asked"]);
        var request = new LockRequest(change.ToRoom!, locked.Pbx, locked.GuestName, change.Stay.Id, locked.Until, locked.SetBy, LockWays.Move);
        var moved = RoomLock.Set(request, change.At, store.LastLookedAt(locked));
        return new(released + store.Set(moved, request, ""), [$"do not disturb goes along to room {change.ToRoom}"]);
    }
}
