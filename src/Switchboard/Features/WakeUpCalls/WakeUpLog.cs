namespace Switchboard.Features.WakeUpCalls;

/// <summary>Event ids 5000 to 5099: one line a fact, with room and wake-up number, never a guest's name.</summary>
internal static partial class WakeUpLog
{
    [LoggerMessage(5000, LogLevel.Information, "Wake-up {Number} booked: room {Room} at {Time} ({Zone}), by {By}")]
    public static partial void Booked(this ILogger logger, long number, string room, string time, string zone, string by);

    [LoggerMessage(5001, LogLevel.Information, "Wake-up {Number} changed: room {Room} now at {Time}, by {By}")]
    public static partial void Changed(this ILogger logger, long number, string room, string time, string by);

    [LoggerMessage(5002, LogLevel.Information, "Wake-up {Number} cancelled: room {Room}, by {By}")]
    public static partial void Cancelled(this ILogger logger, long number, string room, string by);

    [LoggerMessage(5003, LogLevel.Information, "Wake-up {Number} dialled: room {Room}, attempt {Attempt}")]
    public static partial void Dialled(this ILogger logger, long number, string room, int attempt);

    [LoggerMessage(5004, LogLevel.Warning, "Wake-up {Number} dialled late: room {Room}, attempt {Attempt}, due {Due}")]
    public static partial void DialledLate(this ILogger logger, long number, string room, int attempt, string due);

    [LoggerMessage(5005, LogLevel.Information, "Wake-up {Number}, room {Room}, attempt {Attempt}: {Outcome}; now {State}{Next}")]
    public static partial void AttemptEnded(this ILogger logger, long number, string room, int attempt, string outcome, string state, string next);

    [LoggerMessage(5006, LogLevel.Warning, "Wake-up {Number}, room {Room}: {State}, {Cause}")]
    public static partial void GivenUp(this ILogger logger, long number, string room, string state, string cause);

    [LoggerMessage(5007, LogLevel.Error, "Wake-ups: the dialer's round failed, trying again in 1 s: {Reason}")]
    public static partial void TickFailed(this ILogger logger, string reason);

    [LoggerMessage(5008, LogLevel.Error, "Wake-ups: results cannot be stored (room {Room}, attempt {Attempt}: {Outcome}), they are kept and tried again: {Reason}")]
    public static partial void StoreFailed(this ILogger logger, string room, int attempt, string outcome, string reason);

    [LoggerMessage(5009, LogLevel.Warning, "Wake-up {Number}, room {Room}: attempt {Attempt} of an earlier run is followed again")]
    public static partial void Resumed(this ILogger logger, long number, string room, int attempt);

    [LoggerMessage(5010, LogLevel.Warning, "{Count} proofs at the PBX belong to no wake-up in this database and are left there (first: {ChannelId})")]
    public static partial void StrayProofs(this ILogger logger, int count, string channelId);

    [LoggerMessage(5011, LogLevel.Warning, "Zone data changed: wake-up {Number}, room {Room} at {Time} {Zone} now rings at {Instant}")]
    public static partial void Rederived(this ILogger logger, long number, string room, string time, string zone, string instant);

    [LoggerMessage(5017, LogLevel.Warning, "Zone data changed: wake-up {Number}, room {Room} at {Time} {Zone} now falls together with another one of its room and stays at its old instant")]
    public static partial void RederivedTogether(this ILogger logger, long number, string room, string time, string zone);

    [LoggerMessage(5012, LogLevel.Warning, "Wake-up {Number}, room {Room}: PBX link down at the due time; it still rings if the link is back within {Limit}")]
    public static partial void PbxDown(this ILogger logger, long number, string room, TimeSpan limit);

    [LoggerMessage(5014, LogLevel.Warning, "Wake-ups: the times of sending, ringing and answering cannot be marked; the results will bring them: {Reason}")]
    public static partial void MarksFailed(this ILogger logger, string reason);

    [LoggerMessage(5015, LogLevel.Warning, "This machine's clock was set {Seconds} s {Direction}; it is {Now} now. Guests: wake-ups follow the new time. Do: check NTP if nobody set it")]
    public static partial void ClockStepped(this ILogger logger, string seconds, string direction, string now);

    [LoggerMessage(5016, LogLevel.Information, "The system's zone data changed (now {Version}): wake-ups are derived from it anew")]
    public static partial void ZoneDataChanged(this ILogger logger, string version);

    [LoggerMessage(5018, LogLevel.Information, "Wake-up {Number} goes from room {Room} to room {To} with its guest, by {By}")]
    public static partial void Moved(this ILogger logger, long number, string room, string to, string by);

    [LoggerMessage(5019, LogLevel.Warning, "Wake-up {Number}, room {Room}: its guest has checked out, it is cancelled and not rung")]
    public static partial void GuestGone(this ILogger logger, long number, string room);

    [LoggerMessage(5013, LogLevel.Error, "Wake-up of room {Room}, attempt {Attempt}: the call could not be begun: {Reason}")]
    public static partial void DialFailed(this ILogger logger, Exception exception, string room, int attempt, string reason);

    [LoggerMessage(5040, LogLevel.Warning, "The database was restored at {Restored} from backup {Backup} of {Taken}: {Missed} wake-ups that fell due in between were not rung and are on housekeeping's list. Guests: what was booked or cancelled in between is not known. Do: have the desk go through what was done since the backup")]
    public static partial void RestoreSettled(this ILogger logger, string restored, string backup, string taken, int missed);
}
