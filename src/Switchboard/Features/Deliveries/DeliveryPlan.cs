using NodaTime;

namespace Switchboard.Features.Deliveries;

/// <summary>What to do next with a delivery that waits.</summary>
public abstract record DeliveryMove
{
    /// <summary>Try this.</summary>
    public sealed record Try(DeliveryOption Option) : DeliveryMove;

    /// <summary>All was tried: once more, then.</summary>
    public sealed record Round(Instant At) : DeliveryMove;

    /// <summary>What is next cannot be done just now.</summary>
    public sealed record Wait(Instant Until) : DeliveryMove;

    /// <summary>Enough.</summary>
    public sealed record GiveUp(string Why) : DeliveryMove;
}

/// <summary>Somebody who can be tried: the person first, then the deputies in order.</summary>
/// <param name="InOffice">By the office hours, now.</param>
public sealed record DeliveryPerson(string Key, string Extension, bool InOffice, string? Mobile, string? Mail);

/// <summary>Which ways there are in this house, and which of them are open just now.</summary>
/// <param name="HasLine">There is a line to outside.</param>
/// <param name="HasMail">There is a mail server.</param>
/// <param name="PbxIsThere">Calls can be placed now.</param>
public sealed record DeliveryReach(bool HasLine, bool HasMail, bool PbxIsThere);

/// <summary>Decides what is tried next. Pure.</summary>
public static class DeliveryPlan
{
    private static readonly Duration LookAgain = Duration.FromSeconds(10);

    public static DeliveryMove Next(
        Delivery delivery, IReadOnlyCollection<DeliveryAttempt> attempts, IReadOnlyList<DeliveryPerson> persons, DeliveryReach reach, Instant now, DeliveryOptions rules)
    {
        var end = delivery.RequestedAt + Duration.FromTimeSpan(rules.GiveUpAfter);
        if (persons.Count == 0) return new DeliveryMove.GiveUp($"{delivery.Person} is not in the directory any more");
        if (now >= end) return new DeliveryMove.GiveUp($"nobody acknowledged it within {rules.GiveUpAfter.TotalHours:0.##} h");
        var left = persons.SelectMany(p => Ways(p, reach)).Where(o => !WasTried(o, delivery, attempts)).ToList();
        // Whether the PBX has a line is for its dialplan to know: where nothing of this round rang anywhere, the extensions ring out of hours as well.
        if (left.Count == 0 && ReachedNothing(delivery, attempts, persons)) left = [.. persons.Select(Extension).Where(o => !WasTried(o, delivery, attempts))];
        // While the PBX is away mails still go.
        if (left.Find(o => reach.PbxIsThere || o.Way == DeliveryWay.Mail) is { } next) return new DeliveryMove.Try(next);
        return left.Count > 0 ? new DeliveryMove.Wait(Instant.Min(now + LookAgain, end)) : new DeliveryMove.Round(Instant.Min(now + Duration.FromTimeSpan(rules.Pause), end));
    }

    /// <summary>The extension while somebody is there, the mobile, a mail; and the extension all the same where there is nothing else.</summary>
    private static IEnumerable<DeliveryOption> Ways(DeliveryPerson person, DeliveryReach reach)
    {
        var mobile = reach.HasLine ? person.Mobile : null;
        var mail = reach.HasMail ? person.Mail : null;
        if (person.InOffice || (mobile is null && mail is null)) yield return Extension(person);
        if (mobile is not null) yield return new(person.Key, DeliveryWay.Mobile, mobile);
        if (mail is not null) yield return new(person.Key, DeliveryWay.Mail, mail);
    }

    private static DeliveryOption Extension(DeliveryPerson person) => new(person.Key, DeliveryWay.Extension, person.Extension);

    // Extensions that ring out of hours do so for this, and do not change it.
    private static bool ReachedNothing(Delivery delivery, IEnumerable<DeliveryAttempt> attempts, IReadOnlyList<DeliveryPerson> persons)
    {
        var absent = persons.Where(p => !p.InOffice).Select(p => p.Key).ToHashSet(StringComparer.Ordinal);
        var round = attempts.Where(a => a.Round == delivery.Round && a.Outcome != DeliveryOutcome.NotSent && !(a.Way == DeliveryWay.Extension && absent.Contains(a.Person))).ToList();
        return round.Count > 0 && round.TrueForAll(a => a.Outcome is DeliveryOutcome.Unreachable or DeliveryOutcome.Failed or DeliveryOutcome.Refused);
    }

    // What never left is still to be tried. Phones ring again in every round; a mail that has gone is there, or may be, and a second one would only be
    // a nuisance; nor does one that a server refuses become welcome by being sent again.
    private static bool WasTried(DeliveryOption option, Delivery delivery, IEnumerable<DeliveryAttempt> attempts) => attempts.Any(a =>
        a.Person == option.Person && a.Way == option.Way && a.Outcome != DeliveryOutcome.NotSent
        && (a.Round == delivery.Round || (a is { Way: DeliveryWay.Mail, Outcome: DeliveryOutcome.Sent or DeliveryOutcome.Unknown or DeliveryOutcome.Refused } && a.Address == option.Address)));
}
