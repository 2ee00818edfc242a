using NodaTime;
using Switchboard.Web;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>
/// A wake-up call and everything that may become of it. Pure: it asks no clock, no database and no PBX; each method takes
/// the instant, changes the state, notes the transition and returns what others must do (<see cref="WakeUpEffects"/>).
/// </summary>
public sealed class WakeUpCall
{
    private readonly List<WakeUpTransition> _history = [];

    private WakeUpCall() { }

    public Guid Id { get; private set; }

    /// <summary>The short number that people say on the phone; given by the database.</summary>
    public long Number { get; private set; }

    public string Room { get; private set; } = "";
    public string Pbx { get; private set; } = "";

    /// <summary>The stay of the guest who is to be woken; null where it belongs to the room alone.</summary>
    public Guid? StayId { get; private set; }

    public Guid? SeriesId { get; private set; }
    public Guid? GroupId { get; private set; }
    public string Kind { get; private set; } = "single";
    public string Source { get; private set; } = "operator";
    public string EnteredBy { get; private set; } = "";
    public string? StaffNumber { get; private set; }
    public string? VerifiedBy { get; private set; }
    public string? Language { get; private set; }
    public bool RequireKey { get; private set; }

    /// <summary>Date, time and zone on the guest's wall clock are the truth; <see cref="DueAt"/> is derived from them.</summary>
    public LocalDate Date { get; private set; }
    public LocalTime Time { get; private set; }
    public string Zone { get; private set; } = "";
    public Instant DueAt { get; private set; }

    /// <summary><see cref="DueAt"/> cut to the minute: one open booking per room and minute.</summary>
    public Instant DueMinute { get; private set; }

    public Instant RecordedAt { get; private set; }
    public WakeUpState State { get; private set; }

    /// <summary>When the next attempt is due; null while one is under way and after the end.</summary>
    public Instant? NextAttemptAt { get; private set; }

    /// <summary>The number of the last attempt.</summary>
    public int AttemptsMade { get; private set; }

    /// <summary>The id of that attempt.</summary>
    public Guid LastAttemptId => WakeUpAttempt.IdOf(Id, AttemptsMade);

    /// <summary>Attempts since the booked time or the last snooze.</summary>
    public int AttemptsInRound { get; private set; }

    public int SnoozesUsed { get; private set; }

    /// <summary>An attempt of it was dialled late.</summary>
    public bool Late { get; private set; }

    /// <summary>Housekeeping has the room on its list.</summary>
    public bool Listed { get; private set; }

    /// <summary>The attempts' outcomes in order.</summary>
    public List<string> Results { get; private set; } = [];

    /// <summary>Was anything ever sent to the PBX for it? Tells Unanswered from Missed.</summary>
    public bool EverDialled { get; private set; }

    public Instant? EndedAt { get; private set; }

    /// <summary>Optimistic concurrency (PostgreSQL's xmin).</summary>
    public uint Version { get; private set; }

    /// <summary>Steps taken since the call was loaded, oldest first; stored as rows of their own.</summary>
    public IReadOnlyList<WakeUpTransition> History => _history;

    public static WakeUpCall Book(WakeUpBooking booking, Instant now)
    {
        var call = new WakeUpCall
        {
            Id = Guid.CreateVersion7(),
            Room = booking.Room,
            Pbx = booking.Pbx,
            Source = booking.Source,
            EnteredBy = booking.EnteredBy,
            StaffNumber = booking.StaffNumber,
            VerifiedBy = booking.VerifiedBy,
            Language = booking.Language,
            StayId = booking.StayId,
            RequireKey = booking.RequireKey,
            RecordedAt = now,
            State = WakeUpState.Booked,
        };
        call.SetTime(booking.When);
        call._history.Add(new WakeUpTransition(call.Id, now, null, WakeUpState.Booked, "booked", booking.EnteredBy, null));
        return call;
    }

    /// <summary>Begins the next attempt, shortly before or (late) after it is due.</summary>
    public WakeUpAttempt Claim(Instant now)
    {
        Require(State.IsWaiting(), "claimed");
        var due = NextAttemptAt!.Value;
        var late = now - due > LateTolerance;
        AttemptsMade++;
        AttemptsInRound++;
        var attempt = new WakeUpAttempt(this, AttemptsMade, due, now, late);
        Late |= late;
        NextAttemptAt = null;
        Change(State, WakeUpState.Attempting, now, late ? "claimed, late" : "claimed", null, attempt.Number);
        return attempt;
    }

    /// <summary>Takes the result of an attempt. Safe to call twice with the same attempt: the second changes nothing.</summary>
    public WakeUpEffects Record(WakeUpAttempt attempt, AttemptResult result, Instant now, WakeUpOptions rules)
    {
        if (!attempt.End(result, now)) return WakeUpEffects.None;
        EverDialled |= attempt.SentAt is not null;
        Results.Add(result.Outcome.ToString());
        // Cancelled, closed by housekeeping or taken to another room while it rang: the attempt keeps its result, the call its end or its new attempt.
        if (!IsAt(attempt)) return WakeUpEffects.None;

        var cause = Describe(result);
        switch (result.Outcome)
        {
            case AttemptOutcome.Confirmed:
            case AttemptOutcome.SnoozeAsked when SnoozesUsed >= rules.Snoozes:
                return End(WakeUpState.Confirmed, now, cause, attempt.Number, result.KeyAt ?? now);
            case AttemptOutcome.Answered when !RequireKey:
                return End(WakeUpState.Answered, now, cause, attempt.Number, result.AnsweredAt ?? now);
            case AttemptOutcome.SnoozeAsked:
                SnoozesUsed++;
                AttemptsInRound = 0;
                // From the guest's key, not from when we learned of it: a worker that was away must not shift it.
                return Wait(WakeUpState.Snoozed, attempt.EndedAt!.Value + Duration.FromTimeSpan(rules.SnoozeTime), now, cause, attempt.Number);
            default:
                return RetryOrGiveUp(attempt, result, now, rules, cause);
        }
    }

    /// <summary>The PBX cannot be reached when the call is due: housekeeping gets the room at once, no attempt is used up.</summary>
    public WakeUpEffects PbxDown(Instant now)
    {
        if (!State.IsOpen() || Listed) return WakeUpEffects.None;
        Change(State, State, now, "PBX link down", null, null);
        return PutOnList("PBX link down");
    }

    /// <summary>Ends a call that waits for an attempt whose time is too long past.</summary>
    public WakeUpEffects GiveUpIfTooLate(Instant now, WakeUpOptions rules)
    {
        if (!State.IsWaiting() || now - NextAttemptAt!.Value <= Duration.FromTimeSpan(rules.LateLimit)) return WakeUpEffects.None;
        return End(EverDialled ? WakeUpState.Unanswered : WakeUpState.Missed, now, $"more than {rules.LateLimit:hh\\:mm\\:ss} late", null, now);
    }

    /// <summary>Ends a call whose claimed attempt never went out and is now too late.</summary>
    public WakeUpEffects GiveUpUnsent(WakeUpAttempt attempt, string why, Instant now)
    {
        if (!attempt.End(new AttemptResult(AttemptOutcome.Failed, Detail: $"never sent: {why}"), now)) return WakeUpEffects.None;
        if (!IsAt(attempt)) return WakeUpEffects.None;
        return End(EverDialled ? WakeUpState.Unanswered : WakeUpState.Missed, now, $"attempt never sent: {why}", attempt.Number, now);
    }

    /// <summary>
    /// The database was restored from a backup in which this call was still to come, and by then its time was over: it may have rung in between, or
    /// not, and nobody knows. It is not rung again hours later; somebody looks.
    /// </summary>
    /// <param name="underWay">The attempt that was under way when the backup was taken; null where none was.</param>
    /// <param name="cause">For people: from when to when.</param>
    /// <param name="now">When that was found.</param>
    public WakeUpEffects LostInRestore(WakeUpAttempt? underWay, string cause, Instant now)
    {
        if (!State.IsOpen()) return WakeUpEffects.None;
        if (underWay is not null && underWay.End(new AttemptResult(AttemptOutcome.Unknown, Detail: cause), now))
        {
            EverDialled |= underWay.SentAt is not null;
            Results.Add(nameof(AttemptOutcome.Unknown));
        }

        return End(WakeUpState.Missed, now, cause, underWay?.Number, now);
    }

    /// <summary>Cancels an open call. An attempt under way must then be hung up.</summary>
    public WakeUpEffects Cancel(string by, string cause, Instant now)
    {
        if (!State.IsOpen()) throw new ConflictException($"wake-up {Number} has already ended: {State}");
        var hangUp = State == WakeUpState.Attempting;
        return End(WakeUpState.Cancelled, now, cause, null, now, by) with { HangUp = hangUp };
    }

    /// <summary>Housekeeping found the guest awake: no more attempts.</summary>
    public WakeUpEffects AwakeAtTheDoor(string by, Instant now)
    {
        if (!State.IsOpen()) return WakeUpEffects.None;
        var hangUp = State == WakeUpState.Attempting;
        var end = EverDialled || hangUp ? WakeUpState.Unanswered : WakeUpState.Missed;
        return End(end, now, "awake at the door", null, now, by) with { HangUp = hangUp };
    }

    /// <summary>A new time for a call that does not ring just now; its attempts begin anew.</summary>
    public WakeUpEffects ChangeTime(WakeUpTime when, string by, Instant now)
    {
        if (State == WakeUpState.Attempting)
            throw new ConflictException($"wake-up {Number} is ringing room {Room} now: change it when the attempt has ended, or cancel it");
        if (!State.IsOpen()) throw new ConflictException($"wake-up {Number} has already ended: {State}");
        var from = $"{Date:uuuu-MM-dd} {Time:HH:mm:ss}";
        SetTime(when);
        AttemptsInRound = 0;
        SnoozesUsed = 0;
        Change(State, WakeUpState.Booked, now, $"changed from {from} to {Date:uuuu-MM-dd} {Time:HH:mm:ss}", by, null);
        return Listed ? WakeUpEffects.NoteThat($"changed to {Date:uuuu-MM-dd} {Time:HH:mm}") : WakeUpEffects.None;
    }

    /// <summary>
    /// The guest moves, and the call with them. An attempt under way is hung up, because nobody is there any more to hear it, and does not
    /// count: the call goes on in the new room at once, or when that attempt would have been due. What the phone in the old room still reports is
    /// the attempt's own result (<see cref="Record"/>).
    /// </summary>
    /// <param name="underWay">The attempt that is claimed or rings; null where none is.</param>
    public WakeUpEffects MoveTo(string room, Guid stayId, WakeUpAttempt? underWay, string by, Instant now)
    {
        if (!State.IsOpen()) throw new ConflictException($"wake-up {Number} has already ended: {State}");
        var cause = $"moved from room {Room} to room {room}";
        (Room, StayId) = (room, stayId);
        if (underWay is null)
        {
            Require(State != WakeUpState.Attempting, "moved without its attempt");
            Change(State, State, now, cause, by, null);
        }
        else
        {
            Require(IsAt(underWay), "moved with another attempt");
            AttemptsInRound--;
            NextAttemptAt = Instant.Max(now, underWay.DueAt);
            Change(WakeUpState.Attempting, WakeUpState.Retrying, now, cause, by, underWay.Number);
        }

        // The entry stays; who knocks must know where the guest is now.
        var effects = Listed ? WakeUpEffects.NoteThat($"guest moved to room {room}") : WakeUpEffects.None;
        return effects with { HangUp = underWay is not null };
    }

    /// <summary>The zone's rules changed after the booking: the wall clock stays, the instant moves.</summary>
    public bool Rederive(WakeUpTime when, Instant now)
    {
        if (State != WakeUpState.Booked || when.DueAt == DueAt) return false;
        var from = DueAt;
        SetTime(when);
        Change(State, State, now, $"zone data changed: instant moved from {from} to {DueAt}", null, null);
        return true;
    }

    private WakeUpEffects RetryOrGiveUp(WakeUpAttempt attempt, AttemptResult result, Instant now, WakeUpOptions rules, string cause)
    {
        if (AttemptsInRound >= rules.Attempts) return End(WakeUpState.Unanswered, now, cause, attempt.Number, now);
        // Nothing is known of an Unknown one: it is due again at once, not after the pause, and as late as the attempt itself.
        // Others are due again by when they really ended, so that a worker that was away does not ring hours late.
        var next = result.Outcome == AttemptOutcome.Unknown
            ? attempt.DueAt
            : attempt.EndedAt!.Value + Duration.FromTimeSpan(rules.Pause);
        var effects = Wait(WakeUpState.Retrying, next, now, cause, attempt.Number);
        // Nobody else will wake this guest: the list does not wait for the last attempt.
        if (result.Outcome is AttemptOutcome.Unreachable or AttemptOutcome.Failed)
            return Listed ? effects : PutOnList(cause);
        return effects;
    }

    private WakeUpEffects Wait(WakeUpState state, Instant next, Instant now, string cause, int attempt)
    {
        NextAttemptAt = next;
        Change(State, state, now, cause, null, attempt);
        return Listed ? WakeUpEffects.NoteThat(cause) : WakeUpEffects.None;
    }

    private WakeUpEffects End(WakeUpState state, Instant now, string cause, int? attempt, Instant reachedAt, string? by = null)
    {
        NextAttemptAt = null;
        EndedAt = now;
        Change(State, state, now, cause, by, attempt);
        var good = state is WakeUpState.Confirmed or WakeUpState.Answered or WakeUpState.Cancelled;
        if (Listed) return new WakeUpEffects { Note = state.ToString(), NoteTime = reachedAt };
        return good ? WakeUpEffects.None : PutOnList(state == WakeUpState.Missed ? cause : "no answer");
    }

    private WakeUpEffects PutOnList(string reason)
    {
        Listed = true;
        return new WakeUpEffects { ListReason = reason };
    }

    private void SetTime(WakeUpTime when)
    {
        (Date, Time, Zone, DueAt) = (when.Date, when.Time, when.Zone, when.DueAt);
        DueMinute = Instant.FromUnixTimeSeconds(DueAt.ToUnixTimeSeconds() / 60 * 60);
        NextAttemptAt = DueAt;
    }

    private void Change(WakeUpState expected, WakeUpState next, Instant now, string cause, string? by, int? attempt)
    {
        Require(State == expected, $"moved to {next}");
        State = next;
        _history.Add(new WakeUpTransition(Id, now, expected, next, cause, by, attempt));
    }

    // An attempt that was left behind in another room may end when the next one is under way.
    private bool IsAt(WakeUpAttempt attempt) => State == WakeUpState.Attempting && attempt.Number == AttemptsMade;

    private void Require(bool allowed, string verb)
    {
        if (!allowed) throw new InvalidOperationException($"wake-up {Number} in state {State} cannot be {verb}");
    }

    private static string Describe(AttemptResult result) => result.Detail is null
        ? result.Outcome.ToString()
        : $"{result.Outcome} ({result.Detail})";

    /// <summary>Below this an attempt counts as on time: claiming and dialling take moments themselves.</summary>
    private static readonly Duration LateTolerance = Duration.FromSeconds(2);
}
