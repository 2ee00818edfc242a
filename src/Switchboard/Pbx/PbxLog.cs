namespace Switchboard.Pbx;

/// <summary>Event ids 2000 to 2099.</summary>
internal static partial class PbxLog
{
    [LoggerMessage(EventId = 2000, Message = "PBX {Pbx} ready: {Summary}")]
    public static partial void Ready(this ILogger logger, LogLevel level, string pbx, string summary);

    [LoggerMessage(2002, LogLevel.Warning, "PBX {Pbx}: {Lost} events were lost (too many at once, or one was too long); reading the PBX's state anew")]
    public static partial void Gap(this ILogger logger, string pbx, long lost);

    [LoggerMessage(2004, LogLevel.Warning, "Call {ChannelId} could not be hung up: {Reason}")]
    public static partial void HangUpFailed(this ILogger logger, string channelId, string reason);

    [LoggerMessage(2005, LogLevel.Warning, "{Count} proofs could not be deleted from AstDB, they stay until the next time: {Reason}")]
    public static partial void ForgetFailed(this ILogger logger, int count, string reason);

    [LoggerMessage(2006, LogLevel.Warning, "Call {ChannelId} gave no report within its time; hanging up and asking the PBX")]
    public static partial void Overdue(this ILogger logger, string channelId);

    [LoggerMessage(2007, LogLevel.Error, "Event {Event} of the PBX could not be handled; going on with the next")]
    public static partial void EventFailed(this ILogger logger, Exception exception, string? @event);

    [LoggerMessage(2008, LogLevel.Warning, "PBX {Pbx} is at {Host}, and AMI to it is not encrypted: set Pbx:Tls (and tlsenable in manager.conf)")]
    public static partial void NotEncrypted(this ILogger logger, string pbx, string host);
}
