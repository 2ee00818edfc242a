namespace Switchboard.Persistence;

/// <summary>Event ids 3000 to 3099.</summary>
internal static partial class DatabaseLog
{
    [LoggerMessage(3000, LogLevel.Information, "Database ready: PostgreSQL {Version}, {Migrations} migrations applied now")]
    public static partial void Ready(this ILogger logger, string version, int migrations);

    [LoggerMessage(3001, LogLevel.Error, "Database not reachable: {Reason}. Nothing can be booked or claimed until it is; trying again for ever. Check PostgreSQL.")]
    public static partial void NotReachable(this ILogger logger, string reason);

    [LoggerMessage(3002, LogLevel.Information, "This worker holds the lock of PBX {Pbx}")]
    public static partial void LeaseHeld(this ILogger logger, string pbx);

    [LoggerMessage(3003, LogLevel.Critical, "Another worker serves PBX {Pbx}: {Holder}. One PBX has one worker; this one ends.")]
    public static partial void LeaseTaken(this ILogger logger, string pbx, string holder);

    [LoggerMessage(3004, LogLevel.Error, "The connection that holds the lock of PBX {Pbx} was lost: {Reason}. Nothing new is claimed until it is back.")]
    public static partial void LeaseLost(this ILogger logger, string pbx, string reason);
}
