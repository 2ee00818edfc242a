using Microsoft.Extensions.Options;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;

namespace Switchboard.Features.Extensions;

/// <summary>What a stay's change means for the room's extension: check-in opens it, check-out bars it and ends its forwarding, a move carries both along.</summary>
internal sealed class ExtensionStays(ExtensionStore store, RoomRegister rooms, ExtensionSignal signal, IOptions<OutsideOptions> options)
{
    public async Task<StayEffects> ChangedAsync(StayChange change, CancellationToken ct)
    {
        // Whoever came or left: the room's language and whether it is vacant.
        Action after = () =>
        {
            signal.Changed(change.Room);
            if (change.ToRoom is { } to) signal.Changed(to);
        };
        var notes = new List<string>();
        var state = await store.HoldAsync(await rooms.GetAsync(change.Room, ct), ct);
        switch (change.Step)
        {
            case StayStep.CheckedIn when change.IsAlone || change.Level is not null:
                after += store.SetLevel(state, change.Level ?? options.Value.CheckInLevel, change.By, "check-in");
                notes.Add($"long-distance level {change.Level ?? options.Value.CheckInLevel}");
                // What the last guest left, or a phone wrote that nobody has read yet, is not this one's.
                if (change.IsAlone)
                {
                    if (state.ForwardTo is { } left) notes.Add($"forwarding to {left} ended");
                    after += store.Forward(state, null, change.At, change.By, "check-in");
                }

                break;
            case StayStep.CheckedOut when change.IsAlone:
                after += Close(state, change, notes, "check-out");
                break;
            case StayStep.Moved:
                var target = await store.HoldAsync(await rooms.GetAsync(change.ToRoom, ct), ct);
                if (change.ToIsAlone)
                {
                    after += store.SetLevel(target, state.Level, change.By, "move");
                    notes.Add($"long-distance level {state.Level ?? options.Value.DefaultLevel} goes along");
                    var forward = change.IsAlone && state.ForwardTo != target.Room ? state.ForwardTo : null;
                    if (forward is not null) notes.Add($"forwarding to {forward} goes along");
                    else if (target.ForwardTo is { } left) notes.Add($"forwarding of room {target.Room} to {left} ended");
                    // Also where nothing is known: what a phone wrote there that nobody has read yet is not this guest's.
                    after += store.Forward(target, forward, change.At, change.By, "move");
                }

                if (change.IsAlone) after += Close(state, change, [], "move");
                break;
        }

        return new(after, notes);
    }

    private Action Close(ExtensionState state, StayChange change, List<string> notes, string how)
    {
        if (state.ForwardTo is { } forward) notes.Add($"forwarding to {forward} ended");
        notes.Add("outside calls barred");
        return store.SetLevel(state, 0, change.By, how) + store.Forward(state, null, change.At, change.By, how);
    }
}
