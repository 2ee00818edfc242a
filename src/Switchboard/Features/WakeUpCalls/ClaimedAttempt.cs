using NodaTime;
using Switchboard.Features.Rooms;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>An attempt that is committed and waits in memory to be dialled, or is being followed.</summary>
internal sealed record ClaimedAttempt(
    Guid CallId, long CallNumber, Guid AttemptId, int AttemptNumber, string ChannelId, Instant DueAt, bool Late,
    Room Room, string? Language, bool SnoozeAllowed)
{
    public static ClaimedAttempt Of(WakeUpCall call, WakeUpAttempt attempt, Room room, WakeUpOptions rules) => new(
        call.Id, call.Number, attempt.Id, attempt.Number, attempt.ChannelId, attempt.DueAt, attempt.Late, room, call.Language,
        call.SnoozesUsed < rules.Snoozes);
}
