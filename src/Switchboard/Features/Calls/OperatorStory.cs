using NodaTime;

namespace Switchboard.Features.Calls;

/// <summary>When a call was offered to the operators, and who took it. Pure.</summary>
internal static class OperatorStory
{
    private static readonly Duration Slack = Duration.FromMilliseconds(20);

    // The PBX may tell of the transfer that led here when the call has been offered already.
    private static readonly Duration Late = Duration.FromSeconds(3);

    public static IEnumerable<OperatorCall> Of(
        string linkedId, List<CallReport> told, IReadOnlyList<CallTransfer> transfers, List<ChannelLife> people, ChannelLife? caller, Instant? callEnded)
    {
        var offers = told.FindAll(r => r.Name == CallReport.Offered && r["Kind"] != "step");
        for (var i = 0; i < offers.Count; i++)
        {
            var offer = offers[i];
            var again = i + 1 < offers.Count ? offers[i + 1].At : Instant.MaxValue;
            var moved = transfers.Where(t => t.At > offer.At && t.At < again && !LedTo(offer, t)).Select(t => (Instant?)t.At).FirstOrDefault();
            var until = Instant.Min(again, moved ?? Instant.MaxValue);
            var legs = people.FindAll(c => c != caller && c.BornIn == linkedId && c.StartedAt >= offer.At - Slack && c.StartedAt < until);
            var taken = told.Find(r => r.Name == CallReport.Taken && r.At >= offer.At && r.At <= until);
            // A dialplan that does not say who took it: the first of the phones that answered.
            var answered = legs.Where(c => c.AnsweredAt is not null).MinBy(c => c.AnsweredAt);
            var answeredAt = taken?.At ?? answered?.AnsweredAt;
            yield return new OperatorCall(offer.At, offer["Kind"] ?? "incoming", offer["Room"], Outcome(answeredAt))
            {
                RingingAt = legs.Min(c => c.RingingAt),
                AnsweredAt = answeredAt,
                AnsweredBy = answeredAt is null ? null : taken?["Phone"] ?? answered?.Phone,
                EndedAt = answeredAt ?? (until == Instant.MaxValue ? callEnded : until),
                Steps = told.Count(r => r.Name == CallReport.Offered && r["Kind"] == "step" && r.At >= offer.At && r.At < until),
            };

            OperatorCallOutcome Outcome(Instant? answer)
            {
                if (answer is not null) return OperatorCallOutcome.Taken;
                if (moved is not null) return OperatorCallOutcome.PutThrough;
                return callEnded is null && again == Instant.MaxValue ? OperatorCallOutcome.Waiting : OperatorCallOutcome.GivenUp;
            }
        }
    }

    private static bool LedTo(CallReport offer, CallTransfer transfer) => transfer.At - offer.At < Late && (transfer.ToKind == "operators" || transfer is { ToKind: null, To: "0" });
}
