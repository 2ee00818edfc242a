using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Switchboard.EventRecord;

/// <summary>
/// By what a line of the PBX's own file and the CEL event that AMI brought are known to be the same. Over AMI a CEL event tells its time in whole
/// seconds of the PBX's zone only (cel/cel_manager.c), so events of one channel and type in the same second are counted, not told apart. What else
/// the two say of an event is not always the same (a user's event has its name in another column, a stream's the application of another moment).
/// </summary>
internal readonly record struct CelKey(long Second, string UniqueId, string EventType)
{
    private static readonly LocalDateTimePattern AmiTime = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss");
    private const int ZoneStep = 900;

    public static CelKey Of(CelLine line) => new(Floor(line.EventTime), line.UniqueId, line.EventType);

    /// <summary>The second that a row's EventTime means; its <paramref name="at"/>, in UTC and less than a minute later, tells the zone.</summary>
    public static long SecondOf(string? eventTime, Instant at)
    {
        if (decimal.TryParse(eventTime, NumberStyles.Number, CultureInfo.InvariantCulture, out var epoch)) return (long)Math.Floor(epoch);
        if (eventTime is null || !AmiTime.Parse(eventTime).TryGetValue(default, out var wall)) return Floor(at);
        var asUtc = wall.InUtc().ToInstant().ToUnixTimeSeconds();
        return asUtc + ((long)Math.Round((Floor(at) - asUtc) / (double)ZoneStep) * ZoneStep);
    }

    private static long Floor(Instant at) => (long)Math.Floor(at.ToUnixTimeTicks() / (double)NodaConstants.TicksPerSecond);
}
