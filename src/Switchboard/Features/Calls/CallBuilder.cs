using NodaTime;

namespace Switchboard.Features.Calls;

/// <summary>
/// Makes the row of a call from its events. Pure: the order of the events does not matter, nor whether some came twice; from CEL alone the row is
/// the same without the ringing.
/// </summary>
/// <param name="pbx">The PBX's name.</param>
/// <param name="trunks">See <see cref="CallOptions.Trunks"/>.</param>
internal sealed class CallBuilder(string pbx, IReadOnlyCollection<string> trunks)
{
    // The PBX's own events of one moment do not all bear the same time.
    private static readonly Duration Moment = Duration.FromSeconds(1);

    /// <summary>The call, or null where nobody's phone had part in it (what the PBX does by itself).</summary>
    /// <param name="linkedId">The call.</param>
    /// <param name="events">Its events, and all events of the channels that were ever part of it; others are passed over.</param>
    /// <param name="restarts">Before these moments the PBX had no calls: it had just started.</param>
    public Call? Build(string linkedId, IEnumerable<CallEvent> events, params IReadOnlyCollection<Instant> restarts)
    {
        List<CallEvent> ordered = [.. events.OrderBy(e => e.At).ThenBy(e => e.Id)];
        var channels = ChannelsOf(linkedId, ordered);
        if (channels.Count == 0) return null;
        var people = channels.FindAll(c => !c.IsPlumbing);
        if (people.Count == 0 && CallIds.IsAsterisks(linkedId)) return null;

        var beginner = channels.Find(c => c.UniqueId == linkedId && c.BornIn == linkedId);
        var caller = beginner is { IsPlumbing: false } ? beginner : null;
        // Those who joined from another call were called there.
        var called = people.FindAll(c => c != caller && c.BornIn == linkedId);
        var startedAt = channels.Where(c => c.BornIn == linkedId).Select(c => (Instant?)c.StartedAt).Min() ?? ordered.First(e => e.LinkedId == linkedId).At;
        var endedAt = EndOf(linkedId, ordered, channels, startedAt, restarts);
        var answeredAt = called.Count > 0 ? called.Min(c => c.AnsweredAt) : caller?.AnsweredAt;
        var told = CallReport.Of(linkedId, ordered);
        var transfers = new TransferStory(linkedId, ordered, channels, told, endedAt).Transfers;
        var cause = endedAt is null ? null : CauseOf(beginner, called, people, answeredAt is not null);
        return new Call
        {
            Pbx = pbx,
            LinkedId = linkedId,
            Direction = DirectionOf(linkedId, beginner, caller, called),
            State = endedAt is null ? CallState.Open : answeredAt is not null ? CallState.Answered : Unanswered(cause, channels, called),
            CallerNumber = caller?.CallerNumber,
            CallerPhone = caller?.Phone,
            CallerRoom = caller?.Room,
            Dialled = caller?.Dialled,
            RoomsCalled = [.. people.Where(c => c != caller).Select(c => c.Room).OfType<string>().Distinct()],
            StartedAt = startedAt,
            RingingAt = called.Min(c => c.RingingAt),
            AnsweredAt = answeredAt,
            EndedAt = endedAt,
            Cause = cause,
            CauseText = cause is { } known ? HangupCauses.Text(known) : null,
            Transfers = transfers,
            OperatorCalls = [.. OperatorStory.Of(linkedId, CallReport.OfTheCallItself(told), transfers, people, caller, endedAt)],
            ContinuedIn = people.Find(c => c.LastIn != linkedId)?.LastIn,
            Legs = [.. people.Where(c => c.LastIn == linkedId).Select(c => LegOf(linkedId, c, c == caller, endedAt))],
        };
    }

    private static List<ChannelLife> ChannelsOf(string linkedId, List<CallEvent> ordered)
    {
        var towards = ordered.Where(e => e["DestUniqueid"] is not null).ToLookup(e => e["DestUniqueid"]!, StringComparer.Ordinal);
        return
        [
            .. ordered.GroupBy(e => e.UniqueId, StringComparer.Ordinal).Select(g => new ChannelLife(g.Key, [.. g], [.. towards[g.Key]]))
                .Where(c => c.WasIn(linkedId)).OrderBy(c => c.StartedAt).ThenBy(c => c.UniqueId, StringComparer.Ordinal),
        ];
    }

    private static Instant? EndOf(
        string linkedId, List<CallEvent> ordered, List<ChannelLife> channels, Instant startedAt, IReadOnlyCollection<Instant> restarts)
    {
        // Those that went on in another call end there.
        var staying = channels.FindAll(c => c.LastIn == linkedId);
        var living = staying.FindAll(c => c.EndedAt is null);
        var lastEnd = staying.Max(c => c.EndedAt);
        if (living.Count == 0) return lastEnd ?? ordered.Last(e => e.LinkedId == linkedId).At;
        // A hangup may be missing in the record: the PBX says when the last channel of a call is gone, and a PBX that starts has none.
        if (ordered.FindLast(e => e.Cel == "LINKEDID_END" && e.LinkedId == linkedId)?.At is { } gone && living.TrueForAll(c => c.LastAt <= gone + Moment))
            return lastEnd is { } end && end > gone ? end : gone;
        return restarts.Any(r => r > startedAt) ? staying.Max(c => c.LastAt) : null;
    }

    private CallDirection DirectionOf(string linkedId, ChannelLife? beginner, ChannelLife? caller, List<ChannelLife> called)
    {
        if (!CallIds.IsAsterisks(linkedId) || beginner is { IsPlumbing: true }) return CallDirection.Service;
        if (caller is not null && IsOutside(caller)) return CallDirection.Incoming;
        return called.Exists(IsOutside) ? CallDirection.Outgoing : CallDirection.Internal;
    }

    private bool IsOutside(ChannelLife channel) => trunks.Count > 0
        ? channel.Room is null && trunks.Any(t => channel.Channel.StartsWith(t, StringComparison.Ordinal))
        : channel.Room is null && !CallIds.IsHousePhone(channel.Phone);

    private static int? CauseOf(ChannelLife? beginner, List<ChannelLife> called, List<ChannelLife> people, bool answered)
    {
        if (answered)
        {
            return beginner?.Cause is > 0 ? beginner.Cause : people.OrderBy(c => c.EndedAt).Select(c => c.Cause).LastOrDefault(c => c > 0) ?? beginner?.Cause;
        }

        // What the phone said is more than what the dialplan made of it, where all phones said the same.
        var causes = called.Select(c => c.Cause).Distinct().ToList();
        return causes is [{ } only] && (only is HangupCauses.Busy or HangupCauses.Rejected or HangupCauses.NoAnswer || HangupCauses.IsFailure(only))
            ? only
            : beginner?.Cause ?? causes.FirstOrDefault();
    }

    private static CallState Unanswered(int? cause, List<ChannelLife> channels, List<ChannelLife> called)
    {
        switch (cause)
        {
            case HangupCauses.Busy: return CallState.Busy;
            case HangupCauses.Rejected: return CallState.Declined;
            case HangupCauses.NoAnswer or HangupCauses.NoResponse: return CallState.NoAnswer;
            case { } other when HangupCauses.IsFailure(other): return CallState.Failed;
        }

        var statuses = called.SelectMany(c => c.DialStatuses).ToHashSet(StringComparer.Ordinal);
        if (statuses.Count == 0) statuses = channels.SelectMany(c => c.CelDialStatuses).ToHashSet(StringComparer.Ordinal);
        if (statuses.Contains("CANCEL")) return CallState.Cancelled;
        if (statuses.Contains("NOANSWER")) return CallState.NoAnswer;
        if (statuses.Contains("BUSY")) return CallState.Busy;
        // Hung up before anything was dialled.
        return statuses.Count == 0 && cause is not null ? CallState.Cancelled : CallState.Failed;
    }

    private CallLeg LegOf(string linkedId, ChannelLife channel, bool began, Instant? callEnded) => new()
    {
        Pbx = pbx,
        LinkedId = linkedId,
        UniqueId = channel.UniqueId,
        Channel = channel.Channel,
        Phone = channel.Phone,
        Room = channel.Room,
        Number = channel.CallerNumber,
        Began = began,
        CameFrom = channel.BornIn == linkedId ? null : channel.BornIn,
        StartedAt = channel.StartedAt,
        RingingAt = channel.RingingAt,
        AnsweredAt = channel.AnsweredAt,
        EndedAt = channel.EndedAt ?? callEnded,
        Cause = channel.Cause,
    };
}
