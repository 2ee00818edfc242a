using System.Globalization;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Notices;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Extensions;

/// <summary>Keeps what the dialplan refused and every emergency call, and tells of a room that is refused often: toll fraud begins with trying.</summary>
internal sealed class OutsideWatch(IServiceScopeFactory scopes, HotelPbx pbx, IOptions<OutsideOptions> options, IClock clock, ILogger<OutsideWatch> log)
{
    private readonly Dictionary<string, Queue<Instant>> _refused = new(StringComparer.Ordinal);

    public async Task BarredAsync(DialplanReport report, CancellationToken ct)
    {
        // A phone of no room, such as one in the lobby, is told of by its own name.
        if ((report["Room"] ?? report.Phone) is not { } who || report["Why"] is not (("level" or "night" or "calls" or "vacant") and var why)) return;
        var room = report["Room"];
        var at = report.At ?? clock.GetCurrentInstant();
        var often = Count(who, at);
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(ct);
        work.Db.Add(new OutsideCall(pbx.Name, room, report.Phone, Cut(report["Number"]), at, report["At"] ?? "", why, Number(report["Needs"]), Number(report["Level"]), report["Call"]));
        var told = often is { } count
            ? scope.ServiceProvider.GetRequiredService<NoticeBoard>().Post("barred", room, $"{who}: {count} calls to the outside were refused within {options.Value.BarredWithin.TotalMinutes:F0} min", null)
            : null;
        if (!await work.CommitOnceAsync(ct)) return;
        // Not before: what could not be stored is told again.
        if (often is null) Refused(who, at);
        else _refused.Remove(who);
        told?.Invoke();
        if (often is { } times) log.BarredOften(who, times, options.Value.BarredWithin, why, Number(report["Needs"]) ?? 0);
    }

    public async Task EmergencyAsync(DialplanReport report, CancellationToken ct)
    {
        var number = Cut(report["Number"]);
        log.Emergency(report["Room"] ?? "-", report["Phone"] ?? "-", number);
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(ct);
        work.Db.Add(new OutsideCall(pbx.Name, report["Room"], report["Phone"], number, report.At ?? clock.GetCurrentInstant(), report["At"] ?? "", "emergency", null, null, report["Call"]));
        var told = scope.ServiceProvider.GetRequiredService<NoticeBoard>().Post("emergency-call", report["Room"], $"{report["Room"] ?? report["Phone"] ?? "a phone"} calls {number}", null);
        if (await work.CommitOnceAsync(ct)) told();
    }

    // Told when the number is reached with this one, and again only after as many more.
    private int? Count(string who, Instant at)
    {
        var count = 1 + (_refused.TryGetValue(who, out var times) ? times.Count(t => t >= at - Duration.FromTimeSpan(options.Value.BarredWithin)) : 0);
        return count < options.Value.BarredOften ? null : count;
    }

    private void Refused(string who, Instant at)
    {
        if (!_refused.TryGetValue(who, out var times)) _refused[who] = times = new();
        times.Enqueue(at);
        while (times.Peek() < at - Duration.FromTimeSpan(options.Value.BarredWithin)) times.Dequeue();
    }

    private static string Cut(string? number) => number is null ? "" : number[..Math.Min(number.Length, 40)];

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 3 ? number : null;
}
