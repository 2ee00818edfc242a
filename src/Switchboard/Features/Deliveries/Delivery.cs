using NodaTime;
using Switchboard.Web;

namespace Switchboard.Features.Deliveries;

/// <summary>Where a delivery stands. Waiting and Attempting are open; the others are ends.</summary>
public enum DeliveryState
{
    Waiting,
    Attempting,

    /// <summary>Somebody has it and said so.</summary>
    Acknowledged,

    /// <summary>Nobody was reached for so long that it is the office's again.</summary>
    GivenUp,

    /// <summary>It is not wanted any more.</summary>
    Stopped,
}

/// <summary>
/// Something that is to reach a person of the directory, tried way after way and round after round until somebody says that they have it. Every
/// change of its state is in this file.
/// </summary>
public sealed class Delivery
{
    private static readonly Duration WhereNotSent = Duration.FromSeconds(5);

    private Delivery() { }

    public Delivery(Guid subject, string pbx, string person, string by, Instant at) =>
        (Id, Subject, Pbx, Person, RequestedBy, RequestedAt, NextAttemptAt) = (Guid.CreateVersion7(at.ToDateTimeOffset()), subject, pbx, person, by, at, at);

    public Guid Id { get; private set; }

    /// <summary>The short number that people say.</summary>
    public long Number { get; private set; }

    /// <summary>What it is that is delivered, by the id of the feature that asked for it.</summary>
    public Guid Subject { get; private set; }

    public string Pbx { get; private set; } = "";

    /// <summary>The directory key of whom it is for; deputies are found when their turn comes.</summary>
    public string Person { get; private set; } = "";

    public string RequestedBy { get; private set; } = "";
    public Instant RequestedAt { get; private set; }
    public DeliveryState State { get; private set; } = DeliveryState.Waiting;

    /// <summary>Once round is every way of the person and of the deputies.</summary>
    public int Round { get; private set; } = 1;

    /// <summary>Attempts so far.</summary>
    public int Attempts { get; private set; }

    /// <summary>While it waits: what for.</summary>
    public Instant? NextAttemptAt { get; private set; }

    public Instant? EndedAt { get; private set; }

    /// <summary>Who has it, or who stopped it.</summary>
    public string? EndedBy { get; private set; }

    /// <summary>How that was said: <c>key</c> or <c>desk</c>; why it was stopped or given up.</summary>
    public string? EndedHow { get; private set; }

    /// <summary>Optimistic concurrency (PostgreSQL's xmin).</summary>
    public uint Version { get; private set; }

    public bool IsOpen => State is DeliveryState.Waiting or DeliveryState.Attempting;

    /// <summary>Begins the next attempt; it is stored before it is sent.</summary>
    public DeliveryAttempt Begin(DeliveryOption option, Instant now)
    {
        Change(DeliveryState.Waiting, DeliveryState.Attempting);
        NextAttemptAt = null;
        return new DeliveryAttempt(this, ++Attempts, option, now);
    }

    /// <summary>An attempt of it has ended: the next way follows, after a moment where the former may ring still. An acknowledgement ends it.</summary>
    public void Ended(DeliveryAttempt attempt, Instant now, Duration whereUnknown)
    {
        if (attempt.DeliveryId != Id || attempt.Outcome is not { } outcome) throw new InvalidOperationException($"attempt {attempt.Number} of delivery {Number} has not ended");
        // Acknowledged or stopped while it rang: that stands.
        if (State != DeliveryState.Attempting || attempt.Number != Attempts) return;
        Change(DeliveryState.Attempting, DeliveryState.Waiting);
        NextAttemptAt = outcome switch
        {
            DeliveryOutcome.Unknown => now + whereUnknown,
            // The PBX is away: a moment later it may be back, and until then mails go and the end of all patience comes.
            DeliveryOutcome.NotSent => now + WhereNotSent,
            _ => now,
        };
    }

    /// <summary>Nothing can be tried just now.</summary>
    public void Wait(Instant until)
    {
        Change(DeliveryState.Waiting, DeliveryState.Waiting);
        NextAttemptAt = until;
    }

    /// <summary>Every way was tried and nobody has it: once more from the beginning.</summary>
    public void NextRound(Instant at)
    {
        Change(DeliveryState.Waiting, DeliveryState.Waiting);
        (Round, NextAttemptAt) = (Round + 1, at);
    }

    /// <summary>Somebody has it. Of two the first counts.</summary>
    /// <exception cref="ConflictException">It has ended already.</exception>
    public void Acknowledge(string by, string how, Instant now) => End(DeliveryState.Acknowledged, by, how, now);

    /// <summary>Nobody could be reached for too long.</summary>
    public void GiveUp(string why, Instant now)
    {
        Change(DeliveryState.Waiting, DeliveryState.GivenUp);
        (NextAttemptAt, EndedAt, EndedHow) = (null, now, why);
    }

    /// <summary>It is not wanted any more.</summary>
    /// <exception cref="ConflictException">It has ended already.</exception>
    public void Stop(string by, string why, Instant now) => End(DeliveryState.Stopped, by, why, now);

    private void End(DeliveryState next, string by, string how, Instant now)
    {
        if (!IsOpen) throw new ConflictException($"delivery {Number} has ended already: {State}{(EndedBy is null ? "" : $" by {EndedBy}")}");
        Change(State, next);
        (NextAttemptAt, EndedAt, EndedBy, EndedHow) = (null, now, by, how);
    }

    private void Change(DeliveryState expected, DeliveryState next)
    {
        if (State != expected) throw new InvalidOperationException($"delivery {Number} is {State}, not {expected}");
        State = next;
    }
}
