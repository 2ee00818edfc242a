using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.EventRecord;
using Switchboard.Pbx;
using Switchboard.Persistence;

namespace Switchboard.Features.Calls;

/// <summary>How far a rebuild is.</summary>
/// <param name="Looked">Calls of the record that were looked at.</param>
/// <param name="Made">Rows that were made of them; the others are what the PBX does by itself.</param>
/// <param name="UpTo">The record is made into calls up to here.</param>
/// <param name="Done">It is over.</param>
public sealed record RebuildProgress(int Looked, int Made, Instant UpTo, bool Done);

/// <summary>
/// Makes calls from the record: what is new, or all of it again. Both read all events of a call and replace its row, so both come to the same.
/// One at a time.
/// </summary>
internal sealed class CallMaker(IServiceScopeFactory scopes, HotelPbx pbx, IOptions<CallOptions> options, TimeProvider time, IClock clock, ILogger<CallMaker> log) : IDisposable
{
    private const int EventsAtOnce = 5000;
    private const int CallsAtOnce = 100;
    private static readonly Duration Window = Duration.FromHours(1);
    private readonly CallBuilder _builder = new(pbx.Name, options.Value.Trunks);
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Makes calls of what is new; true where there may be more. <paramref name="since"/>: the earliest time of what is new, where that is known.</summary>
    public Task<bool> RoundAsync(Instant? since, CancellationToken ct) => AloneAsync(async (connection, store) =>
    {
        var settled = await CallRecord.SettledAsync(connection, time, ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var position = await PositionAsync(connection, ct);
        var news = await CallRecord.NewAsync(connection, pbx.Name, position, settled, since, EventsAtOnce, ct);
        if (news.LastEventId is not { } last) return false;
        var touched = news.Restarted ? news.Calls.Union(await OpenAsync(connection, ct), StringComparer.Ordinal).ToList() : news.Calls;
        foreach (var calls in touched.Chunk(CallsAtOnce)) await MakeAsync(connection, store, calls, news.Earliest, Instant.MinValue, ct);
        await MoveAsync(connection, last, ct);
        await transaction.CommitAsync(ct);
        return news.IsFull;
    }, ct);

    /// <summary>
    /// Makes every call that has events since then again, in batches of one transaction each. Calls whose events are gone stay as they are.
    /// </summary>
    public async IAsyncEnumerable<RebuildProgress> RebuildAsync(Instant? since, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        // The record is whole from its first day on.
        var whole = await AloneAsync((connection, _) => EventDays.FirstAsync(connection, ct), ct) ?? now;
        var kept = now - Duration.FromDays(options.Value.RetentionDays);
        var from = Instant.Max(Instant.Max(whole, kept), since ?? Instant.MinValue);
        // The PBX's clock may be ahead.
        var end = now + Duration.FromDays(1);
        var done = new HashSet<string>(StringComparer.Ordinal);
        var made = 0;
        for (; from < end; from += Window)
        {
            var calls = await AloneAsync((connection, _) => CallRecord.CallsOfAsync(connection, pbx.Name, from, from + Window, ct), ct);
            foreach (var some in calls.Where(done.Add).Chunk(CallsAtOnce))
            {
                var began = time.GetTimestamp();
                var start = from;
                made += await AloneAsync(async (connection, store) =>
                {
                    await using var transaction = await connection.BeginTransactionAsync(ct);
                    var count = await MakeAsync(connection, store, some, start, whole, ct);
                    await transaction.CommitAsync(ct);
                    return count;
                }, ct);
                // Whoever dials meanwhile has the other half of the time.
                await Task.Delay(time.GetElapsedTime(began), time, ct);
            }

            if (calls.Count > 0) yield return new(done.Count, made, Instant.Min(from + Window, now), false);
        }

        log.Rebuilt(made, done.Count);
        yield return new(done.Count, made, now, true);
    }

    /// <summary>Deletes so many calls at most that are older than <see cref="CallOptions.RetentionDays"/>; says how many.</summary>
    public Task<int> DeleteOldAsync(int atMost, CancellationToken ct) => AloneAsync(async (connection, _) =>
    {
        await using var command = new NpgsqlCommand("""
            delete from calls using (select linked_id from calls where pbx = $1 and started_at < $2 order by started_at limit $3) old
            where calls.pbx = $1 and calls.linked_id = old.linked_id
            """, connection);
        command.With(pbx.Name, clock.GetCurrentInstant() - Duration.FromDays(options.Value.RetentionDays), atMost);
        return await command.ExecuteNonQueryAsync(ct);
    }, ct);

    public void Dispose() => _one.Dispose();

    // How many of the calls that were asked for gave a row.
    private async Task<int> MakeAsync(NpgsqlConnection connection, CallStore store, IReadOnlyCollection<string> calls, Instant touchedAt, Instant wholeSince, CancellationToken ct)
    {
        var (all, events) = await CallRecord.WholeAsync(connection, pbx.Name, calls, touchedAt, ct);
        var channels = events.ToLookup(e => e.UniqueId, StringComparer.Ordinal);
        var members = events.ToLookup(e => e.LinkedId, e => e.UniqueId, StringComparer.Ordinal);
        List<Call> made = [.. members.Select(m => Build(m.Key)).OfType<Call>()];
        if (made.Exists(c => c.State == CallState.Open))
        {
            var restarts = await CallRecord.RestartsAsync(connection, pbx.Name, made.Min(c => c.StartedAt), ct);
            if (restarts.Count > 0) made = [.. made.Select(c => c.State == CallState.Open ? Build(c.LinkedId, restarts)! : c)];
        }

        await store.ReplaceAsync(connection, pbx.Name, all, made, wholeSince, ct);
        return made.Count(c => calls.Contains(c.LinkedId));

        Call? Build(string linkedId, params List<Instant> restarts) => _builder.Build(linkedId, members[linkedId].Distinct().SelectMany(c => channels[c]), restarts);
    }

    private async Task<T> AloneAsync<T>(Func<NpgsqlConnection, CallStore, Task<T>> work, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<SwitchboardDb>();
            await db.Database.OpenConnectionAsync(ct);
            return await work((NpgsqlConnection)db.Database.GetDbConnection(), new CallStore(db));
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<long> PositionAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select last_event_id from call_positions where pbx = $1", connection);
        command.With(pbx.Name);
        return await command.ExecuteScalarAsync(ct) as long? ?? 0;
    }

    private async Task MoveAsync(NpgsqlConnection connection, long lastEventId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "insert into call_positions (pbx, last_event_id) values ($1, $2) on conflict (pbx) do update set last_event_id = excluded.last_event_id", connection);
        command.With(pbx.Name, lastEventId);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<List<string>> OpenAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select linked_id from calls where pbx = $1 and ended_at is null", connection);
        command.With(pbx.Name);
        var open = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) open.Add(reader.GetString(0));
        return open;
    }
}
