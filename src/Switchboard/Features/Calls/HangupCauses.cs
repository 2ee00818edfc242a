namespace Switchboard.Features.Calls;

/// <summary>Why a call ended, by ITU-T Q.850; the words that Asterisk uses.</summary>
internal static class HangupCauses
{
    public const int Busy = 17;
    public const int NoResponse = 18;
    public const int NoAnswer = 19;
    public const int Rejected = 21;

    private static readonly Dictionary<int, string> Words = new()
    {
        [0] = "unknown",
        [1] = "unallocated number",
        [2] = "no route to the transit network",
        [3] = "no route to the destination",
        [5] = "misdialled trunk prefix",
        [6] = "channel unacceptable",
        [7] = "call awarded and delivered",
        [14] = "ported number",
        [16] = "normal clearing",
        [17] = "user busy",
        [18] = "no user responding",
        [19] = "user alerted, no answer",
        [20] = "subscriber absent",
        [21] = "call rejected",
        [22] = "number changed",
        [23] = "redirected to a new destination",
        [26] = "answered elsewhere",
        [27] = "destination out of order",
        [28] = "invalid number format",
        [29] = "facility rejected",
        [30] = "response to a status enquiry",
        [31] = "normal, unspecified",
        [34] = "no circuit available",
        [38] = "network out of order",
        [41] = "temporary failure",
        [42] = "switch congestion",
        [43] = "access information discarded",
        [44] = "requested channel not available",
        [50] = "facility not subscribed",
        [52] = "outgoing calls barred",
        [54] = "incoming calls barred",
        [57] = "bearer capability not authorized",
        [58] = "bearer capability not available",
        [65] = "bearer capability not implemented",
        [66] = "channel type not implemented",
        [69] = "facility not implemented",
        [79] = "service not implemented",
        [81] = "invalid call reference",
        [88] = "incompatible destination",
        [95] = "invalid message",
        [96] = "mandatory element missing",
        [97] = "message type not implemented",
        [98] = "wrong message",
        [99] = "information element not implemented",
        [100] = "invalid information element",
        [101] = "wrong call state",
        [102] = "recovery on timer expiry",
        [103] = "mandatory element length",
        [111] = "protocol error",
        [127] = "interworking, unspecified",
    };

    /// <summary>The cause in words.</summary>
    public static string Text(int cause) => Words.GetValueOrDefault(cause) ?? "another cause";

    /// <summary>It says that nobody could be reached at all.</summary>
    public static bool IsFailure(int cause) => cause is 1 or 2 or 3 or 5 or 6 or 20 or 22 or (>= 27 and <= 29) or (>= 34 and <= 111);
}
