namespace Switchboard.Features.Status;

/// <summary>Event ids 7000 to 7099: what ops act on.</summary>
internal static partial class StatusLog
{
    [LoggerMessage(EventId = 7000, Message = "{What} since {Since} ({Lasted}): {Reason}. Guests: {Guests} Do: {Advice}")]
    public static partial void Away(this ILogger logger, LogLevel level, string what, string since, string lasted, string reason, string guests, string advice);

    [LoggerMessage(7001, LogLevel.Information, "Over after {Lasted} (since {Since}): {What}. Now: {Now}")]
    public static partial void Over(this ILogger logger, string lasted, string since, string what, string now);
}
