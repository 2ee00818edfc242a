using Microsoft.Extensions.Logging;

namespace Switchboard.Asterisk.Ami;

/// <summary>Event ids 1000 to 1099. Names and numbers only: no secrets, no messages.</summary>
internal static partial class AmiLog
{
    [LoggerMessage(1000, LogLevel.Information, "AMI connected to {Host}:{Port} as {User} ({Banner}), generation {Generation}")]
    public static partial void Connected(this ILogger logger, string host, int port, string user, string banner, long generation);

    [LoggerMessage(1001, LogLevel.Warning, "AMI session {Generation} with {Host}:{Port} ended: {Reason}")]
    public static partial void Disconnected(this ILogger logger, long generation, string host, int port, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "AMI at {Host}:{Port} cannot be reached ({Failures} tries since {Since:HH:mm:ss}): {Reason}")]
    public static partial void CannotConnect(this ILogger logger, string host, int port, int failures, DateTimeOffset since, string reason);

    [LoggerMessage(1003, LogLevel.Error, "AMI login as {User} at {Host}:{Port} was refused: {Reason}. Check the user and its secret in manager.conf; next try in {Delay}")]
    public static partial void LoginRefused(this ILogger logger, string user, string host, int port, string reason, TimeSpan delay);

    [LoggerMessage(1004, LogLevel.Warning, "AMI subscription {Subscription} is full: events are being dropped ({Lost} so far)")]
    public static partial void Overflow(this ILogger logger, string subscription, long lost);

    [LoggerMessage(1005, LogLevel.Warning, "AMI message beyond {Limit} bytes was skipped: {FirstLine}")]
    public static partial void Oversize(this ILogger logger, int limit, string firstLine);

    [LoggerMessage(1006, LogLevel.Debug, "AMI response {ActionId} came too late or was never asked for")]
    public static partial void LateResponse(this ILogger logger, string? actionId);

    [LoggerMessage(1007, LogLevel.Error, "AMI at {Host}:{Port} is not to be trusted: {Reason}. Check its certificate, the name it bears and the authority that is trusted; next try in {Delay}")]
    public static partial void TlsRefused(this ILogger logger, string host, int port, string reason, TimeSpan delay);
}
