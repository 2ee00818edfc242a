namespace Switchboard.Web;

/// <summary>Event ids 6000 to 6099. No bodies, no paths, no tokens.</summary>
internal static partial class WebLog
{
    [LoggerMessage(6000, LogLevel.Error, "A request failed: {Method} {Route}")]
    public static partial void Failed(this ILogger logger, Exception exception, string method, string route);

    [LoggerMessage(6001, LogLevel.Warning, "Requests refused with {Status} for {Address}, token {Token}: {Times}")]
    public static partial void Refused(this ILogger logger, int status, string address, string token, int times);

    [LoggerMessage(6002, LogLevel.Warning, "Requests answered with 503, the database does not serve them: {Times} ({Reason})")]
    public static partial void DatabaseAway(this ILogger logger, int times, string reason);

    [LoggerMessage(6004, LogLevel.Warning, "Requests answered with 503, the PBX does not answer: {Times} ({Reason})")]
    public static partial void PbxAway(this ILogger logger, int times, string reason);

    [LoggerMessage(6003, LogLevel.Warning, "Metrics could not be sent to Metrics:OtlpEndpoint: {Times} times ({Reason})")]
    public static partial void ExportFailed(this ILogger logger, int times, string reason);
}
