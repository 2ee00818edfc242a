using NodaTime;

namespace Switchboard.Features.Stays;

/// <summary>A change of a stay, told inside its transaction: the stay has changed, and nothing of it is in the database yet.</summary>
/// <param name="Stay">The stay after the change; at check-in its number is not known yet.</param>
/// <param name="Room">Where it happened; of a move the old room.</param>
/// <param name="IsAlone">No other guest stays in <paramref name="Room"/>: check-in of the first one, check-out or move of the last one.</param>
/// <param name="ToIsAlone">No other guest stays in <paramref name="ToRoom"/>.</param>
/// <param name="Level">The long-distance level that was asked for at check-in.</param>
internal sealed record StayChange(StayStep Step, Stay Stay, string Room, string? ToRoom, bool IsAlone, bool ToIsAlone, int? Level, string By, Instant At);

/// <summary>
/// Told of a change, inside its transaction; the feature decides what that means for what it has of the guest. Features register theirs as a
/// scoped service.
/// </summary>
internal delegate Task<StayEffects> StayChangedHandler(StayChange change, CancellationToken ct);

/// <summary>What a feature made of it: the action runs after the commit, the notes are told to the operator and kept in the stay's history (no names).</summary>
internal sealed record StayEffects(Action? AfterCommit, IReadOnlyList<string> Notes)
{
    public static readonly StayEffects None = new(null, []);
}
