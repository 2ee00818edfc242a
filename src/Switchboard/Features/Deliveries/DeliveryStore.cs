using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Deliveries;

/// <summary>Loads deliveries and their attempts, in PostgreSQL or, while that is away, on this machine.</summary>
internal sealed class DeliveryStore(UnitOfWork work, IClock clock)
{
    public UnitOfWork Work => work;
    public IClock Clock => clock;

    /// <summary>The delivery, held until the transaction ends.</summary>
    public async Task<Delivery?> HoldAsync(Guid id, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Find<Delivery>(id))
        : await work.Db.Set<Delivery>().FromSql($"select *, xmin from deliveries where id = {id} for update").SingleOrDefaultAsync(ct);

    /// <summary>The delivery of this number, held until the transaction ends.</summary>
    public async Task<Delivery?> HoldAsync(long number, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Where<Delivery>(d => d.Number == number).SingleOrDefault())
        : await work.Db.Set<Delivery>().FromSql($"select *, xmin from deliveries where number = {number} for update").SingleOrDefaultAsync(ct);

    /// <summary>The delivery, to be looked at.</summary>
    public async Task<Delivery?> LookAsync(Guid id, CancellationToken ct) => work.MustLookLocally
        ? work.Copy.Find<Delivery>(id)
        : await work.Db.Set<Delivery>().AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, ct);

    /// <summary>The open deliveries of a subject, held until the transaction ends.</summary>
    public async Task<List<Delivery>> HoldOpenAsync(Guid subject, CancellationToken ct)
    {
        var open = work.IsOffline
            ? [.. work.Copy.Where<Delivery>(d => d.Subject == subject && d.IsOpen).Select(d => work.Attach(d)!)]
            : await work.Db.Set<Delivery>().FromSql($"select *, xmin from deliveries where subject = {subject} and ended_at is null order by number for update").ToListAsync(ct);
        // An earlier step of the same transaction may have ended some.
        return open.FindAll(d => d.IsOpen);
    }

    /// <summary>What waits and is due, skipping what another transaction is at.</summary>
    public async Task<Delivery?> HoldDueAsync(string pbx, Instant by, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Where<Delivery>(d => d.Pbx == pbx && d.NextAttemptAt <= by).OrderBy(d => d.NextAttemptAt).FirstOrDefault())
        : await work.Db.Set<Delivery>().FromSql($"""
            select *, xmin from deliveries where pbx = {pbx} and next_attempt_at <= {by} order by next_attempt_at, number limit 1 for update skip locked
            """).SingleOrDefaultAsync(ct);

    /// <summary>When the next one is due, for who only looks.</summary>
    public async Task<Instant?> NextAsync(string pbx, CancellationToken ct) => work.MustLookLocally
        ? work.Copy.Where<Delivery>(d => d.Pbx == pbx && d.NextAttemptAt is not null).Min(d => d.NextAttemptAt)
        : await work.Db.Set<Delivery>().AsNoTracking().Where(d => d.Pbx == pbx && d.NextAttemptAt != null).MinAsync(d => d.NextAttemptAt, ct);

    /// <summary>The attempt, to be changed together with its delivery.</summary>
    public async Task<DeliveryAttempt?> AttemptAsync(Guid id, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Find<DeliveryAttempt>(id))
        : await work.Db.Set<DeliveryAttempt>().SingleOrDefaultAsync(a => a.Id == id, ct);

    /// <summary>The attempts of a delivery in order, to be looked at.</summary>
    public async Task<List<DeliveryAttempt>> AttemptsAsync(Guid deliveryId, CancellationToken ct) => work.IsOffline || work.MustLookLocally
        ? [.. work.Copy.Where<DeliveryAttempt>(a => a.DeliveryId == deliveryId).OrderBy(a => a.Number)]
        : await work.Db.Set<DeliveryAttempt>().AsNoTracking().Where(a => a.DeliveryId == deliveryId).OrderBy(a => a.Number).ToListAsync(ct);

    /// <summary>The attempts of this PBX's deliveries that have no end yet.</summary>
    public async Task<List<DeliveryAttempt>> OpenAttemptsAsync(string pbx, CancellationToken ct) => work.MustLookLocally
        ? work.Copy.Where<DeliveryAttempt>(a => a.Outcome is null && work.Copy.Find<Delivery>(a.DeliveryId)?.Pbx == pbx)
        : await work.Db.Set<DeliveryAttempt>().AsNoTracking()
            .Where(a => a.Outcome == null && work.Db.Set<Delivery>().Any(d => d.Id == a.DeliveryId && d.Pbx == pbx)).ToListAsync(ct);
}
