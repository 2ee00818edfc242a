using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Hotel;
using Switchboard.Features.Housekeeping;
using Switchboard.Features.Rooms;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>
/// Loads wake-up calls under lock and saves a step of theirs whole: state, attempt, history and housekeeping's list in one transaction.
/// </summary>
internal sealed class WakeUpStore(UnitOfWork work, KnockList knocks, RoomRegister rooms, WakeUpOptionsNow rules, WakeUpMeter meter, IClock clock, ILogger<WakeUpStore> log)
{
    public UnitOfWork Work => work;
    public SwitchboardDb Db => work.Db;
    public IClock Clock => clock;
    public WakeUpOptions Rules => rules.Options;
    public DateTimeZone Zone => rules.Zone;

    /// <summary>The call, locked until the transaction ends.</summary>
    public async Task<WakeUpCall?> LockAsync(Guid id, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Find<WakeUpCall>(id))
        : await Db.Set<WakeUpCall>().FromSql($"select *, xmin from wake_up_calls where id = {id} for update").SingleOrDefaultAsync(ct);

    /// <summary>The call of this number, locked until the transaction ends.</summary>
    public async Task<WakeUpCall?> LockAsync(long number, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Where<WakeUpCall>(c => c.Number == number).SingleOrDefault())
        : await Db.Set<WakeUpCall>().FromSql($"select *, xmin from wake_up_calls where number = {number} for update").SingleOrDefaultAsync(ct);

    /// <summary>What something can still come of in these rooms, locked until the transaction ends; in due order. PostgreSQL only.</summary>
    public async Task<List<WakeUpCall>> LockOpenAsync(string[] rooms, CancellationToken ct)
    {
        var open = await Db.Set<WakeUpCall>().FromSql($"""
            select *, xmin from wake_up_calls
            where room = any({rooms}) and state in ('Booked', 'Attempting', 'Retrying', 'Snoozed')
            order by due_at, number for update
            """).ToListAsync(ct);
        // An earlier step of the same transaction may have ended some.
        return open.FindAll(c => c.State.IsOpen());
    }

    /// <summary>The attempt, to be changed with its call.</summary>
    public async Task<WakeUpAttempt> AttemptAsync(Guid id, CancellationToken ct) => work.IsOffline
        ? work.Attach(work.Copy.Find<WakeUpAttempt>(id)) ?? throw new InvalidOperationException($"attempt {id} is not in this machine's copy")
        : await Db.Set<WakeUpAttempt>().SingleAsync(a => a.Id == id, ct);

    /// <summary>The calls of this PBX that something can still come of, where the database cannot be asked.</summary>
    public List<WakeUpCall> OpenLocally(string pbx) => work.Copy.Where<WakeUpCall>(c => c.Pbx == pbx && c.State.IsOpen());

    /// <summary>What of this PBX waits and is due by then, in due order, skipping what another transaction is at.</summary>
    public async Task<List<WakeUpCall>> LockDueAsync(string pbx, Instant by, int atMost, CancellationToken ct) => work.IsOffline
        ? [.. work.Copy.Where<WakeUpCall>(c => c.Pbx == pbx && c.NextAttemptAt <= by).OrderBy(c => c.NextAttemptAt).ThenBy(c => c.Number).Take(atMost).Select(c => work.Attach(c)!)]
        : await Db.Set<WakeUpCall>().FromSql($"""
            select *, xmin from wake_up_calls
            where pbx = {pbx} and next_attempt_at <= {by}
            order by next_attempt_at, number limit {atMost} for update skip locked
            """).ToListAsync(ct);

    /// <summary>What of this PBX is open and fell due by then, rung or not. PostgreSQL only.</summary>
    public Task<List<WakeUpCall>> LockFellDueAsync(string pbx, Instant by, int atMost, CancellationToken ct) => Db.Set<WakeUpCall>().FromSql($"""
        select c.*, c.xmin from wake_up_calls c
        where c.pbx = {pbx} and (c.next_attempt_at <= {by} or (c.state = 'Attempting'
          and exists (select 1 from wake_up_attempts a where a.wake_up_call_id = c.id and a.number = c.attempts_made and a.due_at <= {by})))
        order by c.due_at, c.number limit {atMost} for update of c
        """).ToListAsync(ct);

    /// <summary>Takes over what a step of the state machine asks for; part of the caller's transaction. The returned action logs and counts, after the commit.</summary>
    public async Task<Action> ApplyAsync(WakeUpCall call, WakeUpEffects effects, CancellationToken ct)
    {
        var steps = call.History.Where(t => t.Id == 0 && Db.Entry(t).State == EntityState.Detached).ToList();
        Db.AddRange(steps);
        var ended = steps.Count > 0 && !call.State.IsOpen();
        if (effects.ListReason is { } reason)
        {
            var room = await rooms.GetAsync(call.Room, ct);
            var listed = knocks.Add(new KnockRequest(Source, call.Id, call.Number, call.Pbx, call.Room, room.Floor, call.Date, call.Time, call.Zone, reason, call.Results));
            var results = call.Results.Count == 0 ? "none" : string.Join(", ", call.Results);
            return () =>
            {
                log.Listed(call.Room, room.Floor, Source, call.Number, Clocked(call), reason, results);
                listed();
                if (ended) meter.Ended(call.State);
            };
        }

        if (effects.Note is { } note)
        {
            var text = effects.NoteTime is { } at ? $"{note.ToLowerInvariant()} {WakeUpTimes.Clock(at.InZone(Zone).TimeOfDay.With(TimeAdjusters.TruncateToSecond))}" : note;
            await knocks.NoteAsync(Source, call.Id, text, call.Results, ct);
        }

        return () =>
        {
            if (ended) meter.Ended(call.State);
        };
    }

    /// <summary>What housekeeping's entries call these.</summary>
    public const string Source = "wake-up";

    /// <summary>The booked time for people: date where it is not needed is left out.</summary>
    public static string Clocked(WakeUpCall call) => $"{WakeUpTimes.Iso(call.Date)} {WakeUpTimes.Clock(call.Time)}";
}

/// <summary>The rules and the hotel as they are configured now.</summary>
internal sealed record WakeUpOptionsNow(WakeUpOptions Options, HotelOptions Hotel)
{
    public DateTimeZone Zone => Hotel.Zone;
}
