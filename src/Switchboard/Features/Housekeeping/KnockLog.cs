namespace Switchboard.Features.Housekeeping;

/// <summary>Event ids 4000 to 4099. Findings and names of people are never logged.</summary>
public static partial class KnockLog
{
    [LoggerMessage(4000, LogLevel.Warning,
        "Room {Room} (floor {Floor}) to housekeeping: {Source} {Number} of {Time} not reached, {Reason}; attempts: {Results}. Somebody must knock.")]
    public static partial void Listed(this ILogger logger, string room, string? floor, string source, long number, string time, string reason, string results);

    [LoggerMessage(4001, LogLevel.Information, "Housekeeping closed entry {Entry}, room {Room}, wake-up {Number}; guest awake: {Awake}")]
    public static partial void Closed(this ILogger logger, long entry, string room, long number, bool awake);
}
