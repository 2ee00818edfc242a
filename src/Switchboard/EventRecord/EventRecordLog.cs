namespace Switchboard.EventRecord;

/// <summary>Event ids 2100 to 2199.</summary>
internal static partial class EventRecordLog
{
    [LoggerMessage(2100, LogLevel.Error, "The event journal was torn ({File}): its last {Bytes} bytes are no whole record, as after a power cut, and were cut off. Do: nothing; the PBX's own file fills the gap")]
    public static partial void Torn(this ILogger logger, string file, long bytes);

    [LoggerMessage(2101, LogLevel.Error, "The event journal is damaged: {Bytes} bytes of {File} cannot be read; going on behind them. Do: check the disk; the PBX's own file fills the gap of calls")]
    public static partial void Damaged(this ILogger logger, string file, long bytes);

    [LoggerMessage(2102, LogLevel.Error, "Record {Sequence} of the event journal cannot be understood and is left out: {Reason}")]
    public static partial void Unreadable(this ILogger logger, long sequence, string reason);

    [LoggerMessage(2103, LogLevel.Error, "{Count} events of the PBX are lost: {Reason}. Guests: wake-ups are not touched. Do: make room on the disk or start PostgreSQL; calls are read again from the PBX's own file (EventRecord:CelFile)")]
    public static partial void Lost(this ILogger logger, long count, string reason);

    [LoggerMessage(2104, LogLevel.Warning, "The event record: PostgreSQL does not take events, they are kept in the journal: {Reason}")]
    public static partial void ToJournal(this ILogger logger, string reason);

    [LoggerMessage(2105, LogLevel.Information, "The event record: {Count} events were stored from the journal; it is empty again")]
    public static partial void Drained(this ILogger logger, long count);

    [LoggerMessage(2106, LogLevel.Error, "PostgreSQL refuses an event for what it is ({Event}, {Sequence} of session {Session}), it is left out: {Reason}")]
    public static partial void Refused(this ILogger logger, string @event, long sequence, Guid session, string reason);

    [LoggerMessage(2107, LogLevel.Error, "The event journal is {Percent} % full ({Size} of {Limit} MiB) and PostgreSQL is still away: when it is full, events are lost. Guests: wake-ups are not touched. Do: start PostgreSQL, or raise Journal:EventsLimit")]
    public static partial void Filling(this ILogger logger, int percent, long size, long limit);

    [LoggerMessage(2108, LogLevel.Information, "Events of {Days} were dropped: they are older than EventRecord:RetentionDays")]
    public static partial void Dropped(this ILogger logger, string days);

    [LoggerMessage(2109, LogLevel.Warning, "The event table's days could not be seen to, trying again: {Reason}. Guests: not touched; events are kept in the journal when a day is missing. Do: give the database user its rights (it owns pbx_events)")]
    public static partial void KeepFailed(this ILogger logger, string reason);

    [LoggerMessage(2110, LogLevel.Information, "Outage of the record of PBX {Pbx}: {Cause}, {From} to {Until}; {Recovered} call events recovered from the PBX's own file{Missing}")]
    public static partial void Outage(this ILogger logger, string pbx, string cause, string from, string until, long? recovered, string missing);

    [LoggerMessage(2111, LogLevel.Information, "The PBX's own call file was read: {Read} call events, {Recovered} of them were missing and are stored now")]
    public static partial void Recovered(this ILogger logger, long read, long recovered);

    [LoggerMessage(2112, LogLevel.Warning, "The PBX's own call file has a hole: {Missing}")]
    public static partial void CelHole(this ILogger logger, string missing);

    [LoggerMessage(2113, LogLevel.Error, "The PBX's own call file cannot be read: {Reason}. Guests: not touched; calls during outages stay unknown. Do: check EventRecord:CelFile and the worker's rights to it")]
    public static partial void CelUnreadable(this ILogger logger, string reason);

    [LoggerMessage(2114, LogLevel.Error, "The event journal cannot be used: {Reason}. Guests: not touched; while PostgreSQL is away events are lost. Do: check Journal:Directory and the worker's rights to it")]
    public static partial void NoJournal(this ILogger logger, string reason);
}
