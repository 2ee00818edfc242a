using System.Globalization;
using NodaTime;
using Switchboard.Web;

namespace Switchboard.Features.Events;

/// <summary>Which events are asked for, as somebody wrote it.</summary>
/// <param name="Room">About a phone of this room.</param>
/// <param name="Call">Of the call of this Linkedid, or of the channel of this Uniqueid.</param>
/// <param name="Event">Of this name, such as <c>Hangup</c>; a CEL event by its own, such as <c>CHAN_START</c>. Capitals do not matter.</param>
/// <param name="Since">From then on; see <see cref="Moments"/>.</param>
/// <param name="Until">Before that.</param>
/// <param name="Limit">The last so many.</param>
internal sealed record EventAsk(string? Room, string? Call, string? Event, string? Since, string? Until, string? Limit)
{
    private const int DefaultLimit = 200;
    private const int HighestLimit = 10_000;
    private static readonly Duration DefaultTime = Duration.FromHours(1);

    /// <summary>Checked. Without a room, a call or a time the last hour is meant.</summary>
    /// <exception cref="InvalidInputException">Something cannot be meant.</exception>
    public EventQuery Resolve(DateTimeZone zone, Instant now)
    {
        // What was just heard may bear a time of a PBX whose clock is ahead.
        var until = Moments.Parse("until", Until, zone, now) ?? now + Duration.FromDays(1);
        var since = Moments.Parse("since", Since, zone, now) ?? (Room is null && Call is null && Until is null ? now - DefaultTime : null);
        if (since >= until) throw new InvalidInputException("since", Since, "must be before until");
        var limit = DefaultLimit;
        if (Limit is not null && (!int.TryParse(Limit, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > HighestLimit))
            throw new InvalidInputException("limit", Limit, $"must be a number from 1 to {HighestLimit}");
        return new(Room, Checked("call", Call), Checked("event", Event), since, until, limit);
    }

    /// <summary>A name of the PBX's.</summary>
    internal static string? Checked(string field, string? name) => name is null || (name.Length is > 0 and <= 200 && !name.Any(char.IsControl))
        ? name
        : throw new InvalidInputException(field, name, "must be 1 to 200 characters on one line");
}

/// <summary>The same, checked.</summary>
internal sealed record EventQuery(string? Room, string? Call, string? Event, Instant? Since, Instant Until, int Limit);
