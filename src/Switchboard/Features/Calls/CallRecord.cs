using NodaTime;
using Npgsql;
using Switchboard.Persistence;

namespace Switchboard.Features.Calls;

/// <summary>What is new in the record: the calls that it touches.</summary>
/// <param name="LastEventId">So far was looked; null where there was nothing.</param>
/// <param name="Calls">Their Linkedids.</param>
/// <param name="Earliest">The earliest of the new events.</param>
/// <param name="Restarted">The PBX said that it has come up.</param>
/// <param name="IsFull">There may be more.</param>
internal sealed record NewEvents(long? LastEventId, IReadOnlyCollection<string> Calls, Instant Earliest, bool Restarted, bool IsFull);

/// <summary>Reads the event record as calls need it. On a connection and in a transaction of the caller's.</summary>
internal static class CallRecord
{
    // Those that say something of a call; both lists stand in CallEvent.
    private const string Relevant = "(event = any ($1) or (event in ('CEL', 'UserEvent') and array[headers->>'EventName', headers->>'UserEvent', headers->>'UserDefType'] && $2))";

    // A PBX's clock may differ from ours by a day at most, else the record goes by ours.
    private static readonly Duration ClockDoubt = Duration.FromHours(25);

    // Who is just now storing events.
    private const string Writing =
        "relation = 'pbx_events'::regclass and mode = 'RowExclusiveLock' and database = (select oid from pg_database where datname = current_database())";

    private static readonly TimeSpan SettleEvery = TimeSpan.FromMilliseconds(20);

    // Nobody is put through so often; what would go on for ever ends here.
    private const int MostJoined = 200;

    /// <summary>
    /// Up to this id every event is there to be read: ids are given in order, but of two transactions at once the later one may be first to commit,
    /// and a position that has passed what is not there yet would never come back to it.
    /// </summary>
    public static async Task<long> SettledAsync(NpgsqlConnection connection, TimeProvider time, CancellationToken ct)
    {
        await using var last = new NpgsqlCommand("select last_value from pbx_events_id_seq", connection);
        var id = (long)(await last.ExecuteScalarAsync(ct))!;
        // In this order: whoever took an id up to that one, and has not committed, is among these.
        await using var ask = new NpgsqlCommand($"select array_agg(virtualtransaction) from pg_locks where {Writing}", connection);
        var writing = await ask.ExecuteScalarAsync(ct) as string[] ?? [];
        await using var still = new NpgsqlCommand($"select exists (select from pg_locks where {Writing} and virtualtransaction = any ($1))", connection).With([writing]);
        while (writing.Length > 0 && (bool)(await still.ExecuteScalarAsync(ct))!) await Task.Delay(SettleEvery, time, ct);
        return id;
    }

    /// <summary>The events behind a position and not behind <paramref name="settled"/>; <paramref name="since"/> is a lower bound of their times, where that is known.</summary>
    public static async Task<NewEvents> NewAsync(NpgsqlConnection connection, string pbx, long position, long settled, Instant? since, int limit, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"""
            select id, linked_id, at, event = 'FullyBooted' from pbx_events
            where pbx = $3 and id > $4 and id <= $7 and at >= $5 and ((linked_id is not null and {Relevant}) or event = 'FullyBooted')
            order by id limit $6
            """, connection);
        AddKinds(command);
        command.With(pbx, position, since ?? Instant.FromUnixTimeSeconds(0), limit, settled);
        var calls = new HashSet<string>(StringComparer.Ordinal);
        long? last = null;
        var (earliest, restarted, count) = (Instant.MaxValue, false, 0);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            last = reader.GetInt64(0);
            count++;
            earliest = Instant.Min(earliest, reader.GetFieldValue<Instant>(2));
            if (reader.GetBoolean(3)) restarted = true;
            else calls.Add(reader.GetString(1));
        }

        return new(last, calls, earliest, restarted, count == limit);
    }

    /// <summary>The calls that have events in this time.</summary>
    public static async Task<List<string>> CallsOfAsync(NpgsqlConnection connection, string pbx, Instant from, Instant until, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"select distinct linked_id from pbx_events where pbx = $3 and at >= $4 and at < $5 and linked_id is not null and {Relevant} order by 1", connection);
        AddKinds(command);
        command.With(pbx, from, until);
        return await TextsAsync(command, ct);
    }

    /// <summary>
    /// All events of these calls, of the calls that their channels came from or went to, and those calls' names. <paramref name="touchedAt"/> is the
    /// time of an event of theirs.
    /// </summary>
    public static async Task<(HashSet<string> Calls, List<CallEvent> Events)> WholeAsync(
        NpgsqlConnection connection, string pbx, IReadOnlyCollection<string> calls, Instant touchedAt, CancellationToken ct)
    {
        var all = calls.ToHashSet(StringComparer.Ordinal);
        var events = new List<CallEvent>();
        List<string> fresh = [.. all];
        while (fresh.Count > 0)
        {
            var since = fresh.Select(CallIds.BegunAt).Append(touchedAt).Min(at => at ?? touchedAt) - ClockDoubt;
            var found = await EventsAsync(connection, pbx, fresh, since, ct);
            events.AddRange(found);
            if (all.Count > calls.Count + MostJoined) break;
            fresh = [.. (await JoinedAsync(connection, pbx, [.. found.Select(e => e.UniqueId).Distinct()], since, ct)).Where(all.Add)];
        }

        return (all, events);
    }

    /// <summary>Before each of these moments the PBX had no calls.</summary>
    public static async Task<List<Instant>> RestartsAsync(NpgsqlConnection connection, string pbx, Instant since, CancellationToken ct)
    {
        // Every login is told so, with the whole seconds since the start.
        await using var command = new NpgsqlCommand("""
            select distinct at - make_interval(secs => (headers->>'Uptime')::int + 1) from pbx_events
            where event = 'FullyBooted' and pbx = $1 and at >= $2 and headers->>'Uptime' ~ '^[0-9]{1,9}$' order by 1
            """, connection);
        command.With(pbx, since);
        var restarts = new List<Instant>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) restarts.Add(reader.GetFieldValue<Instant>(0));
        return restarts;
    }

    private static async Task<List<CallEvent>> EventsAsync(NpgsqlConnection connection, string pbx, List<string> calls, Instant since, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"""
            select id, at, event, unique_id, linked_id, channel, room, headers::text from pbx_events
            where linked_id = any ($3) and pbx = $4 and at >= $5 and unique_id is not null and {Relevant}
            """, connection);
        AddKinds(command);
        command.With(calls, pbx, since);
        var events = new List<CallEvent>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            events.Add(new(reader.GetInt64(0), reader.GetFieldValue<Instant>(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetString(6), CallEvent.HeadersOf(reader.GetString(7))));
        }

        return events;
    }

    private static async Task<List<string>> JoinedAsync(NpgsqlConnection connection, string pbx, string[] channels, Instant since, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"select distinct linked_id from pbx_events where unique_id = any ($3) and pbx = $4 and at >= $5 and linked_id is not null and {Relevant}", connection);
        AddKinds(command);
        command.With(channels, pbx, since);
        return await TextsAsync(command, ct);
    }

    private static async Task<List<string>> TextsAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var texts = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) texts.Add(reader.GetString(0));
        return texts;
    }

    private static readonly string[] Told = [.. CallEvent.CelNames, .. CallEvent.ReportNames];

    private static void AddKinds(NpgsqlCommand command) => command.With(CallEvent.Names, Told);
}
