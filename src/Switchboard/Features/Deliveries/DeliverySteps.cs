using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Directories;
using Switchboard.Features.Mail;
using Switchboard.Features.Notices;
using Switchboard.Pbx;

namespace Switchboard.Features.Deliveries;

/// <summary>An attempt that is committed, to be sent now.</summary>
internal sealed record ClaimedDelivery(Guid DeliveryId, long Number, Guid Subject, Guid AttemptId, int Attempt, string ChannelId, DeliveryOption Option)
{
    public static ClaimedDelivery Of(Delivery delivery, DeliveryAttempt attempt) =>
        new(delivery.Id, delivery.Number, delivery.Subject, attempt.Id, attempt.Number, attempt.ChannelId, new(attempt.Person, attempt.Way, attempt.Address));
}

/// <summary>The runner's steps, each a unit of work of its own.</summary>
internal sealed class DeliverySteps(
    DeliveryStore store, DirectoryBook directory, NoticeBoard notices, HotelPbx pbx, MailSender mail, IEnumerable<DeliveryContent> contents, IOptions<DeliveryOptions> options,
    ILogger<DeliverySteps> log)
{
    /// <summary>What may ring still after nobody knows of it is given this long.</summary>
    private Duration WhereUnknown => Duration.FromTimeSpan(options.Value.RingTime);

    /// <summary>Decides on one delivery that is due, and commits it. False when none is; the attempt that is to be sent, where there is one.</summary>
    public async Task<(bool Any, ClaimedDelivery? Attempt)> ClaimAsync(CancellationToken ct)
    {
        await store.Work.BeginAsync(ct);
        var now = store.Clock.GetCurrentInstant();
        if (await store.HoldDueAsync(pbx.Name, now, ct) is not { } delivery)
        {
            await store.Work.DisposeAsync();
            return (false, null);
        }

        Action after = () => { };
        DeliveryAttempt? attempt = null;
        if (await ContentAsync(delivery.Subject, ct) is null)
        {
            // Without PostgreSQL it may only be that this machine has no copy of it: nothing is given up for that.
            if (store.Work.IsOffline)
            {
                delivery.Wait(now + WhereUnknown);
                await store.Work.CommitAsync(ct);
                return (true, null);
            }

            delivery.Stop(DeliverySetup.Itself, "there is nothing left to deliver", now);
            after = () => log.NothingLeft(delivery.Number, delivery.Person);
        }
        else
        {
            var reach = new DeliveryReach(options.Value.Mobiles, mail.IsConfigured, pbx.IsReady);
            switch (DeliveryPlan.Next(delivery, await store.AttemptsAsync(delivery.Id, ct), await PersonsAsync(delivery.Person, now, ct), reach, now, options.Value))
            {
                case DeliveryMove.Try { Option: var option }:
                    attempt = delivery.Begin(option, now);
                    store.Work.Db.Add(attempt);
                    break;
                case DeliveryMove.Wait { Until: var until }:
                    delivery.Wait(until);
                    break;
                case DeliveryMove.Round { At: var at }:
                    delivery.NextRound(at);
                    break;
                case DeliveryMove.GiveUp { Why: var why }:
                    delivery.GiveUp(why, now);
                    after = notices.Post("delivery-given-up", null, $"delivery {delivery.Number} for {delivery.Person} reached nobody after {delivery.Attempts} attempts: {why}", null)
                        + (() => log.GivenUp(delivery.Number, delivery.Person, delivery.Attempts, why));
                    break;
            }
        }

        await store.Work.CommitAsync(ct);
        after();
        return (true, attempt is null ? null : ClaimedDelivery.Of(delivery, attempt));
    }

    /// <summary>It leaves now, or was answered.</summary>
    public async Task MarkAsync(ClaimedDelivery claimed, Instant? sentAt, Instant? answeredAt, CancellationToken ct)
    {
        await store.Work.BeginAsync(ct);
        if (await store.AttemptAsync(claimed.AttemptId, ct) is not { } attempt) return;
        // Key 1 may be stored before the moment at which the phone was answered: that is known all the same.
        attempt.Mark(sentAt, answeredAt);
        await store.Work.CommitAsync(ct);
    }

    /// <summary>What came of it.</summary>
    public async Task RecordAsync(ClaimedDelivery claimed, DeliveryResult result, CancellationToken ct)
    {
        await store.Work.BeginAsync(ct);
        var delivery = await store.HoldAsync(claimed.DeliveryId, ct);
        var attempt = await store.AttemptAsync(claimed.AttemptId, ct);
        if (delivery is null || attempt is null) return;
        var now = store.Clock.GetCurrentInstant();
        var first = attempt.End(result, now);
        delivery.Ended(attempt, now, WhereUnknown);
        await store.Work.CommitAsync(ct);
        if (first) log.Attempted(delivery.Number, attempt.Number, attempt.Person, attempt.Way, attempt.Outcome!.Value, Said(attempt));
    }

    /// <summary>Is it still to be delivered?</summary>
    public async Task<bool> IsOpenAsync(Guid deliveryId, CancellationToken ct) => await store.LookAsync(deliveryId, ct) is { IsOpen: true };

    /// <summary>What an earlier life left open: what was never sent goes out as it is, of what was sent nobody knows.</summary>
    public async Task<IReadOnlyList<ClaimedDelivery>> TakeOverAsync(IReadOnlySet<Guid> mine, CancellationToken ct)
    {
        var unsent = new List<ClaimedDelivery>();
        foreach (var open in (await store.OpenAttemptsAsync(pbx.Name, ct)).Where(a => !mine.Contains(a.Id)))
        {
            await store.Work.BeginAsync(ct);
            if (await store.HoldAsync(open.DeliveryId, ct) is not { } delivery || await store.AttemptAsync(open.Id, ct) is not { Outcome: null } attempt) continue;
            var now = store.Clock.GetCurrentInstant();
            if (attempt.SentAt is null && delivery.IsOpen)
            {
                unsent.Add(ClaimedDelivery.Of(delivery, attempt));
                await store.Work.DisposeAsync();
                continue;
            }

            attempt.End(new DeliveryResult(attempt.SentAt is null ? DeliveryOutcome.Cancelled : DeliveryOutcome.Unknown, Detail: "the worker was started anew"), now);
            delivery.Ended(attempt, now, WhereUnknown);
            await store.Work.CommitAsync(ct);
            log.Attempted(delivery.Number, attempt.Number, attempt.Person, attempt.Way, attempt.Outcome!.Value, Said(attempt));
        }

        return unsent;
    }

    /// <summary>What is to be delivered, or null where there is nothing any more.</summary>
    public async Task<DeliveredContent?> ContentAsync(Guid subject, CancellationToken ct)
    {
        foreach (var ask in contents)
        {
            if (await ask(subject, ct) is { } content) return content;
        }

        return null;
    }

    // A mail server's answer may name whom it is for.
    private static string Said(DeliveryAttempt attempt) => attempt.Way == DeliveryWay.Mail ? "-" : attempt.Detail ?? "-";

    /// <summary>When there is something to do next, or null.</summary>
    public Task<Instant?> NextAsync(CancellationToken ct) => store.NextAsync(pbx.Name, ct);


    private async Task<List<DeliveryPerson>> PersonsAsync(string key, Instant now, CancellationToken ct)
    {
        var persons = new List<DeliveryPerson>();
        var entry = await directory.ByKeyAsync(key, ct);
        // Imports let no circle in; a database may have been written by hand.
        while (entry is not null && persons.TrueForAll(p => p.Key != entry.Key))
        {
            persons.Add(new(entry.Key, entry.Extension, directory.IsInOffice(entry, now), entry.Mobile, entry.Mail));
            entry = await directory.DeputyOfAsync(entry, ct);
        }

        return persons;
    }
}
