namespace Switchboard.Persistence.Local;

/// <summary>Event ids 3100 to 3199.</summary>
internal static partial class LocalLog
{
    [LoggerMessage(3100, LogLevel.Warning, "Going on without PostgreSQL from this machine's own copy: {Rows} rows. What happens is kept in the journal; see the line about the outage")]
    public static partial void Offline(this ILogger logger, int rows);

    [LoggerMessage(3101, LogLevel.Information, "PostgreSQL has everything again: {Facts} units of work were stored from the journal")]
    public static partial void Drained(this ILogger logger, int facts);

    [LoggerMessage(3102, LogLevel.Error, "This machine's copy cannot be used: {Reason}. Guests: wake-ups ring while PostgreSQL is there; without it none would. Do: check Journal:Directory and the worker's rights to it")]
    public static partial void Unusable(this ILogger logger, string reason);

    [LoggerMessage(3103, LogLevel.Error, "This machine's copy was written last at {Written}, too long ago to be rung from; waiting for PostgreSQL. Guests: no wake-up rings until it answers. Do: start PostgreSQL")]
    public static partial void CopyTooOld(this ILogger logger, string written);

    [LoggerMessage(3104, LogLevel.Error, "This machine's copy cannot be written: {Reason}. Guests: if PostgreSQL and then this worker fail, wake-ups booked since do not ring. Do: make room on the disk of Journal:Directory")]
    public static partial void CopyNotWritten(this ILogger logger, string reason);

    [LoggerMessage(3105, LogLevel.Error, "A row of this machine's copy ({Entity}) cannot be read and is left out: {Reason}")]
    public static partial void RowLeftOut(this ILogger logger, string entity, string reason);

    [LoggerMessage(3106, LogLevel.Error, "The journal of facts was torn ({File}): its last {Bytes} bytes are no whole record, as after a power cut, and were cut off. What they told was not acknowledged to anybody")]
    public static partial void FactsTorn(this ILogger logger, string file, long bytes);

    [LoggerMessage(3107, LogLevel.Error, "The journal of facts is damaged: {Bytes} bytes of {File} cannot be read. Guests: results of wake-ups during the outage may be missing. Do: check the disk, compare housekeeping's list with the log")]
    public static partial void FactsDamaged(this ILogger logger, string file, long bytes);

    [LoggerMessage(3108, LogLevel.Error, "PostgreSQL refuses what was done while it was away ({Rows}): {Reason}. It is kept in table rejected_facts; the rest goes on. Do: look there and put it right by hand")]
    public static partial void FactRefused(this ILogger logger, string rows, string reason);

    [LoggerMessage(3109, LogLevel.Warning, "A change made while PostgreSQL was away belongs to a row that is gone: {Entity} {Key}")]
    public static partial void FactWithoutRow(this ILogger logger, string entity, string key);

    [LoggerMessage(3111, LogLevel.Error, "What happens without PostgreSQL cannot be kept on this machine's disk: {Reason}. Guests: wake-ups ring, but if this worker ends now, what came of them is lost. Do: make room on the disk of Journal:Directory, start PostgreSQL; do not restart this worker")]
    public static partial void FactsNotSynced(this ILogger logger, string reason);

    [LoggerMessage(3110, LogLevel.Warning, "The journal could not be drained yet, trying again: {Reason}")]
    public static partial void DrainFailed(this ILogger logger, string reason);

    [LoggerMessage(3112, LogLevel.Warning, "What this worker did without PostgreSQL before another one took over was stored now: {Facts} units of work. Guests: what was booked or cancelled here meanwhile counts from now on. Do: have the desk compare the coming wake-ups")]
    public static partial void DrainedStandingBy(this ILogger logger, int facts);

    [LoggerMessage(3150, LogLevel.Warning, "The database was restored at {Restored} from backup {Backup} of {Taken}. What this machine had kept of the former one is not stored in it and was put aside in {Folder}, with {Facts} units of work that PostgreSQL had not yet. Do: look there if something is missed; delete it when nobody needs it")]
    public static partial void PutAside(this ILogger logger, string restored, string backup, string taken, string folder, int facts);

    [LoggerMessage(3151, LogLevel.Error, "The database was restored at {Restored} from backup {Backup} of {Taken} while this worker went on without it. What it holds in memory is of the former database: it ends (exit code 75), to be started anew. Do: start it again if nothing else does")]
    public static partial void RestoredMeanwhile(this ILogger logger, string restored, string backup, string taken);

    [LoggerMessage(3153, LogLevel.Error, "The database is of an older version than when this worker began: a backup was restored meanwhile. It ends (exit code 75), to be started anew and bring it up to date. Do: start it again if nothing else does")]
    public static partial void OlderBase(this ILogger logger);

    [LoggerMessage(3152, LogLevel.Error, "It cannot be noted on this machine's disk that the database was restored: {Reason}. Do: make room on the disk of Journal:Directory, check rights; at the next start this machine's copy is put aside once more")]
    public static partial void BaseNotNoted(this ILogger logger, string reason);
}
