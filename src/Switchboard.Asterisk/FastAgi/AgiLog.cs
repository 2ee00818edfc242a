using System.Net;
using Microsoft.Extensions.Logging;

namespace Switchboard.Asterisk.FastAgi;

/// <summary>Event ids 1100 to 1199. Names of scripts and addresses only: nothing that a caller pressed.</summary>
internal static partial class AgiLog
{
    [LoggerMessage(1100, LogLevel.Information, "FastAGI listens on {Address}")]
    public static partial void Listening(this ILogger logger, IPEndPoint address);

    [LoggerMessage(1101, LogLevel.Warning, "FastAGI cannot listen on {Address}: {Reason}. Phone dialogues go to the dialplan's fallback; tried again every {Delay}")]
    public static partial void CannotListen(this ILogger logger, IPEndPoint address, string reason, TimeSpan delay);

    [LoggerMessage(1102, LogLevel.Warning, "FastAGI refused {Address}: it is not among the allowed addresses ({Times} times since the last line, told once an hour)")]
    public static partial void Stranger(this ILogger logger, IPAddress address, int times);

    [LoggerMessage(1103, LogLevel.Warning, "FastAGI refused a dialogue: {Most} are running ({Times} refused since the last line)")]
    public static partial void Full(this ILogger logger, int most, int times);

    [LoggerMessage(1104, LogLevel.Warning, "FastAGI has no script '{Script}': the dialplan's fallback is taken ({Times} times since the last line, told once an hour)")]
    public static partial void UnknownScript(this ILogger logger, string script, int times);

    [LoggerMessage(1105, LogLevel.Warning, "FastAGI refused a connection from {Address}: {Reason} ({Times} times since the last line)")]
    public static partial void BadRequest(this ILogger logger, IPAddress address, string reason, int times);

    [LoggerMessage(1106, LogLevel.Error, "FastAGI script {Script} failed; the dialplan's fallback is taken")]
    public static partial void HandlerFailed(this ILogger logger, Exception failure, string script);

    [LoggerMessage(1107, LogLevel.Warning, "FastAGI script {Script} was ended: {Reason}; the dialplan's fallback is taken")]
    public static partial void Ended(this ILogger logger, string script, string reason);

    [LoggerMessage(1108, LogLevel.Debug, "FastAGI script {Script} took {Time}; {Outcome}")]
    public static partial void Served(this ILogger logger, string script, TimeSpan time, string outcome);

    [LoggerMessage(1109, LogLevel.Warning, "FastAGI stopped with {Sessions} dialogues that do not end")]
    public static partial void StillRunning(this ILogger logger, int sessions);
}
