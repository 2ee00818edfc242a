using NodaTime;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>Entities as the API shows them.</summary>
internal static class WakeUpViews
{
    public static WakeUpView Of(WakeUpCall c, IReadOnlyList<string> notices) => new(
        c.Number, c.Id, c.Room, c.Date, c.Time, c.Zone, c.DueAt, c.State.ToString(), c.Language, c.RequireKey, c.Source, c.EnteredBy,
        c.StaffNumber, c.VerifiedBy, c.RecordedAt, c.NextAttemptAt, c.Late, c.EndedAt, c.Results, notices, c.StayId);

    public static AttemptView Of(WakeUpAttempt a) => new(
        a.Number, a.ChannelId, a.DueAt, a.SentAt, a.RangAt, a.AnsweredAt, a.ConfirmedAt, a.EndedAt, a.Outcome?.ToString(), a.Key, a.Cause, a.Detail, a.Late);

    public static TransitionView Of(WakeUpTransition t) => new(t.At, t.FromState?.ToString(), t.ToState.ToString(), t.Cause, t.By, t.Attempt);
}

/// <summary>Which languages the greeting is said in.</summary>
internal static class WakeUpLanguages
{
    /// <summary>The booking's, else the room's, else all of the hotel's in its order.</summary>
    public static IReadOnlyList<string> For(string? booked, Room room, HotelOptions hotel) =>
        booked is not null ? [booked] : room.Language is not null ? [room.Language] : hotel.LanguageList;
}

/// <summary>What a booking must say when the house's promise (on housekeeping's list within six minutes) cannot hold for it.</summary>
internal static class WakeUpNotices
{
    private static readonly TimeSpan Promise = TimeSpan.FromMinutes(6);

    // A greeting of some seven seconds in a language; only used to say how long RequireKey may take.
    private static readonly TimeSpan OneGreeting = TimeSpan.FromSeconds(14);

    public static IReadOnlyList<string> For(WakeUpOptions rules, Room room, bool requireKey)
    {
        var notices = new List<string>();
        if (rules.WorstCase > Promise)
            notices.Add($"If nobody answers, housekeeping has the room {Minutes(rules.WorstCase)} after the booked time, later than the usual 6 min.");
        var withGreetings = rules.WorstCase + (rules.Attempts * rules.Greetings * (OneGreeting + rules.GreetingPause));
        if (requireKey && withGreetings > Promise)
            notices.Add($"A key is required: if the guest answers and presses none, housekeeping has the room up to {Minutes(withGreetings)} after the booked time.");
        if (rules.Snoozes > 0)
            notices.Add($"Key 2 snoozes {Minutes(rules.SnoozeTime)}, {rules.Snoozes} times at most; each snooze delays housekeeping's entry by that and three fresh attempts."
                .Replace("three", rules.Attempts.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        foreach (var gateway in rules.Gateways.Where(g => room.DialStrings.Any(d => d.StartsWith(g.DialPrefix, StringComparison.Ordinal))))
            notices.Add($"The room is on {gateway.DialPrefix} with {gateway.MaxCalls} lines: in a rush the call waits for a free line.");
        return notices;
    }

    private static string Minutes(TimeSpan time) => time.Seconds == 0 ? $"{(int)time.TotalMinutes} min" : $"{(int)time.TotalMinutes} min {time.Seconds} s";
}
