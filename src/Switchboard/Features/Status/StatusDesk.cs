using System.Globalization;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Duty;
using Switchboard.EventRecord;
using Switchboard.Features.Hotel;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Status;

/// <summary>Asks everything that the service depends on how it is, just now, with short patience.</summary>
internal sealed class StatusDesk(
    HotelPbx pbx, PbxState state, WorkerDuty duty, WorkerLease lease, DatabaseStartup startup, LocalStore local, EventJournal journal, SwitchboardDb db, WakeUpDesk wakeUps, IOptions<HotelOptions> hotel,
    OutageWatch outages, TimeProvider time, IClock clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    internal static readonly Duration ClockTolerance = Duration.FromSeconds(2);

    public async Task<StatusReport> AskAsync(CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        var (pbxPart, pbxTime) = await AskPbxAsync(either.Token);
        var (databasePart, databaseTime) = await AskDatabaseAsync(either.Token);
        List<StatusPart> parts =
        [
            pbxPart, databasePart,
            Lock(),
            await AskWakeUpsAsync(databasePart.Healthy, either.Token),
            PbxHolds(),
            Journals(),
            Clocks(pbxTime, databaseTime),
            ZoneData(),
            new("versions", true, Versions()),
        ];
        return new StatusReport(parts.TrueForAll(p => p.Healthy), hotel.Value.Name, pbx.Name, parts, StandsBy);
    }

    private bool StandsBy => duty.State == DutyState.StandingBy;

    private StatusPart Lock()
    {
        var rival = duty.Rival is { } other ? $"PBX {pbx.Name} is served by {other.Who}, since {(other.Since is { } since ? Local(since) : "a time that is not known")}" : null;
        return duty.State switch
        {
            DutyState.StandingBy => new("lock", true, $"this worker stands by and takes over when the other ends: {rival}"),
            DutyState.StoodDown => new("lock", false, $"this worker ends: {rival}"),
            _ when local.IsOnline => new("lock", true, $"this worker serves PBX {pbx.Name}{(duty.Id is { } id ? $" as {id}" : "")}"),
            _ when lease.IsHeld => new("lock", false, $"the lock of PBX {pbx.Name} is held, the journal is being stored"),
            _ => new("lock", false, $"the lock of PBX {pbx.Name} is not held"),
        };
    }

    private async Task<(StatusPart Part, Instant? Time)> AskPbxAsync(CancellationToken ct)
    {
        var link = pbx.Link;
        if (StandsBy) return (new("pbx", true, "not connected: this worker stands by"), null);
        var since = $"since {Local(link.Since)}";
        if (!link.Connected)
            return (new("pbx", false, $"AMI {link.State} {since}{(link.LastError is { } error ? $": {error}" : "")}"), null);
        try
        {
            var (at, roundTrip) = await pbx.AskClockAsync(ct);
            var ready = pbx.IsReady ? "" : ", its calls are still being read";
            return (new("pbx", pbx.IsReady, $"AMI connected {since}, answers in {roundTrip.TotalMilliseconds:F1} ms, {link.LostEvents} events lost{ready}"), at);
        }
        catch (Exception away) when (away is PbxUnreachableException or OperationCanceledException)
        {
            return (new("pbx", false, $"AMI connected {since}, but no answer: {away.Message}"), null);
        }
    }

    private async Task<(StatusPart Part, Instant? Time)> AskDatabaseAsync(CancellationToken ct)
    {
        if (!startup.IsReady) return (new("database", false, Since(outages.DatabaseFault, "not reachable yet, or being migrated")), null);
        try
        {
            var began = time.GetTimestamp();
            var at = await db.Database.SqlQuery<Instant>($"select clock_timestamp() as \"Value\"").SingleAsync(ct);
            return (new("database", true, $"PostgreSQL answers in {time.GetElapsedTime(began).TotalMilliseconds:F1} ms; {OwnCopy()}"), at);
        }
        catch (Exception away) when (away is NpgsqlException or InvalidOperationException or OperationCanceledException or TimeoutException)
        {
            return (new("database", false, Since(outages.DatabaseFault, $"no answer: {away.GetBaseException().Message}")), null);
        }
    }

    // Without one, nobody is rung when PostgreSQL goes.
    private string OwnCopy() => local.FilledAt is { } filled
        ? $"this machine's copy for a time without it was read at {Local(filled)}"
        : "this machine has no copy yet for a time without it";

    private string Since(Fault? told, string otherwise) => told is null ? otherwise : $"{told.What} since {Local(told.Since)}: {told.Reason}";

    private async Task<StatusPart> AskWakeUpsAsync(bool databaseAnswers, CancellationToken ct)
    {
        if (!databaseAnswers && !local.CanServe) return new("wake-ups", false, "unknown without the database");
        try
        {
            var (next, open) = await wakeUps.NextAsync(pbx.Name, ct);
            var copy = local.IsOnline ? "" : $" in this machine's copy, served without the database since {(local.OfflineSince is { } since ? Local(since) : "now")}";
            return new("wake-ups", true, next is null ? $"none is waiting{copy}" : $"next: room {next.Room} at {Local(next.NextAttemptAt!.Value)}; {open} waiting{copy}");
        }
        catch (Exception away) when (away is NpgsqlException or InvalidOperationException or OperationCanceledException)
        {
            return new("wake-ups", false, away.GetBaseException().Message);
        }
    }

    // What waits is on its way, or the link is away, which is told as that.
    private StatusPart PbxHolds() => new("room state", true, (state.LastReading is { } last
            ? $"the PBX holds {last.Entries} entries; when they were last compared, at {Local(state.LastReadAt)}, {last.Wrong} were wrong and {last.TakenOver} were newer at the PBX"
            : "not compared with the PBX yet")
        + (state.Pending is > 0 and var pending ? $"; {pending} changes wait for the PBX" : ""));

    private StatusPart Journals()
    {
        var trouble = local.Trouble ?? journal.Trouble;
        var full = (double)journal.Size / journal.Limit;
        return new("journal", trouble is null && full < 0.8, trouble is not null ? $"cannot be used: {trouble}" : string.Create(CultureInfo.InvariantCulture,
            $"{(journal.IsEmpty ? "no" : "some")} events and {(local.HasFacts ? "some" : "no")} results wait for the database; {full:P0} of Journal:EventsLimit, {(double)local.JournalSize / local.JournalLimit:P0} of Journal:FactsLimit"));
    }

    private StatusPart Clocks(Instant? pbxTime, Instant? databaseTime)
    {
        var now = clock.GetCurrentInstant();
        var agree = Agrees(pbxTime, now) && Agrees(databaseTime, now);
        return new("clocks", agree, $"worker {Local(now)}, PBX {Difference(pbxTime, now)}, database {Difference(databaseTime, now)}"
            + (agree ? "" : $"; they must agree within {ClockTolerance.TotalSeconds:F0} s: check NTP"));
    }

    private static bool Agrees(Instant? other, Instant now) => other is null || (now - other.Value < ClockTolerance && other.Value - now < ClockTolerance);

    private static string Difference(Instant? other, Instant now) => other is null
        ? "unknown"
        : (other.Value - now).TotalSeconds.ToString("+0.000;-0.000", CultureInfo.InvariantCulture) + " s";

    private StatusPart ZoneData() => new("zone", true,
        $"{hotel.Value.TimeZone}, UTC{hotel.Value.Zone.GetUtcOffset(clock.GetCurrentInstant())}, zone data {SystemZones.Version()}");

    private string Versions() =>
        $"switchboard {typeof(StatusDesk).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}, "
        + $".NET {Environment.Version}, Asterisk {pbx.AsteriskVersion ?? "unknown"}, PostgreSQL {startup.ServerVersion ?? "unknown"}";

    private string Local(Instant instant) =>
        instant.InZone(hotel.Value.Zone).ToString("uuuu-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
