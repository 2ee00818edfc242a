using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Hotel;
using Switchboard.Features.Notices;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>
/// Releases locks at their end and has somebody look after guests of rooms that are locked for long. It looks at this machine's copy, so a quiet
/// night costs the database nothing.
/// </summary>
internal sealed class LockKeeper(
    IServiceScopeFactory scopes, LocalStore local, LockSignal signal, IOptions<LockOptions> options, IOptions<HotelOptions> hotel, TimeProvider time, IClock clock, ILogger<LockKeeper> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);
    private string? _toldTrouble;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        local.ModeChanged += signal.Wake;
        while (true)
        {
            var wait = LookEvery;
            try
            {
                if (local.CanServe) wait = await RoundAsync(stoppingToken);
                _toldTrouble = null;
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                var reason = failed.GetBaseException().Message;
                if (local.CanServe && reason != _toldTrouble) log.RoundFailed(_toldTrouble = reason);
                wait = TryAgain;
            }

            await signal.WaitAsync(wait, time, stoppingToken);
        }
    }

    /// <summary>Does what is due and says how long there is nothing to do.</summary>
    private async Task<TimeSpan> RoundAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<LockStore>();
        var now = clock.GetCurrentInstant();
        // Each in a unit of work of its own, which ends however it ends.
        foreach (var due in store.OpenHere().Where(l => l.Until <= now)) await ReleaseAsync(due.Room, now, ct);
        var after = Duration.FromTimeSpan(options.Value.WelfareCheckAfter);
        foreach (var due in store.OpenHere().Where(l => store.LastLookedAt(l) + after <= now)) await AskAsync(due.Id, due.Room, ct);
        var next = store.OpenHere().SelectMany(l => (Instant?[])[l.Until, store.LastLookedAt(l) + after]).Where(at => at > now).Min();
        return next is { } at && at - now < Duration.FromTimeSpan(LookEvery) ? (at - now).ToTimeSpan() + TimeSpan.FromMilliseconds(1) : LookEvery;
    }

    private async Task ReleaseAsync(string room, Instant now, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<LockStore>();
        await store.Work.BeginAsync(ct);
        // It may have been released, or given another end, a moment ago.
        if (await store.OpenAsync(room, ct) is not { Until: { } until } locked || until > now) return;
        // The dialplan knows the end as well: that is when callers came through again, however late we are.
        var after = store.Release(locked, "switchboard", LockWays.Expired, until);
        await store.Work.CommitAsync(ct);
        after();
    }

    private async Task AskAsync(Guid lockId, string room, CancellationToken ct)
    {
        try
        {
            await AskAsync(lockId, room, deliver: true, ct);
        }
        // Without PostgreSQL a delivery needs one of the reserved numbers, and room for what is left of them. The check itself needs neither.
        catch (Exception full) when (full is StoreAwayException or IOException or UnauthorizedAccessException)
        {
            await AskAsync(lockId, room, deliver: false, ct);
        }
    }

    private async Task AskAsync(Guid lockId, string room, bool deliver, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<LockStore>();
        var welfare = scope.ServiceProvider.GetRequiredService<WelfareDeliveries>();
        await store.Work.BeginAsync(ct);
        var tells = deliver && await welfare.CanTellAsync(ct);
        var stopped = tells ? await welfare.StopEarlierAsync(lockId, ct) : null;
        if (await store.OpenAsync(room, ct) is not { } locked || locked.Id != lockId) return;
        var check = new WelfareCheck(locked, store.LastLookedAt(locked), clock.GetCurrentInstant());
        store.Work.Db.Add(check);
        var requested = tells ? await welfare.RequestAsync(check, ct) : null;
        var since = LockTimes.Wall(locked.SetAt, hotel.Value.Zone);
        var words = welfare.Words(requested is not null, again: stopped is not null);
        var told = scope.ServiceProvider.GetRequiredService<NoticeBoard>().Post("welfare-check", room, $"locked since {since}: a welfare check is due, {words}", null);
        if (!await store.Work.CommitOnceAsync(ct)) return;
        (stopped + requested + told)();
        log.WelfareDue(room, since, words);
    }
}
