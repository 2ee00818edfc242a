namespace Switchboard.Persistence;

/// <summary>Event ids 3000 to 3099.</summary>
internal static partial class DatabaseLog
{
    [LoggerMessage(3000, LogLevel.Information, "Database ready: PostgreSQL {Version}, {Migrations} migrations applied now")]
    public static partial void Ready(this ILogger logger, string version, int migrations);

    [LoggerMessage(EventId = 3002, Message = "This worker holds the lock of PBX {Pbx}")]
    public static partial void LeaseHeld(this ILogger logger, LogLevel level, string pbx);

    [LoggerMessage(3004, LogLevel.Information, "{Rows} rows of history were deleted: they ended more than {Days} days ago (History:RetentionDays)")]
    public static partial void HistoryDeleted(this ILogger logger, int rows, int days);

    [LoggerMessage(3005, LogLevel.Warning, "Old history could not be deleted, trying again tomorrow: {Reason}")]
    public static partial void HistoryNotKept(this ILogger logger, string reason);

    [LoggerMessage(3003, LogLevel.Critical, "Another worker serves PBX {Pbx}: {Holder}. One PBX has one worker; this one ends.")]
    public static partial void LeaseTaken(this ILogger logger, string pbx, string holder);
}
