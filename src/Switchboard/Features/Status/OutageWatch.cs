using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Duty;
using Switchboard.Features.Hotel;
using Switchboard.Pbx;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Status;

/// <summary>
/// Tells ops of each fault once: what, since when, what it means for guests, what to do; again every minute while it lasts; once when it is
/// over. The components themselves are silent about what is told here.
/// </summary>
internal sealed class OutageWatch(
    HotelPbx pbx, WorkerDuty duty, WorkerLease lease, DatabaseStartup startup, LocalStore local, IServiceScopeFactory scopes, IOptions<HotelOptions> hotel, TimeProvider time, IClock clock,
    ILogger<OutageWatch> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CompareClocksEvery = TimeSpan.FromSeconds(30);
    private static readonly Duration StartGrace = Duration.FromSeconds(3);
    private static readonly Duration ReadGrace = Duration.FromSeconds(5);
    private readonly Instant _start = clock.GetCurrentInstant();
    private readonly Outage _pbx = new(time);
    private readonly Outage _database = new(time);
    private readonly Outage _clocks = new(time);
    private readonly WakeSignal _looks = new();
    private Instant? _unreadSince;
    private Instant? _databaseSince;
    private string? _clockDifference;

    /// <summary>What is wrong with the database, once it has been told; for status.</summary>
    public Fault? DatabaseFault => _database.Known;

    /// <summary>Everything that is wrong, once it has been told.</summary>
    public IEnumerable<Fault> Faults => new[] { _pbx.Known, _database.Known, _clocks.Known }.OfType<Fault>();

    /// <summary>What its looks wait on; for the watchdog.</summary>
    internal WakeSignal Looks => _looks;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(LookAsync(stoppingToken), CompareClocksAsync(stoppingToken));

    private async Task LookAsync(CancellationToken ct)
    {
        // What lasts less than a second is told as well.
        pbx.ReadinessChanged += _looks.Wake;
        lease.Changed += _looks.Wake;
        while (true)
        {
            var now = clock.GetCurrentInstant();
            Tell(LogLevel.Error, _pbx.Look(now, PbxFault(now)), pbx.ReadySummary);
            Tell(LogLevel.Error, _database.Look(now, DatabaseFaultNow(now)), lease.IsHeld ? "it answers, and this worker holds its lock" : "it answers");
            Tell(LogLevel.Warning, _clocks.Look(now, ClockFault(now)), "they agree");
            await _looks.WaitAsync(LookEvery, time, ct);
        }
    }

    private Fault? PbxFault(Instant now)
    {
        const string Guests = "wake-ups that fall due do not ring and go to housekeeping's list; they still ring if it is back in time.";
        // Nobody has connected yet, or the link is being given up: that is told as it is.
        if (!duty.IsOn)
        {
            _unreadSince = null;
            return null;
        }

        var link = pbx.Link;
        if (!link.Connected)
        {
            _unreadSince = null;
            // A worker that has just started has not been refused yet.
            var (since, grace) = link.Generation == 0 ? (duty.Since ?? _start, StartGrace) : (link.Since, Duration.Zero);
            return new($"PBX {pbx.Name} cannot be reached", since, link.LastError ?? "not connected yet", Guests, link.Advice, grace);
        }

        if (pbx.IsReady)
        {
            _unreadSince = null;
            return null;
        }

        _unreadSince ??= now;
        return new($"PBX {pbx.Name} answers, but its calls cannot be read", _unreadSince.Value, pbx.ReadTrouble ?? "no answer yet", Guests,
            "check the AMI user's rights (read and write need reporting and call).", ReadGrace);
    }

    private Fault? DatabaseFaultNow(Instant now)
    {
        var trouble = startup.IsReady ? lease.Trouble : startup.Trouble;
        if (trouble is null)
        {
            _databaseSince = null;
            return null;
        }

        _databaseSince ??= now;
        if (startup.IsReady && lease.IsTaken)
        {
            return new("PostgreSQL's lock is another worker's", _databaseSince.Value, trouble,
                "they are served by this one from its machine's copy, which is not renewed.", "see what the other worker does there; stop it if it does not stand by soon.", Duration.Zero);
        }

        return new(startup.Advice is null ? "PostgreSQL cannot be reached" : "PostgreSQL cannot be used", _databaseSince.Value, trouble,
            duty.State == DutyState.StandingBy ? "none yet: another worker serves them, and this one could not take over."
                // (a copy that is not gone on from yet is so in a moment)
                : local.IsOnline || local.HasCopy
                    ? "the wake-ups of the next 24 hours ring from this machine's copy, and what comes of them and housekeeping's list "
                        + "are kept here; of these 24 hours wake-ups can be booked."
                : "no wake-up rings and none can be booked until it is back: this machine has no copy to go on from.",
            startup.Advice ?? "start PostgreSQL, or check the network and the password to it (Database:ConnectionString).", startup.IsReady ? Duration.Zero : StartGrace);
    }

    private Fault? ClockFault(Instant now) => _clockDifference is not { } difference ? null : new(
        "The clocks do not agree", now, difference, "they are woken by this machine's clock; if it is the wrong one, at the wrong time.",
        "check NTP on the worker's, the PBX's and the database's machine.", Duration.Zero);

    private async Task CompareClocksAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(CompareClocksEvery, time, ct);
            _clockDifference = await CompareAsync(ct);
        }
    }

    private async Task<string?> CompareAsync(CancellationToken ct)
    {
        var differences = new List<string>();
        try
        {
            var (at, _) = await pbx.AskClockAsync(ct);
            Compare("PBX", at);
        }
        catch (PbxUnreachableException)
        {
            // Told of as that.
        }

        try
        {
            if (lease.IsHeld)
            {
                await using var scope = scopes.CreateAsyncScope();
                Compare("database", await scope.ServiceProvider.GetRequiredService<SwitchboardDb>().Database.SqlQuery<Instant>($"select clock_timestamp() as \"Value\"").SingleAsync(ct));
            }
        }
        catch (Exception away) when (away is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            // Told of as that.
        }

        return differences.Count == 0 ? null : string.Join(", ", differences);

        void Compare(string whose, Instant at)
        {
            var difference = at - clock.GetCurrentInstant();
            if (Duration.Max(difference, -difference) >= StatusDesk.ClockTolerance)
                differences.Add($"{whose} {difference.TotalSeconds.ToString("+0.0;-0.0", CultureInfo.InvariantCulture)} s from this machine's");
        }
    }

    private void Tell(LogLevel level, OutageLine? line, string good)
    {
        if (line is null) return;
        var fault = line.Fault;
        var since = fault.Since.InZone(hotel.Value.Zone).ToString("uuuu-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var lasted = line.Lasted < Duration.FromMinutes(2) ? $"{line.Lasted.TotalSeconds:F0} s" : $"{line.Lasted.TotalMinutes:F0} min";
#pragma warning disable CA1873 // a line in a minute at most
        if (line.IsOver) log.Over(lasted, since, fault.What, good);
        else log.Away(level, fault.What, since, lasted, fault.Reason.TrimEnd('.'), fault.Guests, fault.Do);
#pragma warning restore CA1873
    }
}
