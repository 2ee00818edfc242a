namespace Switchboard.Features.Status;

/// <summary>Event ids 7000 to 7099: what ops act on.</summary>
internal static partial class StatusLog
{
    [LoggerMessage(EventId = 7000, Message = "{What} since {Since} ({Lasted}): {Reason}. Guests: {Guests} Do: {Do}")]
    public static partial void Away(this ILogger logger, LogLevel level, string what, string since, string lasted, string reason, string guests, string @do);

    [LoggerMessage(7001, LogLevel.Information, "Over after {Lasted}: {What} since {Since}")]
    public static partial void Over(this ILogger logger, string lasted, string what, string since);
}
