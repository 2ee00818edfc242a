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

    [LoggerMessage(EventId = 2009, Message = "AstDB of PBX {Pbx} differed from what it should hold: of {Entries} entries {Missing} were missing, {Different} different; {Surplus} too many; {TakenOver} newer ones of phones were taken over. It is being set right")]
    public static partial void Different(this ILogger logger, LogLevel level, string pbx, int entries, int missing, int different, int surplus, int takenOver);

    [LoggerMessage(2010, LogLevel.Warning, "AstDB of PBX {Pbx} could not be compared, trying again each second: {Reason}. Phones go on by what it holds. Do: check the AMI user's rights (read and write need reporting)")]
    public static partial void ReadFailed(this ILogger logger, string pbx, string reason);

    [LoggerMessage(2011, LogLevel.Warning, "AstDB could not be written, trying again in a second: {Reason}. Locks, levels and check-ins of this moment are not yet effective at the phones")]
    public static partial void NotWritten(this ILogger logger, string reason);

    [LoggerMessage(2012, LogLevel.Warning, "The dialplan's report {Report} could not be stored: {Reason}. It is in the record of events, and what is in AstDB is taken over at the next comparison")]
    public static partial void ReportFailed(this ILogger logger, string report, string reason);

    [LoggerMessage(2013, LogLevel.Information, "PBX {Pbx}: its lease was worker {Before}'s, which does not answer; it is this worker's now")]
    public static partial void LeaseTaken(this ILogger logger, string pbx, string before);

    [LoggerMessage(2014, LogLevel.Warning, "PBX {Pbx} knows no lease: its dialplan is older than this worker, or extensions_switchboard.conf is not included. Guests: wake-ups ring; but should two workers serve this PBX, the PBX would not keep them apart. Do: install this version's dialplan files (extensions_switchboard_lease.conf among them) and reload the dialplan")]
    public static partial void NoLease(this ILogger logger, string pbx);

    [LoggerMessage(2015, LogLevel.Critical, "PBX {Pbx} is served by another worker: {Who} has served it since {Since} and answers at the PBX. This worker stands down and ends (exit code {ExitCode}). Guests: they are rung by the other one. Do: let this one be started again, it stands by; if both are meant to serve, two databases or two Pbx:Name have one Asterisk: correct one of them")]
    public static partial void StandsDown(this ILogger logger, string pbx, string who, string since, int exitCode);

    [LoggerMessage(2040, LogLevel.Warning, "The states of the phones of PBX {Pbx} cannot be read, until then nobody knows which phones are gone: {Reason}; check the AMI user's rights (read and write need reporting and call)")]
    public static partial void PhonesUnread(this ILogger logger, string pbx, string reason);

    [LoggerMessage(2041, LogLevel.Information, "The states of the phones of PBX {Pbx} are read again: {Count}")]
    public static partial void PhonesReadAgain(this ILogger logger, string pbx, int count);

    [LoggerMessage(2042, LogLevel.Error, "What was told of phone {Phone} could not be handled; going on with the next")]
    public static partial void PhoneFailed(this ILogger logger, Exception exception, string? phone);
}
