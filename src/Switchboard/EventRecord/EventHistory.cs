using Microsoft.EntityFrameworkCore;
using NodaTime;
using Npgsql;
using Switchboard.Persistence;

namespace Switchboard.EventRecord;

/// <summary>What the record knows about itself: its outages, and when it last heard something.</summary>
internal sealed class EventHistory(IServiceScopeFactory scopes)
{
    /// <summary>Raised when an outage is on record and the PBX's own file may tell what happened in it.</summary>
    public event Action? OutageAdded;

    /// <summary>Stores an outage; one that is there already is left as it is.</summary>
    public Task AddAsync(PbxOutage outage, CancellationToken ct) => WithAsync(async db =>
    {
        if (await db.Set<PbxOutage>().AnyAsync(o => o.Id == outage.Id, ct)) return true;
        db.Add(outage);
        await db.SaveChangesAsync(ct);
        OutageAdded?.Invoke();
        return true;
    });

    /// <summary>When a session that began before this last received an event, or null.</summary>
    public Task<Instant?> LastReceivedAsync(string pbx, Instant before, CancellationToken ct) => WithAsync(db => db.Database.SqlQuery<Instant?>(
        $"""select max(last_received_at) as "Value" from pbx_event_sessions where pbx = {pbx} and source = 'ami' and started_at < {before}""").SingleAsync(ct));

    /// <summary>The outages since then, newest first.</summary>
    public Task<List<PbxOutage>> OutagesAsync(string pbx, Instant since, CancellationToken ct) => WithAsync(db =>
        db.Set<PbxOutage>().AsNoTracking().Where(o => o.Pbx == pbx && o.UntilAt >= since).OrderByDescending(o => o.FromAt).Take(1000).ToListAsync(ct));

    private async Task<T> WithAsync<T>(Func<SwitchboardDb, Task<T>> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            return await work(scope.ServiceProvider.GetRequiredService<SwitchboardDb>());
        }
        catch (DbUpdateException away) when (away.InnerException is NpgsqlException inner)
        {
            throw inner;
        }
    }
}
