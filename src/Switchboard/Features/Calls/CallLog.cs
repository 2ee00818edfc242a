namespace Switchboard.Features.Calls;

/// <summary>Event ids 4400 to 4499.</summary>
internal static partial class CallLog
{
    [LoggerMessage(4400, LogLevel.Information, "Calls were made again from the record: {Made} rows of {Looked} calls")]
    public static partial void Rebuilt(this ILogger logger, int made, int looked);

    [LoggerMessage(4401, LogLevel.Information, "{Count} calls were deleted: they are older than Calls:RetentionDays")]
    public static partial void Deleted(this ILogger logger, int count);

    [LoggerMessage(4402, LogLevel.Error, "Calls cannot be made from the record, trying again in a minute. Guests: not touched; switchboard calls is behind. Do: report this line")]
    public static partial void Failed(this ILogger logger, Exception exception);
}
