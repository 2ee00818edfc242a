namespace Switchboard.Features.Messages;

/// <summary>Event ids 4800 to 4849. Rooms, numbers of messages and files; never names, numbers of callers, or what a message says.</summary>
internal static partial class MessageLog
{
    [LoggerMessage(4800, LogLevel.Information, "Message {Number} for {To}: {What} by {By} ({How})")]
    public static partial void Stepped(this ILogger logger, long number, string to, string what, string by, string how);

    [LoggerMessage(4801, LogLevel.Warning, "Message {Number} for {To}: its recording {Path} is not there. Do: look whether Pbx:MessagesDirectory is the folder that Asterisk knows as SB_MESSAGES; the caller can be asked, switchboard message read {Number} --by STAFFNO shows the number")]
    public static partial void RecordingMissing(this ILogger logger, long number, string to, string path);

    [LoggerMessage(4802, LogLevel.Error, "A caller's message for {To} could not be recorded as {Path}: the caller was put through to an operator. Do: see whether the disk of that folder is full (df), and whether Asterisk may write there")]
    public static partial void RecordingFailed(this ILogger logger, string to, string path);

    [LoggerMessage(4803, LogLevel.Information, "A caller left nothing but silence for {To}: recording {Recording} is removed")]
    public static partial void RecordingEmpty(this ILogger logger, string to, string recording);

    [LoggerMessage(4804, LogLevel.Warning, "Recording {Path} could not be removed, trying again every day: {Reason}. Do: let the worker's user write in Pbx:MessagesDirectory")]
    public static partial void NotRemoved(this ILogger logger, string path, string reason);

    [LoggerMessage(4805, LogLevel.Information, "{Count} recordings that belong to no message any more were removed")]
    public static partial void Swept(this ILogger logger, int count);

    [LoggerMessage(4806, LogLevel.Warning, "Recordings that belong to no message could not be looked for, trying again tomorrow: {Reason}")]
    public static partial void NotSwept(this ILogger logger, string reason);

    [LoggerMessage(4807, LogLevel.Warning, "The message lamps of {Count} rooms could not be set, all are compared anew: {Reason}")]
    public static partial void LampsNotMade(this ILogger logger, int count, string reason);

    [LoggerMessage(4808, LogLevel.Warning, "The round over messages failed, trying again in 1 s: {Reason}")]
    public static partial void RoundFailed(this ILogger logger, string reason);

    [LoggerMessage(4809, LogLevel.Warning, "AstDB's switchboard_message/{Id} is not of a known shape: it is kept, and its recording. Do: bring worker and dialplan to the same version, or look at it (database get switchboard_message {Id}) and delete it (database del switchboard_message {Id})")]
    public static partial void NotUnderstood(this ILogger logger, string id);

    [LoggerMessage(4813, LogLevel.Warning, "A caller's unfinished message for {To} cannot be told: {Path} cannot be read, it is looked at again with every reading of AstDB. Do: see whether Pbx:MessagesDirectory is mounted and the worker's user may read it")]
    public static partial void NotReadable(this ILogger logger, string to, string path);

    [LoggerMessage(4810, LogLevel.Error, "Message {Number}: recording {Path} is not what was recorded (its checksum differs): it is not played. Do: find out who changed it")]
    public static partial void RecordingChanged(this ILogger logger, long number, string path);

    [LoggerMessage(4811, LogLevel.Warning, "Message {Number}: recording {Path} could not be played in room {Room}: the guest was told to ask the information desk")]
    public static partial void NotPlayed(this ILogger logger, long number, string path, string room);

    [LoggerMessage(4812, LogLevel.Warning, "A caller's message was left for {Dest}, which is no room of PBX {Pbx}: it is kept as one for that extension. Do: switchboard message list")]
    public static partial void NoSuchRoom(this ILogger logger, string dest, string pbx);
}
