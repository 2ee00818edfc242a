using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Hotel;
using Switchboard.Features.Notices;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Persistence;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>The dialer's transactions: each loads what it needs under lock, lets the state machine decide, and stores the whole step.</summary>
internal sealed class WakeUpSteps(WakeUpStore store, RoomRegister rooms, StayRegister stays, NoticeBoard notices, WakeUpMeter meter, ILogger<WakeUpSteps> log)
{
    private const int Batch = 500;

    /// <summary>Claims what is due by then: the attempts are committed before anything is sent.</summary>
    public async Task<IReadOnlyList<ClaimedAttempt>> ClaimAsync(string pbx, Instant by, CancellationToken ct)
    {
        await store.Work.BeginAsync(ct);
        var now = store.Clock.GetCurrentInstant();
        var due = await store.LockDueAsync(pbx, by, Batch, ct);
        if (due.Count == 0) return [];
        var byNumber = await rooms.GetManyAsync([.. due.Select(c => c.Room).Distinct(StringComparer.Ordinal)], ct);
        var claimed = new List<ClaimedAttempt>(due.Count);
        var after = new List<Action>();
        foreach (var call in await StillWantedAsync(due, now, after, ct))
        {
            var givenUp = call.GiveUpIfTooLate(now, store.Rules);
            if (!call.State.IsOpen())
            {
                after.Add(await store.ApplyAsync(call, givenUp, ct));
                after.Add(() => log.GivenUp(call.Number, call.Room, call.State.ToString(), call.History[^1].Cause));
                continue;
            }

            var attempt = call.Claim(now);
            store.Db.Add(attempt);
            after.Add(await store.ApplyAsync(call, WakeUpEffects.None, ct));
            claimed.Add(ClaimedAttempt.Of(call, attempt, byNumber[call.Room], store.Rules));
        }

        after.Add(() => meter.Due(claimed.Count));
        await CommitAsync(after, ct);
        return claimed;
    }

    /// <summary>The link is down: what is due goes to housekeeping's list at once, what is too late ends.</summary>
    public async Task ReportPbxDownAsync(string pbx, CancellationToken ct)
    {
        await store.Work.BeginAsync(ct);
        var now = store.Clock.GetCurrentInstant();
        var after = new List<Action>();
        foreach (var call in await StillWantedAsync(await store.LockDueAsync(pbx, now, Batch, ct), now, after, ct))
        {
            var effects = call.GiveUpIfTooLate(now, store.Rules);
            if (call.State.IsOpen() && !call.Listed)
            {
                effects = call.PbxDown(now);
                after.Add(() => log.PbxDown(call.Number, call.Room, store.Rules.LateLimit));
            }
            else if (!call.State.IsOpen())
            {
                after.Add(() => log.GivenUp(call.Number, call.Room, call.State.ToString(), call.History[^1].Cause));
            }

            after.Add(await store.ApplyAsync(call, effects, ct));
        }

        await CommitAsync(after, ct);
    }

    /// <summary>A claimed or ringing attempt cannot reach the PBX: housekeeping's list, once.</summary>
    public Task ListPbxDownAsync(ClaimedAttempt claimed, CancellationToken ct) => StepAsync(claimed, (call, _, now) =>
    {
        var effects = call.PbxDown(now);
        if (effects.ListReason is not null) log.PbxDown(call.Number, call.Room, store.Rules.LateLimit);
        return effects;
    }, ct);

    /// <summary>A claimed attempt that never went out is too late now.</summary>
    public Task GiveUpUnsentAsync(ClaimedAttempt claimed, string why, CancellationToken ct) => StepAsync(claimed, (call, attempt, now) =>
    {
        var effects = call.GiveUpUnsent(attempt, why, now);
        log.GivenUp(call.Number, call.Room, call.State.ToString(), why);
        return effects;
    }, ct);

    /// <summary>
    /// The database may have been restored: what fell due between its backup and that is missed and on housekeeping's list before anything is dialled,
    /// and the operators are told once what a restore means.
    /// </summary>
    public async Task SettleRestoreAsync(string pbx, CancellationToken ct)
    {
        if (await DatabaseRestore.LastAsync(store.Db, ct) is not { } restore) return;
        var id = RestoreSettlement.IdOf(restore, pbx);
        if (await store.Db.Set<RestoreSettlement>().AsNoTracking().AnyAsync(s => s.Id == id, ct)) return;
        var (taken, restored) = (Wall(restore.BackupTakenAt), Wall(restore.RestoredAt));
        var cause = $"fell due between the backup of {taken} and its restore of {restored}: whether it rang then is not known";
        for (var missed = 0; ;)
        {
            await store.Work.BeginAsync(ct);
            var now = store.Clock.GetCurrentInstant();
            var after = new List<Action>();
            var due = await store.LockFellDueAsync(pbx, restore.RestoredAt, Batch, ct);
            foreach (var call in due)
            {
                var underWay = call.State == WakeUpState.Attempting ? await store.AttemptAsync(call.LastAttemptId, ct) : null;
                after.Add(await store.ApplyAsync(call, call.LostInRestore(underWay, cause, now), ct));
                after.Add(() => log.GivenUp(call.Number, call.Room, call.State.ToString(), cause));
            }

            missed += due.Count;
            if (due.Count == 0)
            {
                store.Db.Add(new RestoreSettlement(restore, pbx, missed, now));
                after.Add(notices.Post("database-restored", null,
                    $"the database was restored at {restored} from the backup of {taken}: what was entered in between (wake-ups, cancellations, check-ins, locks, messages) is not in it; {missed} wake-ups that fell due in between are on housekeeping's list", null));
                after.Add(() => log.RestoreSettled(restored, restore.Backup, taken, missed));
            }

            await CommitAsync(after, ct);
            if (due.Count == 0) return;
        }
    }

    /// <summary>Stores what an attempt came to and what follows from it. Storing the same result twice changes nothing.</summary>
    public Task RecordAsync(ClaimedAttempt claimed, AttemptResult result, CancellationToken ct) => StepAsync(claimed, (call, attempt, now) =>
    {
        if (attempt.Outcome is not null) return WakeUpEffects.None;
        var effects = call.Record(attempt, result, now, store.Rules);
        var next = call.NextAttemptAt is { } at ? $", next attempt {WakeUpTimes.Clock(at.InZone(store.Zone).TimeOfDay.With(TimeAdjusters.TruncateToSecond))}" : "";
        log.AttemptEnded(call.Number, call.Room, attempt.Number, result.Detail is null ? $"{result.Outcome}" : $"{result.Outcome} ({result.Detail})", call.State.ToString(), next);
        return effects;
    }, ct);

    /// <summary>The attempts of this PBX that have no outcome: an earlier run of the worker left them.</summary>
    public async Task<IReadOnlyList<(ClaimedAttempt Claimed, bool Sent, bool StillWanted)>> OpenAttemptsAsync(string pbx, CancellationToken ct)
    {
        if (store.Work.MustLookLocally) return await OpenLocallyAsync(pbx, ct);
        var open = await (
            from attempt in store.Db.Set<WakeUpAttempt>().AsNoTracking()
            join call in store.Db.Set<WakeUpCall>().AsNoTracking() on attempt.WakeUpCallId equals call.Id
            where attempt.Outcome == null && call.Pbx == pbx
            orderby attempt.DueAt
            select new { attempt, call }).ToListAsync(ct);
        var byNumber = await rooms.GetManyAsync([.. open.Select(o => o.call.Room).Distinct(StringComparer.Ordinal)], ct);
        return [.. open.Select(o => (ClaimedAttempt.Of(o.call, o.attempt, byNumber[o.call.Room], store.Rules),
            o.attempt.SentAt is not null, IsWanted(o.call, o.attempt)))];
    }

    private async Task<IReadOnlyList<(ClaimedAttempt Claimed, bool Sent, bool StillWanted)>> OpenLocallyAsync(string pbx, CancellationToken ct)
    {
        var calls = store.Work.Copy.Where<WakeUpCall>(c => c.Pbx == pbx).ToDictionary(c => c.Id);
        var open = store.Work.Copy.Where<WakeUpAttempt>(a => a.Outcome is null && calls.ContainsKey(a.WakeUpCallId)).OrderBy(a => a.DueAt).ToList();
        var byNumber = await rooms.GetManyAsync([.. open.Select(a => calls[a.WakeUpCallId].Room).Distinct(StringComparer.Ordinal)], ct);
        return [.. open.Select(a => (Attempt: a, Call: calls[a.WakeUpCallId])).Select(o => (ClaimedAttempt.Of(o.Call, o.Attempt, byNumber[o.Call.Room], store.Rules),
            o.Attempt.SentAt is not null, IsWanted(o.Call, o.Attempt)))];
    }

    // One that was left behind in a room that its guest moved out of is not.
    private static bool IsWanted(WakeUpCall call, WakeUpAttempt attempt) => call.State == WakeUpState.Attempting && call.AttemptsMade == attempt.Number;

    /// <summary>
    /// Check-out has cancelled what was its guest's. Should a call be left all the same, by whatever way, it must not ring the next guest: it is
    /// cancelled here, before anything is dialled.
    /// </summary>
    private async Task<IReadOnlyList<WakeUpCall>> StillWantedAsync(List<WakeUpCall> due, Instant now, List<Action> after, CancellationToken ct)
    {
        var ended = await stays.EndedAsync([.. due.Select(c => c.StayId).OfType<Guid>().Distinct()], ct);
        foreach (var call in due.Where(c => c.StayId is { } stay && ended.Contains(stay)))
        {
            after.Add(await store.ApplyAsync(call, call.Cancel("switchboard", WakeUpStays.GuestLeft, now), ct));
            after.Add(() => log.GuestGone(call.Number, call.Room));
        }

        return due.FindAll(c => c.State.IsOpen());
    }

    /// <summary>Of these channels, the ones whose attempt has its outcome stored, and the ones that no attempt here knows.</summary>
    public async Task<(IReadOnlyCollection<string> Stored, IReadOnlyCollection<string> Unknown)> SortProofsAsync(
        IReadOnlyCollection<string> channelIds, CancellationToken ct)
    {
        // An attempt that is stored only here keeps its proof: the database is not there to say whether it has it.
        if (store.Work.MustLookLocally) return ([], []);
        var known = await store.Db.Set<WakeUpAttempt>().AsNoTracking().Where(a => channelIds.Contains(a.ChannelId))
            .Select(a => new { a.ChannelId, Stored = a.Outcome != null }).ToListAsync(ct);
        return ([.. known.Where(k => k.Stored).Select(k => k.ChannelId)], [.. channelIds.Except(known.Select(k => k.ChannelId), StringComparer.Ordinal)]);
    }

    /// <summary>
    /// Puts bookings' instants right under today's zone data, the soonest first, so many at a time that dialling does not wait for it.
    /// Returns true when there may be more. One that would fall together with another booking of its room stays as it was, and is told.
    /// </summary>
    public async Task<bool> RederiveAsync(string pbx, int atMost, ISet<Guid> leftAlone, CancellationToken ct)
    {
        var open = await store.Db.Set<WakeUpCall>().AsNoTracking().Where(c => c.Pbx == pbx && c.State == WakeUpState.Booked && c.NextAttemptAt != null)
            .OrderBy(c => c.DueAt).Select(c => new { c.Id, c.Date, c.Time, c.Zone, c.DueAt }).ToListAsync(ct);
        var moved = (
            from call in open
            where !leftAlone.Contains(call.Id)
            let shift = Rederived(call.Date, call.Time, call.Zone).DueAt - call.DueAt
            where shift != Duration.Zero
            select (call.Id, Shift: shift)).ToList();
        // Later ones first where all move on: each must find its new place free.
        if (moved.Count > 0 && moved[0].Shift > Duration.Zero) moved.Reverse();
        foreach (var (id, _) in moved.Take(atMost)) await RederiveAsync(id, leftAlone, ct);
        return moved.Count > atMost;
    }

    private async Task RederiveAsync(Guid id, ISet<Guid> leftAlone, CancellationToken ct)
    {
        await store.Work.BeginAsync(ct);
        if (await store.LockAsync(id, ct) is not { } call) return;
        if (!call.Rederive(Rederived(call.Date, call.Time, call.Zone), store.Clock.GetCurrentInstant()))
        {
            leftAlone.Add(id); // too late to move, or no longer waiting
            return;
        }

        var after = await store.ApplyAsync(call, WakeUpEffects.None, ct);
        try
        {
            await CommitAsync([after, () => log.Rederived(call.Number, call.Room, WakeUpStore.Clocked(call), call.Zone, call.DueAt.ToString())], ct);
        }
        catch (DbUpdateException taken) when (taken.InnerException is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation })
        {
            leftAlone.Add(id);
            await store.Work.DisposeAsync();
            store.Db.ChangeTracker.Clear();
            log.RederivedTogether(call.Number, call.Room, WakeUpStore.Clocked(call), call.Zone);
        }
    }

    private string Wall(Instant at) => at.InZone(store.Zone).ToString("uuuu-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);

    private WakeUpTime Rederived(LocalDate date, LocalTime time, string zone) => WakeUpTimes.Rederive(date, time, SystemZones.GetOrNull(zone) ?? store.Zone);

    private async Task StepAsync(ClaimedAttempt claimed, Func<WakeUpCall, WakeUpAttempt, Instant, WakeUpEffects> step, CancellationToken ct)
    {
        await store.Work.BeginAsync(ct);
        var call = await store.LockAsync(claimed.CallId, ct) ?? throw new InvalidOperationException($"wake-up {claimed.CallNumber} is gone from the database");
        var attempt = await store.AttemptAsync(claimed.AttemptId, ct);
        var openBefore = attempt.Outcome is null;
        var after = await store.ApplyAsync(call, step(call, attempt, store.Clock.GetCurrentInstant()), ct);
        await CommitAsync(openBefore && attempt.Outcome is not null ? [after, () => meter.AttemptEnded(attempt)] : [after], ct);
    }

    private async Task CommitAsync(IEnumerable<Action> after, CancellationToken ct)
    {
        await store.Work.CommitAsync(ct);
        // Log lines tell facts: what was rolled back did not happen.
        foreach (var tell in after) tell();
    }
}
