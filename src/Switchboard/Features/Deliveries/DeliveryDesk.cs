using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Directories;
using Switchboard.Features.Hotel;
using Switchboard.Features.Notices;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Deliveries;

/// <summary>
/// Where a delivery is asked for, acknowledged and stopped: by other features inside their own unit of work (the first three), and by people.
/// What is returned is done after the commit.
/// </summary>
internal sealed class DeliveryDesk(
    DeliveryStore store, DirectoryBook directory, NoticeBoard notices, DeliverySignal signal, IEnumerable<DeliveryAcknowledged> acknowledged, HotelPbx pbx,
    IOptions<HotelOptions> hotel, ILogger<DeliveryDesk> log)
{
    private const int AtMost = 1000;

    /// <summary>Asks, in the caller's unit of work, that this reaches a person of the directory.</summary>
    /// <exception cref="InvalidInputException">The directory has nobody of that key.</exception>
    public async Task<Action> RequestAsync(Guid subject, string personKey, string by, CancellationToken ct)
    {
        if (await directory.ByKeyAsync(personKey, ct) is null) throw new InvalidInputException("to", personKey, "must be the key of an entry of the directory: switchboard directory list");
        var delivery = new Delivery(subject, pbx.Name, personKey, by, store.Clock.GetCurrentInstant());
        store.Work.Db.Add(delivery);
        return () =>
        {
            signal.Wake();
            log.Requested(delivery.Number, personKey, by);
        };
    }

    /// <summary>Ends, in the caller's unit of work, what is still being delivered of this subject: it is done with, or gone.</summary>
    public async Task<Action> StopAsync(Guid subject, string by, string why, CancellationToken ct)
    {
        return await StopAsync([subject], by, why, ct) ?? (() => { });
    }

    /// <summary>The same of several subjects; null where none was being delivered.</summary>
    public async Task<Action?> StopAsync(IEnumerable<Guid> subjects, string by, string why, CancellationToken ct)
    {
        Action? after = null;
        foreach (var subject in subjects)
        {
            foreach (var delivery in await store.HoldOpenAsync(subject, ct)) after += Stop(delivery, by, why);
        }

        return after;
    }

    /// <summary>Somebody has it, in the caller's unit of work: the feature that asked for it is told.</summary>
    /// <param name="inAttempt">The attempt in whose call it was said, which goes on; others are hung up.</param>
    /// <exception cref="ConflictException">It has ended already.</exception>
    internal async Task<Action> AcknowledgeAsync(Delivery delivery, string by, string how, Guid? inAttempt, CancellationToken ct)
    {
        var now = store.Clock.GetCurrentInstant();
        delivery.Acknowledge(by, how, now);
        Action after = notices.Post("delivery-acknowledged", null, $"delivery {delivery.Number} for {delivery.Person} was acknowledged by {by}", by);
        foreach (var tell in acknowledged) after += await tell(delivery.Subject, by, now, ct) ?? (() => { });
        return after + (() =>
        {
            signal.HangUp(delivery.Id, inAttempt);
            log.Acknowledged(delivery.Number, delivery.Person, by, how, delivery.Attempts);
        });
    }

    /// <summary>The person has told the office that they have it.</summary>
    public async Task<DeliveryDetails> AcknowledgeAsync(long number, DeliveryAcknowledge asked, Caller caller, CancellationToken ct)
    {
        var by = caller.By(asked.By);
        await store.Work.BeginAsync(ct);
        var after = await AcknowledgeAsync(await HoldAsync(number, ct), by, "desk", null, ct);
        await store.Work.CommitAsync(ct);
        after();
        return await ShowAsync(number, ct);
    }

    /// <summary>It is to be tried no more.</summary>
    public async Task<DeliveryDetails> StopAsync(long number, DeliveryStop asked, Caller caller, CancellationToken ct)
    {
        var by = caller.By(asked.By);
        var why = OneLine.Required("why", asked.Why, 200);
        await store.Work.BeginAsync(ct);
        var after = Stop(await HoldAsync(number, ct), by, why);
        await store.Work.CommitAsync(ct);
        after();
        return await ShowAsync(number, ct);
    }

    /// <summary>Those that go on, the oldest first; with all the latest thousand of every kind.</summary>
    public async Task<IReadOnlyList<DeliveryView>> ListAsync(bool all, CancellationToken ct)
    {
        var work = store.Work;
        var deliveries = work.MustLookLocally
            ? work.Copy.Where<Delivery>(d => all || d.IsOpen)
            : await work.Db.Set<Delivery>().AsNoTracking().Where(d => all || d.EndedAt == null).OrderByDescending(d => d.RequestedAt).Take(AtMost).ToListAsync(ct);
        var last = await LastAsync([.. deliveries.Select(d => d.Id)], ct);
        var names = (await directory.FindAsync(null, ct)).ToDictionary(e => e.Key, StringComparer.Ordinal);
        return [.. deliveries.OrderBy(d => d.RequestedAt).Select(d => View(d, last.GetValueOrDefault(d.Id), names.GetValueOrDefault(d.Person)))];
    }

    /// <summary>One with all its attempts.</summary>
    public async Task<DeliveryDetails> ShowAsync(long number, CancellationToken ct)
    {
        var work = store.Work;
        var inCopy = work.MustLookLocally;
        var delivery = (inCopy
            ? work.Copy.Where<Delivery>(d => d.Number == number).SingleOrDefault()
            : await work.Db.Set<Delivery>().AsNoTracking().SingleOrDefaultAsync(d => d.Number == number, ct))
            ?? throw UnitOfWork.Unknown($"delivery {number}", inCopy);
        var attempts = await store.AttemptsAsync(delivery.Id, ct);
        return new(View(delivery, attempts.LastOrDefault(), await directory.ByKeyAsync(delivery.Person, ct)),
            [.. attempts.Select(a => new DeliveryAttemptView(a.Number, a.Round, a.Person, a.Way.ToString(), a.Address, a.ClaimedAt, a.SentAt, a.AnsweredAt, a.EndedAt, a.Outcome?.ToString(), a.Cause, a.Detail))]);
    }

    private async Task<Delivery> HoldAsync(long number, CancellationToken ct)
    {
        var delivery = await store.HoldAsync(number, ct) ?? throw store.Work.Unknown($"delivery {number}");
        // What rings for it can be hung up by the other PBX's worker only.
        if (delivery.Pbx != pbx.Name) throw new ConflictException($"delivery {number} is of PBX {delivery.Pbx} and this worker serves PBX {pbx.Name}: ask the worker of {delivery.Pbx}");
        return delivery;
    }

    private async Task<Dictionary<Guid, DeliveryAttempt>> LastAsync(List<Guid> deliveries, CancellationToken ct)
    {
        var work = store.Work;
        var attempts = work.MustLookLocally
            ? work.Copy.Where<DeliveryAttempt>(a => deliveries.Contains(a.DeliveryId))
            : await (from attempt in work.Db.Set<DeliveryAttempt>().AsNoTracking()
                     join delivery in work.Db.Set<Delivery>().AsNoTracking() on new { Id = attempt.DeliveryId, attempt.Number } equals new { delivery.Id, Number = delivery.Attempts }
                     where deliveries.Contains(delivery.Id)
                     select attempt).ToListAsync(ct);
        return attempts.GroupBy(a => a.DeliveryId).ToDictionary(g => g.Key, g => g.MaxBy(a => a.Number)!);
    }

    private DeliveryView View(Delivery d, DeliveryAttempt? last, DirectoryEntry? person) => new(
        d.Number, d.Id, d.Subject, d.Person, person?.Name, person?.Title, d.State.ToString(), d.RequestedBy, d.RequestedAt, d.Round, d.Attempts,
        last is null ? null : $"{last.Person} by {last.Way} {last.Address}: {last.Outcome?.ToString() ?? "goes on"}", d.NextAttemptAt, d.EndedAt, d.EndedBy, d.EndedHow, hotel.Value.TimeZone);

    private Action Stop(Delivery delivery, string by, string why)
    {
        delivery.Stop(by, why, store.Clock.GetCurrentInstant());
        return () =>
        {
            signal.HangUp(delivery.Id);
            // Why is somebody's own words: they stand in the row, not here.
            log.Stopped(delivery.Number, delivery.Person, by);
        };
    }
}
