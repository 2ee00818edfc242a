using NodaTime;

namespace Switchboard.Features.Calls;

/// <summary>How one hour went: what was offered in it.</summary>
public sealed record AnswerHour(int Hour, int Calls, int Answered, int WithinGoal, int GivenUp, double? Share);

/// <summary>What one phone took.</summary>
public sealed record AnswerPhone(string Phone, int Answered, int WithinGoal);

/// <summary>A call that was offered to the operators.</summary>
public sealed record AnswerCall(
    string LinkedId, Instant OfferedAt, string Kind, string? Room, Instant? RingingAt, Instant? AnsweredAt, string? AnsweredBy, int Rings, string Outcome, int Steps);

/// <summary>
/// How the operators answered on a day. <paramref name="Share"/>: of all calls that were answered or given up, those that were answered within
/// <paramref name="RingsGoal"/> rings; null where there were none. <paramref name="MedianSeconds"/> and <paramref name="MedianRings"/> are of those answered;
/// <paramref name="WorstHour"/> is the one with the smallest share.
/// </summary>
public sealed record AnswerReportView(
    LocalDate Date, string Zone, int Calls, int Answered, int GivenUp, int Others, int WithinGoal, double? Share, int RingsGoal, double CadenceSeconds, double? MedianSeconds,
    int? MedianRings, double? LongestSeconds, AnswerHour? WorstHour, IReadOnlyList<AnswerHour> Hours, IReadOnlyList<AnswerPhone> Phones, IReadOnlyList<AnswerCall> Rows);

/// <summary>Counts a day's operator calls. Pure.</summary>
/// <param name="cadence">From one ring to the next.</param>
/// <param name="goal">Within so many rings a call is to be answered.</param>
internal sealed class AnswerReport(Duration cadence, int goal)
{
    public AnswerReportView Of(LocalDate date, DateTimeZone zone, IEnumerable<(string LinkedId, OperatorCall Call)> calls)
    {
        List<(string LinkedId, OperatorCall Call)> all = [.. calls.Where(c => c.Call.OfferedAt.InZone(zone).Date == date).OrderBy(c => c.Call.OfferedAt)];
        var answered = all.FindAll(c => c.Call.Outcome == OperatorCallOutcome.Taken);
        var waits = answered.Select(c => Waited(c.Call)!.Value).Order().ToList();
        List<AnswerHour> hours = [.. all.GroupBy(c => c.Call.OfferedAt.InZone(zone).Hour).Select(g => HourOf(g.Key, [.. g.Select(c => c.Call)])).OrderBy(h => h.Hour)];
        var all24 = HourOf(0, [.. all.Select(c => c.Call)]);
        return new(
            date, zone.Id, all24.Calls, all24.Answered, all24.GivenUp, all24.Calls - all24.Answered - all24.GivenUp, all24.WithinGoal, all24.Share, goal, cadence.TotalSeconds,
            waits.Count == 0 ? null : Seconds(Median(waits)), waits.Count == 0 ? null : Rings(Median(waits)), waits.Count == 0 ? null : Seconds(waits[^1]),
            // Of equally bad ones the busier, of those the later.
            hours.Where(h => h.Share is not null).OrderBy(h => h.Share).ThenByDescending(h => h.Calls).ThenByDescending(h => h.Hour).FirstOrDefault(), hours,
            [.. answered.GroupBy(c => c.Call.AnsweredBy ?? "unknown", StringComparer.Ordinal).Select(g => new AnswerPhone(g.Key, g.Count(), g.Count(c => IsWithin(c.Call)))).OrderBy(p => p.Phone, StringComparer.Ordinal)],
            [.. all.Select(c => new AnswerCall(c.LinkedId, c.Call.OfferedAt, c.Call.Kind, c.Call.Room, c.Call.RingingAt, c.Call.AnsweredAt, c.Call.AnsweredBy,
                Waited(c.Call) is { } waited ? Rings(waited) : 0, c.Call.Outcome.ToString(), c.Call.Steps))]);
    }

    /// <summary>
    /// How many rings there were in this time: the first begins at once. Counted from when the call was offered: who waits because all operators speak hears
    /// no phone ring, and waits all the same.
    /// </summary>
    public int Rings(Duration waited) => (int)(waited / cadence) + 1;

    private AnswerHour HourOf(int hour, List<OperatorCall> calls)
    {
        var answered = calls.Count(c => c.Outcome == OperatorCallOutcome.Taken);
        var givenUp = calls.Count(c => c.Outcome == OperatorCallOutcome.GivenUp);
        var within = calls.Count(IsWithin);
        return new(hour, calls.Count, answered, within, givenUp, answered + givenUp == 0 ? null : Math.Round((double)within / (answered + givenUp), 4));
    }

    private bool IsWithin(OperatorCall call) => call.Outcome == OperatorCallOutcome.Taken && Rings(Waited(call)!.Value) <= goal;

    private static Duration? Waited(OperatorCall call) => call.EndedAt is { } end ? Duration.Max(end - call.OfferedAt, Duration.Zero) : null;

    private static Duration Median(List<Duration> sorted) => sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;

    private static double Seconds(Duration waited) => Math.Round(waited.TotalSeconds, 1);
}
