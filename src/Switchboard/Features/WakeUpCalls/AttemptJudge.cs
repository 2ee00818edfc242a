using NodaTime;
using Switchboard.Pbx;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>Says what the PBX's facts mean for a wake-up. Pure.</summary>
internal static class AttemptJudge
{
    public static AttemptResult Judge(RoomCallEnd end, bool snoozeAllowed, bool sendsNoRinging, WakeUpOptions rules) =>
        new(Outcome(end, snoozeAllowed, sendsNoRinging, rules), end.Key, end.Cause, Detail(end, sendsNoRinging),
            end.SentAt, end.RangAt, end.AnsweredAt, end.KeyAt, end.EndedAt);

    private static AttemptOutcome Outcome(RoomCallEnd end, bool snoozeAllowed, bool sendsNoRinging, WakeUpOptions rules) => end.Kind switch
    {
        RoomCallEndKind.Key => end.Key == "2" && snoozeAllowed ? AttemptOutcome.SnoozeAsked : AttemptOutcome.Confirmed,
        // A prompt that could not be played never counts as heard.
        RoomCallEndKind.NoKey when !end.Played => AttemptOutcome.Failed,
        RoomCallEndKind.NoKey => end.Heard >= Duration.FromTimeSpan(rules.HeardAtLeast) ? AttemptOutcome.Answered : AttemptOutcome.HungUpEarly,
        RoomCallEndKind.NotAnswered => NotAnswered(end, sendsNoRinging),
        RoomCallEndKind.HungUp => AttemptOutcome.Cancelled,
        RoomCallEndKind.Refused => AttemptOutcome.Failed,
        _ => AttemptOutcome.Unknown,
    };

    private static AttemptOutcome NotAnswered(RoomCallEnd end, bool sendsNoRinging) => end.DialStatus switch
    {
        // A phone that forwards (ignored) also comes as BUSY, without a cause and without ringing: nobody there will hear anything.
        "BUSY" when end.Cause is not BusyCause && !end.Rang => AttemptOutcome.Unreachable,
        "BUSY" => AttemptOutcome.Busy,
        // A declined call (603) comes as CHANUNAVAIL with cause 21: somebody pressed the phone's reject key, or it is set not to ring.
        _ when end.Cause is DeclinedCause or BusyCause => AttemptOutcome.Busy,
        "NOANSWER" when end.Rang || sendsNoRinging => AttemptOutcome.NoAnswer,
        "CHANUNAVAIL" or "CONGESTION" when end.Rang => AttemptOutcome.NoAnswer,
        "NOANSWER" or "CHANUNAVAIL" or "CONGESTION" or "UNREGISTERED" => AttemptOutcome.Unreachable,
        _ => AttemptOutcome.Failed,
    };

    private static string? Detail(RoomCallEnd end, bool sendsNoRinging)
    {
        if (end.Kind == RoomCallEndKind.NoKey && !end.Played) return "the greeting could not be played: check the sound files";
        if (end.DialStatus is null) return end.Detail;
        // Helps whoever has to decide whether a room needs the flag.
        if (end is { DialStatus: "BUSY", Rang: false, Cause: not BusyCause }) return "DIALSTATUS BUSY without ringing: is forwarding set on the phone?";
        var hint = end is { Progress: true, Rang: false, DialStatus: "NOANSWER" } && !sendsNoRinging
            ? ", progress without ringing: mark the room sends_no_ringing if its phones work" : "";
        return $"DIALSTATUS {end.DialStatus}{hint}";
    }

    private const int BusyCause = 17;
    private const int DeclinedCause = 21;
}
