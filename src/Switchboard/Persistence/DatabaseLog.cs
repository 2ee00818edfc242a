namespace Switchboard.Persistence;

/// <summary>Event ids 3000 to 3099.</summary>
internal static partial class DatabaseLog
{
    [LoggerMessage(3000, LogLevel.Information, "Database ready: PostgreSQL {Version}, {Migrations} migrations applied now, schema {Schema}")]
    public static partial void Ready(this ILogger logger, string version, int migrations, int schema);

    [LoggerMessage(EventId = 3002, Message = "This worker holds the lock of PBX {Pbx}")]
    public static partial void LeaseHeld(this ILogger logger, LogLevel level, string pbx);

    [LoggerMessage(3004, LogLevel.Information, "{Rows} rows of history were deleted: they ended more than {Days} days ago (History:RetentionDays)")]
    public static partial void HistoryDeleted(this ILogger logger, int rows, int days);

    [LoggerMessage(3005, LogLevel.Warning, "Old history could not be deleted, trying again tomorrow: {Reason}")]
    public static partial void HistoryNotKept(this ILogger logger, string reason);

    [LoggerMessage(3003, LogLevel.Warning, "Another worker serves PBX {Pbx}: {Who} has held its lock since {Since}. This worker stands by: it takes over within seconds when that one ends. Do: nothing if it is meant as the standby; else stop one of the two, or give each a Pbx:Name of its own")]
    public static partial void StandsBy(this ILogger logger, string pbx, string who, string since);

    [LoggerMessage(3006, LogLevel.Warning, "Another worker serves PBX {Pbx}: {Who} has served it since {Since} and answers at the PBX, whatever the database's lock says. This worker stands by and looks again every few seconds. Do: nothing while PostgreSQL is away or was restarted, the other has its lock again then; else two databases or two Pbx:Name serve one Asterisk: stop one of the workers")]
    public static partial void StandsByAtPbx(this ILogger logger, string pbx, string who, string since);

    [LoggerMessage(3007, LogLevel.Warning, "This worker takes over PBX {Pbx} from {Who}, which has gone. Guests: what falls due rings from here. Do: see why that one ended; when it is back it stands by")]
    public static partial void TakingOver(this ILogger logger, string pbx, string who);

    [LoggerMessage(3050, LogLevel.Warning, "A newer version has changed the database: its schema has number {Number} (Switchboard {Version}), this worker ({Own}) knows {OwnNumber}. It may run on it, and does. Do: finish the upgrade here as well; the next one would shut this worker out")]
    public static partial void SchemaNewer(this ILogger logger, int number, string version, int ownNumber, string own);

    [LoggerMessage(3051, LogLevel.Critical, "This worker must not run on this database: {Why}. Nothing was changed, and it ends. Guests: no wake-up rings until it is put right. Do: {Advice}")]
    public static partial void SchemaRefused(this ILogger logger, string why, string advice);

    [LoggerMessage(3052, LogLevel.Warning, "Waiting for another session that changes the database's schema: another worker's start, or a backup that is being restored")]
    public static partial void GuardTaken(this ILogger logger);
}
