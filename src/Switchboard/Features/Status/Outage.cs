using NodaTime;

namespace Switchboard.Features.Status;

/// <summary>What is wrong just now.</summary>
/// <param name="What">Such as "PBX main cannot be reached".</param>
/// <param name="Since">When it began.</param>
/// <param name="Reason">What the other side or the system says.</param>
/// <param name="Guests">What it means for guests.</param>
/// <param name="Do">What to do about it.</param>
/// <param name="Grace">Nothing is said of one that is over sooner.</param>
internal sealed record Fault(string What, Instant Since, string Reason, string Guests, string Do, Duration Grace);

/// <summary>What is to be logged of an outage.</summary>
/// <param name="Fault">The fault, as it is now.</param>
/// <param name="Lasted">How long it has lasted.</param>
/// <param name="IsOver">It has just ended.</param>
internal sealed record OutageLine(Fault Fault, Duration Lasted, bool IsOver);

/// <summary>One thing that may fail: a line when it does, one a minute while it lasts, one when it is over. Pure.</summary>
internal sealed class Outage(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private Fault? _fault;
    private long _began;
    private long? _told;

    /// <summary>What is wrong, once it has been told.</summary>
    public Fault? Known => _told is null ? null : _fault;

    /// <summary>Takes the state as it is now; returns what to say, if anything.</summary>
    public OutageLine? Look(Instant now, Fault? fault)
    {
        if (fault is null)
        {
            var over = _told is null ? null : new OutageLine(_fault!, Lasted(), IsOver: true);
            (_fault, _told) = (null, null);
            return over;
        }

        // The clock that may be wrong is not asked how long it lasts.
        if (_fault is null) _began = time.GetTimestamp() - (long)(Math.Max(0, (now - fault.Since).TotalSeconds) * time.TimestampFrequency);
        _fault = fault with { Since = _fault?.Since ?? fault.Since };
        if (Lasted() < fault.Grace || (_told is { } told && time.GetElapsedTime(told) < Pause)) return null;
        _told = time.GetTimestamp();
        return new OutageLine(_fault, Lasted(), IsOver: false);
    }

    private Duration Lasted() => Duration.FromTimeSpan(time.GetElapsedTime(_began));
}
