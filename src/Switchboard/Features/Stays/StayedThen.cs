using NodaTime;

namespace Switchboard.Features.Stays;

/// <summary>Whose something was that happened in a room, seen from now.</summary>
/// <param name="Stays">The guests of then, as far as they are known.</param>
/// <param name="Room">Where it belongs now: it goes along with whoever was the last of them to leave the room for another one.</param>
/// <param name="Left">It is nobody's of now: they have left the house since.</param>
internal sealed record StayedThen(IReadOnlyList<Stay> Stays, string Room, bool Left)
{
    /// <summary>Pure: by the history of the stays.</summary>
    /// <param name="events">Of these stays, in any order; may be incomplete where the database is away.</param>
    public static StayedThen Of(string room, Instant at, IReadOnlyCollection<StayEvent> events, IReadOnlyCollection<Stay> stays, bool isComplete)
    {
        var known = stays.ToDictionary(s => s.Id);
        var histories = events.GroupBy(e => e.StayId).ToDictionary(g => g.Key, g => g.OrderBy(e => e.At).ThenBy(e => e.Id).ToList());
        // Of a stay without history only where it is now is known.
        var then = histories.Where(h => RoomAt(h.Value, at, known.GetValueOrDefault(h.Key)) == room).Select(h => h.Key)
            .Concat(stays.Where(s => !histories.ContainsKey(s.Id) && s.Room == room && s.CheckedInAt <= at && !(s.CheckedOutAt <= at)).Select(s => s.Id)).ToList();
        var theirs = then.Where(known.ContainsKey).Select(id => known[id]).OrderBy(s => s.Number).ToList();
        var isThere = stays.Any(s => s.CheckedOutAt is null && s.Room == room);
        if (then.Count == 0) return new([], room, isThere || isComplete);
        if (theirs.Exists(s => s.CheckedOutAt is null && s.Room == room)) return new(theirs, room, false);
        // As if it had been known in time: what is the room's goes with its last guest.
        var last = then.MaxBy(id => histories.TryGetValue(id, out var history) ? history.Where(e => e.At > at && e.Room == room).Select(e => e.At).DefaultIfEmpty().Min() : default);
        return known.TryGetValue(last, out var guest) && guest.CheckedOutAt is null ? new([guest], guest.Room, false) : new(theirs, room, true);
    }

    /// <summary>Where a stay was; null before and after it, where that is known.</summary>
    private static string? RoomAt(List<StayEvent> history, Instant at, Stay? stay)
    {
        if (history.FindLast(e => e.At <= at) is { } last) return last.Step switch { StayStep.CheckedIn => last.Room, StayStep.Moved => last.ToRoom, _ => null };
        // The history may begin here with a later step than the check-in.
        return history[0].Step != StayStep.CheckedIn && !(stay?.CheckedInAt > at) ? history[0].Room : null;
    }
}
