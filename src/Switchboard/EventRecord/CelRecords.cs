using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Npgsql;
using Switchboard.Persistence;

namespace Switchboard.EventRecord;

/// <summary>What recovery asks of and stores in the database.</summary>
internal sealed class CelRecords(string pbx, IServiceScopeFactory scopes, IOptions<DatabaseOptions> database, EventPartitions partitions, RoomOfPhone roomOf, TimeProvider time, IClock clock)
    : IAsyncDisposable
{
    private static readonly Duration Around = Duration.FromMinutes(2);
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly EventStore _store = new(database, partitions);

    /// <summary>See <see cref="EventStore.Stored"/>.</summary>
    public event Action<Instant>? Stored
    {
        add => _store.Stored += value;
        remove => _store.Stored -= value;
    }

    /// <summary>How far the file was compared, or null before the first time.</summary>
    public Task<CelTaken?> TakenAsync(CancellationToken ct) => WithAsync(db => db.Set<CelTaken>().AsNoTracking().SingleOrDefaultAsync(t => t.Pbx == pbx, ct));

    public Task TakeAsync(CelPosition? position, CancellationToken ct) => WithAsync(db =>
    {
        var now = clock.GetCurrentInstant();
        var (line, offset) = (position?.FirstLine ?? "", position?.Offset ?? 0);
        return db.Database.ExecuteSqlAsync($"""
            insert into pbx_cel_positions (pbx, first_line, file_offset, taken_at) values ({pbx}, {line}, {offset}, {now})
            on conflict (pbx) do update set first_line = excluded.first_line, file_offset = excluded.file_offset, taken_at = excluded.taken_at
            """, ct);
    });

    /// <summary>How many call events of each key the record has around the time of these lines.</summary>
    public async Task<IReadOnlyDictionary<CelKey, int>> RecordedAsync(IReadOnlyList<CelLine> lines, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(database.Value.Effective());
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand("""
            select headers->>'EventTime', (extract(epoch from at) * 1000000)::bigint, coalesce(headers->>'UniqueID', ''), coalesce(headers->>'EventName', '')
            from pbx_events where pbx = $1 and event = 'CEL' and at between $2 and $3
            """, connection) { CommandTimeout = 60 };
        command.Parameters.Add(new() { Value = pbx });
        command.Parameters.Add(new() { Value = (lines.Min(l => l.EventTime) - Around).ToDateTimeUtc() });
        command.Parameters.Add(new() { Value = (lines.Max(l => l.EventTime) + Around).ToDateTimeUtc() });
        var found = new Dictionary<CelKey, int>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var at = Instant.FromUnixTimeTicks(reader.GetInt64(1) * 10);
            var key = new CelKey(CelKey.SecondOf(reader.IsDBNull(0) ? null : reader.GetString(0), at), reader.GetString(2), reader.GetString(3));
            found[key] = found.GetValueOrDefault(key) + 1;
        }

        return found;
    }

    /// <summary>Stores lines as events, with the headers that AMI gives them.</summary>
    public async Task StoreAsync(IReadOnlyList<CelLine> lines, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        var chunk = new EventChunk(EventSession.Begin(pbx, EventSession.Cel, now));
        foreach (var line in lines) Encode(line, chunk, now);
        await _store.WriteAsync(chunk, time, ct);
    }

    /// <summary>The outages that were not compared with the file yet.</summary>
    public Task<List<PbxOutage>> OpenOutagesAsync(CancellationToken ct) => WithAsync(db => db.Set<PbxOutage>().AsNoTracking()
        .Where(o => o.Pbx == pbx && o.Recovered == null && o.Missing == null).OrderBy(o => o.FromAt).ToListAsync(ct));

    /// <summary>An outage was compared with the file.</summary>
    public Task ComparedAsync(PbxOutage outage, long? recovered, string? missing, CancellationToken ct) => WithAsync(db => db.Database.ExecuteSqlAsync(
        $"update pbx_outages set recovered = {recovered}, missing = {missing} where id = {outage.Id}", ct));

    public Task AddAsync(PbxOutage outage, CancellationToken ct) => WithAsync(async db =>
    {
        db.Add(outage);
        return await db.SaveChangesAsync(ct);
    });

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private void Encode(CelLine line, EventChunk chunk, Instant now)
    {
        var rows = chunk.Rows;
        var sequence = chunk.LastSequence + 1;
        rows.Fields(EventEncoder.ColumnCount);
        rows.Uuid(chunk.Session.Id);
        rows.Int64(sequence);
        rows.Timestamp(line.EventTime);
        rows.Timestamp(now);
        rows.Text(pbx);
        rows.Text(EventSession.Cel);
        rows.Text("CEL");
        Optional(rows, line.UniqueId);
        Optional(rows, line.LinkedId);
        Optional(rows, line.Channel);
        var end = line.Channel.LastIndexOf('-');
        rows.Text(end > 0 ? roomOf(line.Channel.AsSpan(0, end)) : null);
        rows.Jsonb(Json(line));
        chunk.Added(sequence, line.EventTime, now);
    }

    private static byte[] Json(CelLine line)
    {
        var json = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(json, Relaxed);
        writer.WriteStartObject();
        writer.WriteString("Event", "CEL");
        writer.WriteString("EventName", line.EventType);
        writer.WriteString("EventTime", (line.EventTime.ToUnixTimeTicks() / (decimal)NodaConstants.TicksPerSecond).ToString("F6", CultureInfo.InvariantCulture));
        writer.WriteString("Channel", line.Channel);
        writer.WriteString("UniqueID", line.UniqueId);
        writer.WriteString("LinkedID", line.LinkedId);
        writer.WriteString("Exten", line.Extension);
        writer.WriteString("Context", line.Context);
        writer.WriteString("Application", line.Application);
        writer.WriteString("AppData", line.ApplicationData);
        writer.WriteString("CallerIDnum", line.CallerNumber);
        writer.WriteString("Peer", line.Peer);
        writer.WriteString("UserDefType", line.UserDefinedType);
        writer.WriteString("Extra", line.Extra);
        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }

    private static void Optional(ArrayBufferWriter<byte> rows, string value)
    {
        if (value.Length == 0) rows.Null();
        else rows.Text(Encoding.UTF8.GetBytes(value.Length <= EventEncoder.LongestColumn ? value : value[..EventEncoder.LongestColumn]));
    }

    private async Task<T> WithAsync<T>(Func<SwitchboardDb, Task<T>> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<SwitchboardDb>());
    }
}
