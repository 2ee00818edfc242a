using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Npgsql;
using Switchboard.EventRecord;
using Switchboard.Persistence;

namespace Switchboard.Features.Events;

/// <summary>An event of the record.</summary>
internal sealed record RecordedEvent(Instant At, EventView View);

/// <summary>Reads events from the record, always with bounds of time, so that PostgreSQL opens no day that it need not.</summary>
internal sealed class EventReader(SwitchboardDb db, IClock clock)
{
    private static readonly Duration FirstWindow = Duration.FromMinutes(10);

    /// <summary>The last events that were asked for, newest first, one more than the limit where there are more.</summary>
    public async Task<List<RecordedEvent>> LastAsync(string pbx, EventQuery query, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var oldest = await EventDays.FirstAsync(connection, ct);
        if (oldest is null) return [];
        var since = query.Since is { } asked && asked > oldest ? asked : oldest.Value;
        // A room and a call have an index; else the record is read backwards from its end, a longer piece each time.
        if (query.Room is not null || query.Call is not null) return await ReadAsync(connection, pbx, query, since, query.Until, query.Limit + 1, ct);
        var found = new List<RecordedEvent>();
        var window = FirstWindow;
        var now = clock.GetCurrentInstant();
        for (var until = query.Until; until > since && found.Count <= query.Limit; window += window)
        {
            var from = Instant.Max(since, Instant.Min(until, now) - window);
            found.AddRange(await ReadAsync(connection, pbx, query, from, until, query.Limit + 1 - found.Count, ct));
            until = from;
        }

        return found;
    }

    private static async Task<List<RecordedEvent>> ReadAsync(
        NpgsqlConnection connection, string pbx, EventQuery query, Instant from, Instant until, int atMost, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        List<string> conditions = ["pbx = $1", "at >= $2", "at < $3"];
        command.With(pbx, from, until, atMost);
        if (query.Room is not null) conditions.Add($"room = {Parameter(query.Room)}");
        if (query.Call is not null)
        {
            var call = Parameter(query.Call);
            conditions.Add($"(linked_id = {call} or unique_id = {call})");
        }

        if (query.Event is not null)
        {
            var name = Parameter(query.Event);
            conditions.Add($"(lower(event) = lower({name}) or (event = 'CEL' and lower(headers->>'EventName') = lower({name})))");
        }

        command.CommandText = $"""
            select id, at, received_at, source, event, unique_id, linked_id, channel, room, headers::text from pbx_events
            where {string.Join(" and ", conditions)} order by at desc, id desc limit $4
            """;
        var found = new List<RecordedEvent>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            found.Add(new(reader.GetFieldValue<Instant>(1), new(reader.GetInt64(0), reader.GetFieldValue<Instant>(2), reader.GetString(3), Text(4), Text(5), Text(6), Text(7), Text(8),
                JsonNode.Parse(reader.GetString(9))!.AsObject())));
        }

        return found;

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

        string Parameter(string value)
        {
            command.With(value);
            return $"${command.Parameters.Count}";
        }
    }
}
