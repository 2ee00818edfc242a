using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>
/// The loop that makes wake-ups happen: claims what falls due in the next seconds, dials at the due instant, follows each call to
/// its end and stores what came of it. It trusts the database for what is due and the PBX for what rings; its memory may be lost at
/// any moment.
/// </summary>
internal sealed class WakeUpDialer(
    IServiceScopeFactory scopes, HotelPbx pbx, LocalStore local, DialerSignal signal, WakeUpOptionsNow now, AttemptProgress progress,
    WakeUpFollower follower, WakeUpMeter meter, StoreTrouble trouble, TimeProvider time, IClock clock, ILogger<WakeUpDialer> log) : BackgroundService
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortSleep = TimeSpan.FromSeconds(1);

    // Connecting and reading the PBX's state takes moments; nobody must knock for those.
    private static readonly Duration DownGrace = Duration.FromSeconds(3);
    private const int RederivedAtOnce = 100;
    private readonly HashSet<Guid> _leftAlone = [];
    private volatile bool _recovered;
    private bool _served;
    private bool _wasOnline;
    private Instant? _notReadySince;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        meter.WatchServed(() => local.CanServe);
        pbx.TrackOpenCalls = follower.TrackResumedAsync;
        // Before the lock is ours (and the database migrated) no proof is ours to judge.
        pbx.ClaimStrayProofs = (ids, ct) => _recovered ? follower.SortStrayProofsAsync(ids, ct) : Task.FromResult<IReadOnlyCollection<string>>([]);
        pbx.ReadinessChanged += signal.Wake;
        local.ModeChanged += signal.Wake;
        signal.HangUpAsked += follower.HangUp;
        await Task.WhenAll(ClaimLoopAsync(stoppingToken), follower.DialLoopAsync(stoppingToken), progress.RunAsync(stoppingToken));
    }

    private async Task ClaimLoopAsync(CancellationToken ct)
    {
        while (true)
        {
            TimeSpan sleep;
            try
            {
                // A round that waits for a database that has gone is broken off: the next one does without it.
                using var round = CancellationTokenSource.CreateLinkedTokenSource(ct, local.IsOnline ? local.WhileOnline : CancellationToken.None);
                sleep = await TickAsync(round.Token);
                trouble.Over();
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                trouble.Tell("tick", fault, log.TickFailed);
                sleep = ShortSleep;
            }

            await signal.WaitAsync(sleep, time, ct);
        }
    }

    /// <summary>One round: what is due is claimed, or reported when the PBX cannot be reached. Returns how long nothing needs to be done.</summary>
    internal async Task<TimeSpan> TickAsync(CancellationToken ct)
    {
        if (!local.CanServe)
        {
            _served = _recovered = false;
            meter.SetWaiting(null);
            return ShortSleep;
        }

        // Back online: while the lock was not ours another worker may have left something open.
        var online = local.IsOnline;
        if (!_served || (online && !_wasOnline)) await RecoverAsync(ct);
        (_served, _wasOnline) = (true, online);

        await using var scope = scopes.CreateAsyncScope();
        var steps = scope.ServiceProvider.GetRequiredService<WakeUpSteps>();
        var more = online && signal.TakeRederive() && await RederiveAsync(steps, ct);
        if (!pbx.IsReady || !_recovered)
        {
            _notReadySince ??= clock.GetCurrentInstant();
            if (clock.GetCurrentInstant() - _notReadySince.Value < DownGrace) return TimeSpan.FromMilliseconds(500);
            await steps.ReportPbxDownAsync(pbx.Name, ct);
            await follower.ReportStuckAsync(steps, ct);
            return ShortSleep;
        }

        _notReadySince = null;
        if (more) signal.Wake();

        var horizon = clock.GetCurrentInstant() + Duration.FromTimeSpan(now.Options.ClaimAhead);
        while (await steps.ClaimAsync(pbx.Name, horizon, ct) is { Count: > 0 } claimed) follower.Enqueue(claimed);
        var desk = scope.ServiceProvider.GetRequiredService<WakeUpDesk>();
        var (waiting, open) = await desk.NextAsync(pbx.Name, ct);
        meter.SetWaiting(open);
        if (waiting?.NextAttemptAt is not { } next) return LongestSleep;
        var sleep = (next - horizon).ToTimeSpan();
        return sleep < TimeSpan.Zero ? TimeSpan.FromMilliseconds(50) : sleep > LongestSleep ? LongestSleep : sleep;
    }

    /// <summary>The lock is ours (again): what an earlier run left open is taken over, once the PBX has been read.</summary>
    private async Task RecoverAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var steps = scope.ServiceProvider.GetRequiredService<WakeUpSteps>();
        if (local.IsOnline)
        {
            await steps.SettleRestoreAsync(pbx.Name, ct);
            await RederiveAsync(steps, ct);
        }

        follower.Resume(await steps.OpenAttemptsAsync(pbx.Name, ct));
        _recovered = true;
        pbx.RequestResync();
    }

    private async Task<bool> RederiveAsync(WakeUpSteps steps, CancellationToken ct)
    {
        try
        {
            var more = await steps.RederiveAsync(pbx.Name, RederivedAtOnce, _leftAlone, ct);
            if (more) signal.AskRederive();
            else _leftAlone.Clear();
            return more;
        }
        catch
        {
            signal.AskRederive();
            throw;
        }
    }
}
