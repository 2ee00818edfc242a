using Switchboard.Features.Stays;

namespace Switchboard.Features.Messages;

/// <summary>What becomes of a guest's messages when the guest leaves or moves: the next guest never sees the lamp of, or hears, what was the last one's.</summary>
internal sealed class MessageStays(MessageStore store)
{
    /// <summary>See <see cref="StayChangedHandler"/>.</summary>
    public async Task<StayEffects> ChangedAsync(StayChange change, CancellationToken ct)
    {
        var open = (await store.HoldOpenAsync(change.Room, ct)).Where(m => m.LeftAt is null).ToList();
        if (change.Step == StayStep.CheckedIn)
        {
            return change.IsAlone ? LeftBefore(open, "check-in", change) : StayEffects.None;
        }

        // Before the guest's own come along, which are not to be taken for what was there.
        var there = change is { Step: StayStep.Moved, ToIsAlone: true }
            ? LeftBefore([.. (await store.HoldOpenAsync(change.ToRoom!, ct)).Where(m => m.LeftAt is null)], "move", change)
            : StayEffects.None;

        // What belongs to the room alone goes with its last guest.
        var theirs = open.Where(m => m.StayId == change.Stay.Id || (m.StayId is null && change.IsAlone)).ToList();
        if (theirs.Count == 0) return there;
        var after = there.AfterCommit;
        foreach (var message in theirs)
        {
            if (change.Step == StayStep.CheckedOut)
            {
                message.GuestLeft(change.At);
                after += store.Stepped(message, "guest checked out", change.By, "check-out", change.At);
            }
            else
            {
                message.MoveTo(change.ToRoom!, change.Stay.Id);
                var told = store.Stepped(message, $"goes along from room {change.Room} to room {change.ToRoom}", change.By, "move", change.At);
                after += told + (() => store.LampChanged(change.Room));
            }
        }

        var numbers = string.Join(", ", theirs.Select(m => m.Number));
        if (change.Step == StayStep.Moved) return new(after, [.. there.Notes, $"{Messages(theirs.Count)} ({numbers}) {(theirs.Count == 1 ? "goes" : "go")} along to room {change.ToRoom}"]);
        var waiting = theirs.Where(m => m.State == MessageState.Waiting).Select(m => m.Number).ToList();
        return new(after, waiting.Count == 0 ? [] : [$"{Messages(waiting.Count)} {(waiting.Count == 1 ? "was" : "were")} not collected ({string.Join(", ", waiting)}): deliver or hand over, else deleted later"]);
    }

    /// <summary>Left for the room before this guest came: only staff can tell whether it is this guest's.</summary>
    private StayEffects LeftBefore(List<Message> open, string how, StayChange change)
    {
        Action? after = null;
        foreach (var message in open)
        {
            message.GuestLeft(change.At);
            after += store.Stepped(message, "left before this guest came", change.By, how, change.At);
        }

        return new(after, [.. open.Select(m => $"message {m.Number} was left for room {m.Room} before: look whether it is this guest's (switchboard message read {m.Number}); it is not told at the phone")]);
    }

    private static string Messages(int count) => count == 1 ? "1 message" : $"{count} messages";
}
