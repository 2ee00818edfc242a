namespace Switchboard.Features.DoNotDisturb;

/// <summary>Event ids 4300 to 4399. Rooms and staff numbers, never guests' names.</summary>
internal static partial class LockLog
{
    [LoggerMessage(4300, LogLevel.Information, "Do not disturb: room {Room} locked by {By} ({How}){Until}{Pending}")]
    public static partial void Locked(this ILogger logger, string room, string by, string how, string until, string pending);

    [LoggerMessage(4301, LogLevel.Information, "Do not disturb: room {Room} released by {By} ({How}){Pending}")]
    public static partial void Released(this ILogger logger, string room, string by, string how, string pending);

    [LoggerMessage(4302, LogLevel.Information, "Do not disturb: room {Room} is now {State} at the PBX, {Seconds} s after it was asked for")]
    public static partial void Applied(this ILogger logger, string room, string state, string seconds);

    [LoggerMessage(4303, LogLevel.Warning, "Room {Room} is locked since {Since}: a welfare check is due, {Told}. Do: the duty manager sees whether the guest is well, then: switchboard dnd check {Room} --name NAME --outcome TEXT")]
    public static partial void WelfareDue(this ILogger logger, string room, string since, string told);

    [LoggerMessage(4304, LogLevel.Information, "Welfare check of room {Room} is done")]
    public static partial void WelfareDone(this ILogger logger, string room);

    [LoggerMessage(4305, LogLevel.Information, "Call to locked room {Room}: {Outcome}")]
    public static partial void LockedCall(this ILogger logger, string room, string outcome);

    [LoggerMessage(4306, LogLevel.Warning, "The round over locked rooms failed, trying again in 1 s: {Reason}")]
    public static partial void RoundFailed(this ILogger logger, string reason);
}
