using NodaTime;

namespace Switchboard.Features.Transfers;

/// <summary>Event ids 4900 to 4949. Rooms, phones and staff numbers, never names.</summary>
internal static partial class TransferLog
{
    [LoggerMessage(4900, LogLevel.Information, "Call {Call}: {Phone} is put through to {To} by {By} ({How}){Note}")]
    public static partial void PutThrough(this ILogger logger, string call, string phone, string to, string by, string how, string note);

    [LoggerMessage(4901, LogLevel.Warning, "Call {Call} was not put through, it has changed meanwhile: {Reason}. Do: see where it is (switchboard calls --live)")]
    public static partial void Refused(this ILogger logger, string call, string reason);

    [LoggerMessage(4902, LogLevel.Information, "While nobody listened {Text}, at {At}")]
    public static partial void ReturnedLongAgo(this ILogger logger, string text, Instant at);
}
