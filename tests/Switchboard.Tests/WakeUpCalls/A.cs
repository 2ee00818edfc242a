using NodaTime;
using Switchboard.Features.Rooms;
using Switchboard.Features.WakeUpCalls;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>Things that wake-up tests speak of: a booking for 06:00 in Shanghai, and the instants around it.</summary>
internal static class A
{
    public static readonly DateTimeZone Shanghai = DateTimeZoneProviders.Bcl["Asia/Shanghai"];

    /// <summary>06:00 on the hotel's clock, when the wake-up is due.</summary>
    public static readonly Instant SixOClock = Instant.FromUtc(2026, 11, 24, 22, 0);

    public static WakeUpOptions Rules => new();

    public static WakeUpTime When => new(new LocalDate(2026, 11, 25), new LocalTime(6, 0), "Asia/Shanghai", SixOClock);

    public static WakeUpCall Call(bool requireKey = false) => WakeUpCall.Book(
        new WakeUpBooking("1203", "main", When, "operator", "desk", "117", null, "en", requireKey), SixOClock - Duration.FromHours(9));

    public static Instant At(int minutes, int seconds = 0) => SixOClock + Duration.FromMinutes(minutes) + Duration.FromSeconds(seconds);

    /// <summary>Claims the next attempt at the instant it is due, and marks it as sent.</summary>
    public static WakeUpAttempt Sent(this WakeUpCall call)
    {
        var attempt = call.Claim(call.NextAttemptAt!.Value);
        attempt.SentAt = attempt.DueAt;
        return attempt;
    }

    /// <summary>One whole attempt that is claimed on time and ends like this, half a minute later.</summary>
    public static WakeUpEffects Attempt(this WakeUpCall call, AttemptOutcome outcome, WakeUpOptions? rules = null, string? key = null)
    {
        var attempt = call.Sent();
        return call.Record(attempt, new AttemptResult(outcome, key), attempt.DueAt + Duration.FromSeconds(30), rules ?? Rules);
    }

    public static Room Room(string number = "1203", bool sendsNoRinging = false, params string[] dialStrings) =>
        new(new RoomLine(number, "12", "en", "main", dialStrings.Length == 0 ? [$"PJSIP/{number}"] : dialStrings, sendsNoRinging), SixOClock);
}
