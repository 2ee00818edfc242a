using NodaTime;
using Switchboard.Features.Stays;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>What becomes of a guest's wake-ups when the guest leaves or moves: the next guest is never rung for the last one.</summary>
internal sealed class WakeUpStays(WakeUpStore store, DialerSignal dialer, ILogger<WakeUpStays> log)
{
    /// <summary>See <see cref="StayChangedHandler"/>.</summary>
    public async Task<StayEffects> ChangedAsync(StayChange change, CancellationToken ct)
    {
        var open = await store.LockOpenAsync(change.ToRoom is null ? [change.Room] : [change.Room, change.ToRoom], ct);
        var here = open.Where(c => c.Room == change.Room).ToList();
        if (change.Step == StayStep.CheckedIn)
        {
            return new StayEffects(null, BookedBefore(here, change.IsAlone));
        }

        // What belongs to the room alone goes with its last guest.
        var before = change.Step == StayStep.Moved ? BookedBefore(open.Where(c => c.Room == change.ToRoom), change.ToIsAlone) : [];
        var theirs = here.Where(c => c.StayId == change.Stay.Id || (c.StayId is null && change.IsAlone)).ToList();
        var notes = new List<string>();
        Action? after = null;
        foreach (var call in theirs)
        {
            var clash = change.Step == StayStep.Moved ? open.Find(c => c.Room == change.ToRoom && c.DueMinute == call.DueMinute) : null;
            if (change.Step == StayStep.Moved && clash is null) after += await MoveAsync(call, change, notes, ct);
            else after += await CancelAsync(call, change, clash, notes, ct);
        }

        return new StayEffects(after, [.. notes, .. before]);
    }

    // Whose they are only the desk can know.
    private List<string> BookedBefore(IEnumerable<WakeUpCall> calls, bool isEmpty) =>
        [.. calls.Where(c => isEmpty && c.StayId is null).Select(c => $"wake-up {c.Number} at {When(c)} was booked for room {c.Room} before")];

    private async Task<Action> CancelAsync(WakeUpCall call, StayChange change, WakeUpCall? clash, List<string> notes, CancellationToken ct)
    {
        var attempt = call.LastAttemptId;
        var effects = call.Cancel(change.By, clash is null ? GuestLeft : $"guest moved to room {change.ToRoom}, which has wake-up {clash.Number} for the same minute", change.At);
        var stored = await store.ApplyAsync(call, effects, ct);
        notes.Add($"wake-up {call.Number} at {When(call)} cancelled{(clash is null ? "" : $": room {change.ToRoom} has wake-up {clash.Number} for that time")}");
        return () =>
        {
            stored();
            log.Cancelled(call.Number, call.Room, change.By);
            if (effects.HangUp) dialer.HangUp(attempt);
        };
    }

    private async Task<Action> MoveAsync(WakeUpCall call, StayChange change, List<string> notes, CancellationToken ct)
    {
        var attempt = call.LastAttemptId;
        var underWay = call.State == WakeUpState.Attempting ? await store.AttemptAsync(attempt, ct) : null;
        var effects = call.MoveTo(change.ToRoom!, change.Stay.Id, underWay, change.By, change.At);
        var stored = await store.ApplyAsync(call, effects, ct);
        notes.Add($"wake-up {call.Number} at {When(call)} goes to room {change.ToRoom}");
        return () =>
        {
            stored();
            log.Moved(call.Number, change.Room, change.ToRoom!, change.By);
            if (effects.HangUp) dialer.HangUp(attempt);
            dialer.Wake();
        };
    }

    // Within a day the clock says it all.
    private string When(WakeUpCall call) => call.DueAt - store.Clock.GetCurrentInstant() < Duration.FromHours(24) ? WakeUpTimes.Clock(call.Time) : WakeUpStore.Clocked(call);

    /// <summary>Why a guest's wake-up is cancelled at check-out.</summary>
    public const string GuestLeft = "guest checked out";
}
