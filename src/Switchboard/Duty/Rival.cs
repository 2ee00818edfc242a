using NodaTime;

namespace Switchboard.Duty;

/// <summary>Another worker that serves the PBX.</summary>
/// <param name="Who">For people: its id or connection, and its machine.</param>
/// <param name="Since">Since when it does, where that is known.</param>
/// <param name="AtPbx">It answered at the PBX itself; else it holds the database's lock.</param>
public sealed record Rival(string Who, Instant? Since, bool AtPbx)
{
    /// <summary>Who and since when, by this machine's time zone.</summary>
    public string Describe(TimeProvider time) => $"{Who}, since {SinceWhen(time)}";

    /// <summary>Since when, by this machine's time zone.</summary>
    public string SinceWhen(TimeProvider time) => Since is { } since
        ? TimeZoneInfo.ConvertTime(since.ToDateTimeOffset(), time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss zzz", System.Globalization.CultureInfo.InvariantCulture)
        : "a time that is not known";
}

/// <summary>What came of asking at the PBX for another worker that serves it.</summary>
/// <param name="Rival">One that lives, or null.</param>
/// <param name="Asked">The PBX was asked: without a rival, there is none. Else nothing is known.</param>
/// <param name="Own">The lease there is this worker's own, of an earlier life: nobody has served since.</param>
public sealed record RivalSearch(Rival? Rival, bool Asked, bool Own = false);

/// <summary>Asks at the PBX for another worker that serves it.</summary>
public delegate Task<RivalSearch> FindRival(CancellationToken ct);
