using NodaTime;
using Switchboard.Pbx;

namespace Switchboard.Features.Calls;

/// <summary>
/// The transfers of one call and what came of each, until the next one or the call's end. Pure. Made from the PBX's own events of transfers, and
/// from what the dialplan reported: it alone knows of those made from outside the call.
/// </summary>
internal sealed class TransferStory
{
    // The dialplan and the PBX tell of a transfer so long after one another, at most. Either may be first: whoever is put through is on his way before the PBX tells.
    private static readonly Duration Near = Duration.FromSeconds(3);

    // Times of reports are whole milliseconds.
    private static readonly Duration Slack = Duration.FromMilliseconds(20);
    private readonly string _linkedId;
    private readonly List<CallEvent> _ordered;
    private readonly List<ChannelLife> _channels;
    private readonly List<CallReport> _told;
    private readonly List<CallReport> _own;
    private readonly Instant? _callEnded;

    /// <param name="linkedId">The call.</param>
    /// <param name="ordered">Its events and those of its channels, in their order.</param>
    /// <param name="channels">Its channels.</param>
    /// <param name="told">Its reports, in their order.</param>
    /// <param name="callEnded">Its end, or null.</param>
    public TransferStory(string linkedId, List<CallEvent> ordered, List<ChannelLife> channels, List<CallReport> told, Instant? callEnded)
    {
        (_linkedId, _ordered, _channels, _told, _own, _callEnded) = (linkedId, ordered, channels, told, CallReport.OfTheCallItself(told), callEnded);
        var begun = Begun();
        Transfers = [.. begun.Select((t, i) => Ended(t, i + 1 < begun.Count ? begun[i + 1].At : null))];
    }

    public IReadOnlyList<CallTransfer> Transfers { get; }

    private List<CallTransfer> Begun()
    {
        // One of each channel and kind; AMI's where there are both.
        var seen = _ordered.Where(e => e.LinkedId == _linkedId).Select(e => (Event: e, Transfer: TransferOf(e))).Where(t => t.Transfer is not null)
            .GroupBy(t => (t.Event.UniqueId, t.Transfer!.Kind)).Select(g => g.FirstOrDefault(t => !t.Event.IsCel, g.First()))
            .Select(t => (Transfer: t.Transfer!, Channel: t.Event["TransfereeChannel"] ?? t.Event.Extra("transferee_channel_name"))).OrderBy(t => t.Transfer.At).ToList();
        var requests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var report in _own.Where(r => r.Name == CallReport.Transferred))
        {
            // What was asked for once stands in the channel's variables still when a phone puts it through later.
            var asked = report["Request"] is { } request && requests.Add(request);
            var at = seen.FindIndex(t => IsOf(t.Transfer, t.Channel, report));
            var transfer = at >= 0 ? seen[at].Transfer : new CallTransfer(report.At, "redirect", report["By"], report.Channel is { } whom ? ChannelNames.PhoneOf(whom) : null, report["To"], null);
            transfer = transfer with { At = Instant.Min(transfer.At, report.At), To = transfer.To ?? report["To"], ToKind = report["Kind"] ?? "unknown", Staff = asked ? report["Staff"] : null, Request = asked ? report["Request"] : null };
            if (at >= 0) seen[at] = (transfer, seen[at].Channel);
            else seen.Add((transfer, report.Channel));
        }

        return [.. seen.Select(t => t.Transfer).OrderBy(t => t.At)];
    }

    /// <summary>Does the report tell of this transfer, of this channel? Where the PBX does not name the channel, its time and destination do.</summary>
    private static bool IsOf(CallTransfer transfer, string? channel, CallReport report) => transfer is { Kind: "blind", ToKind: null }
        && report.At - transfer.At < Near && transfer.At - report.At < Near
        && (channel is null || report.Channel is null || !channel.Contains('/', StringComparison.Ordinal) || channel == report.Channel)
        && (transfer.To is null || transfer.To == report["To"] || report["Kind"] == "unknown");

    private CallTransfer? TransferOf(CallEvent e)
    {
        return (e.Cel ?? e.Name) switch
        {
            "BlindTransfer" when Succeeded() => new(e.At, "blind", Phone(e["TransfererChannel"]), Phone(e["TransfereeChannel"]), e["Extension"], null),
            "BLINDTRANSFER" => new(e.At, "blind", Phone(e.Channel), Phone(e.Extra("transferee_channel_name")), e.Extra("extension"), null),
            "AttendedTransfer" when Succeeded() => Attended(e["OrigTransfererChannel"], e["TransfereeChannel"], e["TransferTargetChannel"]),
            "ATTENDEDTRANSFER" => Attended(e.Channel, e.Extra("transferee_channel_name"), e.Extra("transfer_target_channel_name")),
            _ => null,
        };

        bool Succeeded() => e["Result"] is null or "Success";

        CallTransfer Attended(string? by, string? whom, string? target)
        {
            // Who asks by feature code first does it on a call of the PBX's own, by the same way that a transfer goes.
            var consultation = _told.FindLast(r => r.Name == CallReport.Transferred && IsConsultation(r) && r.At <= e.At + Slack);
            var asked = Asked(target, e.At) ?? (consultation is null ? null : _channels.Find(c => !c.IsPlumbing && c.StartedAt >= consultation.At - Slack && c.StartedAt <= e.At));
            var other = (_channels.Find(c => c.Channel == target) ?? asked)?.BornIn;
            return new(e.At, "attended", Phone(by), Phone(whom), asked?.Phone ?? Phone(target), other == _linkedId ? null : other);
        }

        static string? Phone(string? channel) => channel is null ? null : ChannelNames.PhoneOf(channel);
    }

    private bool IsConsultation(CallReport report) => !_own.Contains(report);

    /// <summary>Who was asked first: the target itself, or the phone behind it where that is only the PBX's own way there.</summary>
    private ChannelLife? Asked(string? target, Instant at) => _channels.Find(c => c.Channel == target && !c.IsPlumbing)
        ?? _channels.Find(c => !c.IsPlumbing && c.BornIn != _linkedId && c.LastIn == _linkedId && (c.EndedAt is null || c.EndedAt > at));

    private CallTransfer Ended(CallTransfer transfer, Instant? next)
    {
        if (transfer.Kind == "attended" && _channels.Find(c => c.Phone == transfer.To && !c.IsPlumbing && (c.EndedAt is null || c.EndedAt > transfer.At)) is { AnsweredAt: not null } asked)
            return AnsweredBy(transfer with { ToKind = asked.Room is null ? "house" : "room" }, asked, asked.RingingAt, next);
        // (whom an attended transfer leads to was asked in a consultation)
        var after = (transfer.Kind == "attended" ? _told : _own).FindAll(r => r.At > transfer.At && (next is null || r.At < next));
        var refused = after.Find(r => r.Name is CallReport.Unanswered or CallReport.Locked);
        var returned = after.Find(r => r.Name == CallReport.Returned);
        var end = after.Find(r => r == refused || r == returned || (r.Name == CallReport.Offered && transfer.ToKind != "operators"))?.At ?? next;
        var legs = _channels.FindAll(c => !c.IsPlumbing && c.BornIn == _linkedId && c.StartedAt >= transfer.At - Slack && (end is null || c.StartedAt < end));
        var ringing = legs.Min(c => c.RingingAt);
        if (legs.Where(c => c.AnsweredAt is not null).MinBy(c => c.AnsweredAt) is { } answered) return AnsweredBy(transfer, answered, ringing, next);
        var until = Earliest(legs.Max(c => c.EndedAt), end, _callEnded);
        return transfer with
        {
            RingingAt = ringing,
            RangFor = until - ringing,
            Outcome = OutcomeOf(refused, returned, next),
            Then = ThenOf(refused, returned, after.Exists(r => r.Name == CallReport.Message && r["State"] == "done")),
            EndedAt = end ?? _callEnded,
        };
    }

    private CallTransfer AnsweredBy(CallTransfer transfer, ChannelLife leg, Instant? ringing, Instant? next) => transfer with
    {
        RingingAt = ringing,
        RangFor = leg.AnsweredAt - ringing,
        AnsweredAt = leg.AnsweredAt,
        AnsweredBy = leg.Phone,
        Outcome = TransferOutcome.Answered,
        EndedAt = Earliest(leg.EndedAt, next, _callEnded),
    };

    private TransferOutcome OutcomeOf(CallReport? refused, CallReport? returned, Instant? next)
    {
        if (refused?.Name == CallReport.Locked) return TransferOutcome.Locked;
        return (refused ?? returned)?["Why"] switch
        {
            "noanswer" => TransferOutcome.NoAnswer,
            "busy" => TransferOutcome.Busy,
            "unreachable" => TransferOutcome.Unreachable,
            "closed" => TransferOutcome.Closed,
            "locked" => TransferOutcome.Locked,
            "unknown" => TransferOutcome.Unknown,
            not null => TransferOutcome.NoAnswer,
            null when next is not null => TransferOutcome.MovedOn,
            null => _callEnded is null ? TransferOutcome.Ringing : TransferOutcome.GivenUp,
        };
    }

    private AfterTransfer? ThenOf(CallReport? refused, CallReport? returned, bool message)
    {
        if (message) return AfterTransfer.Message;
        if (returned is not null) return AfterTransfer.Operators;
        // Who wanted to leave a message has left none: it was empty, it failed, or it is not ended yet.
        return refused?["Choice"] switch { null => null, "1" => _callEnded is null ? null : AfterTransfer.HungUp, "hangup" => AfterTransfer.HungUp, _ => AfterTransfer.Operators };
    }

    private static Instant? Earliest(params ReadOnlySpan<Instant?> some)
    {
        Instant? earliest = null;
        foreach (var one in some)
        {
            if (one is not null && (earliest is null || one < earliest)) earliest = one;
        }

        return earliest;
    }
}
