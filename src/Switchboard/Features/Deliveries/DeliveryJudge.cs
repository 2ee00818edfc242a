using Switchboard.Features.Mail;
using Switchboard.Pbx;

namespace Switchboard.Features.Deliveries;

/// <summary>Says what the PBX's facts mean for an attempt. Pure.</summary>
internal static class DeliveryJudge
{
    private const int BusyCause = 17;
    private const int DeclinedCause = 21;

    public static DeliveryResult Judge(RoomCallEnd end) => new(Outcome(end), end.Cause, Detail(end), end.SentAt, end.AnsweredAt);

    /// <summary>What the mail server's answer means.</summary>
    public static DeliveryOutcome Judge(MailFate fate) => fate switch
    {
        MailFate.Sent => DeliveryOutcome.Sent,
        MailFate.Refused => DeliveryOutcome.Refused,
        MailFate.Unknown => DeliveryOutcome.Unknown,
        _ => DeliveryOutcome.Failed,
    };

    private static DeliveryOutcome Outcome(RoomCallEnd end) => end.Kind switch
    {
        // Key 1 was stored by the dialogue; whatever else was pressed confirms nothing.
        RoomCallEndKind.Key or RoomCallEndKind.NoKey => DeliveryOutcome.NoKey,
        // Its last report was lost; that of the answer was not.
        RoomCallEndKind.NotAnswered when end.AnsweredAt is not null => DeliveryOutcome.NoKey,
        RoomCallEndKind.NotAnswered => end.DialStatus switch
        {
            "BUSY" => DeliveryOutcome.Busy,
            _ when end.Cause is BusyCause or DeclinedCause => DeliveryOutcome.Busy,
            "NOANSWER" => DeliveryOutcome.NoAnswer,
            _ when end.Rang => DeliveryOutcome.NoAnswer,
            "CHANUNAVAIL" or "CONGESTION" => DeliveryOutcome.Unreachable,
            _ => DeliveryOutcome.Failed,
        },
        RoomCallEndKind.HungUp => DeliveryOutcome.Cancelled,
        RoomCallEndKind.Refused => DeliveryOutcome.Failed,
        _ => DeliveryOutcome.Unknown,
    };

    private static string? Detail(RoomCallEnd end) => end.DialStatus is { } status ? $"DIALSTATUS {status}" : end.Detail;
}
