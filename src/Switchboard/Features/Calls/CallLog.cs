namespace Switchboard.Features.Calls;

/// <summary>Event ids 4400 to 4449.</summary>
internal static partial class CallLog
{
    [LoggerMessage(4400, LogLevel.Information, "Calls were made again from the record: {Made} rows of {Looked} calls")]
    public static partial void Rebuilt(this ILogger logger, int made, int looked);

    [LoggerMessage(4401, LogLevel.Information, "{Count} calls were deleted: they are older than Calls:RetentionDays")]
    public static partial void Deleted(this ILogger logger, int count);

    [LoggerMessage(4402, LogLevel.Error, "Calls cannot be made from the record, trying again in a minute. Guests: not touched; switchboard calls is behind. Do: report this line")]
    public static partial void Failed(this ILogger logger, Exception exception);

    [LoggerMessage(4403, LogLevel.Warning, "Call {Call} has waited for an operator for {Seconds} s: nobody has taken it, nor the shift leader, nor the deputy. Guests: somebody hears music. Do: take it (switchboard calls --live shows it, switchboard transfer puts it through)")]
    public static partial void NobodyTakes(this ILogger logger, string call, int seconds);

    [LoggerMessage(4404, LogLevel.Error, "The look at waiting calls failed, again in 5 s. Guests: not touched; a call that nobody takes may not be told of. Do: report this line")]
    public static partial void OffersFailed(this ILogger logger, Exception exception);
}
