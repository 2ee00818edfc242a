using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using NodaTime;
using Switchboard.Asterisk.Ami;
using Switchboard.EventRecord;

namespace Switchboard.Tests.EventRecord;

/// <summary>A row as PostgreSQL would read it from the bytes of a binary COPY.</summary>
internal sealed record StoredRow(
    Guid SessionId, long Sequence, Instant At, Instant ReceivedAt, string Pbx, string Source, string? Event, string? UniqueId, string? LinkedId, string? Channel, string? Room, string Json)
{
    private static readonly Instant Epoch = Instant.FromUtc(2000, 1, 1, 0, 0);

    /// <summary>Every header in its order, a repeated one with all of its values: <c>Key=value</c> or <c>Key=[a, b]</c>.</summary>
    public string[] Headers
    {
        get
        {
            using var json = JsonDocument.Parse(Json);
            return [.. json.RootElement.EnumerateObject().Select(p => $"{p.Name}={(p.Value.ValueKind == JsonValueKind.Array ? $"[{string.Join(", ", p.Value.EnumerateArray().Select(v => v.GetString()))}]" : p.Value.GetString())}")];
        }
    }

    public string? this[string header]
    {
        get
        {
            using var json = JsonDocument.Parse(Json);
            return json.RootElement.TryGetProperty(header, out var value) ? value.ToString() : null;
        }
    }

    /// <summary>All rows of the chunk.</summary>
    public static List<StoredRow> Of(EventChunk chunk)
    {
        var rows = new List<StoredRow>();
        for (var left = chunk.Rows.WrittenSpan; left.Length > 0;)
        {
            var fields = new byte[]?[BinaryPrimitives.ReadInt16BigEndian(left)];
            left = left[2..];
            for (var i = 0; i < fields.Length; i++)
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(left);
                fields[i] = length < 0 ? null : left.Slice(4, length).ToArray();
                left = left[(4 + Math.Max(0, length))..];
            }

            rows.Add(Read(fields));
        }

        return rows;
    }

    /// <summary>What this event becomes.</summary>
    public static StoredRow Of(byte[] message, EventRecordOptions? options = null, RoomOfPhone? roomOf = null, Instant? received = null)
    {
        var now = received ?? SomeEvents.Now;
        var chunk = new EventChunk(SomeEvents.Session);
        new EventEncoder("main", options ?? new EventRecordOptions(), roomOf ?? (_ => null)).Encode(new AmiMessage(message), chunk, 1, now);
        return Of(chunk).Single();
    }

    public static StoredRow Of(string message, EventRecordOptions? options = null, RoomOfPhone? roomOf = null, Instant? received = null) =>
        Of(Encoding.UTF8.GetBytes(message), options, roomOf, received);

    private static StoredRow Read(byte[]?[] fields)
    {
        Assert.Equal(EventEncoder.Columns.Split(',').Length, fields.Length);
        Assert.Equal(1, fields[11]![0]);
        return new(new Guid(fields[0]!, bigEndian: true), BinaryPrimitives.ReadInt64BigEndian(fields[1]), Time(fields[2]!), Time(fields[3]!),
            Text(fields[4])!, Text(fields[5])!, Text(fields[6]), Text(fields[7]), Text(fields[8]), Text(fields[9]), Text(fields[10]), Text(fields[11]![1..])!);
    }

    private static Instant Time(byte[] microseconds) => Epoch.PlusTicks(BinaryPrimitives.ReadInt64BigEndian(microseconds) * 10);

    // As strict as the server: whatever is no UTF-8, or holds NUL, is an error.
    private static string? Text(byte[]? bytes)
    {
        if (bytes is null) return null;
        Assert.DoesNotContain((byte)0, bytes);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
    }
}

/// <summary>What the tests of the record hear.</summary>
internal static class SomeEvents
{
    public static readonly Instant Now = Instant.FromUtc(2026, 3, 1, 6, 30);

    public static readonly EventSession Session = EventSession.Begin("main", EventSession.Ami, Now);

    public static AmiMessage Message(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>A chunk of so many small events, received one millisecond after the other.</summary>
    public static EventChunk Chunk(int count, long first = 1, EventSession? session = null)
    {
        var chunk = new EventChunk(session ?? Session);
        var encoder = new EventEncoder("main", new EventRecordOptions(), _ => null);
        for (var i = 0; i < count; i++)
            encoder.Encode(Message($"Event: Newstate\r\nUniqueid: 1764000000.{first + i}\r\n"), chunk, first + i, Now + Duration.FromMilliseconds(first + i));
        return chunk;
    }
}
