using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using NodaTime;
using Switchboard.Asterisk.Ami;

namespace Switchboard.EventRecord;

/// <summary>Says whose room a phone is, by what a channel's name begins with, such as <c>PJSIP/1203</c>; null where it is no room's.</summary>
public delegate string? RoomOfPhone(ReadOnlySpan<char> phone);

/// <summary>
/// Turns an event into a row: what is searched for as columns, all headers as JSON (a repeated one as an array in its order), secrets masked.
/// Nothing is decoded that need not be. Not thread-safe.
/// </summary>
#pragma warning disable CA1001 // the JSON writer writes to memory; there is nothing to give back
internal sealed class EventEncoder(string pbx, EventRecordOptions options, RoomOfPhone roomOf, SecretChannels? secrets = null)
#pragma warning restore CA1001
{
    public const string Columns = "session_id, sequence, at, received_at, pbx, source, event, unique_id, linked_id, channel, room, headers";
    public const short ColumnCount = 12;
    public const int LongestColumn = 200;

    // A PBX whose clock is further away than this is not believed when its own time decides where a row is kept.
    private static readonly Duration Believed = Duration.FromHours(24);
    private static readonly byte[][] ChannelKeys = Keys("Channel", "DestChannel", "TransfererChannel", "OrigTransfererChannel");
    private static readonly byte[][] UniqueIdKeys = Keys("Uniqueid", "DestUniqueid", "TransfererUniqueid", "OrigTransfererUniqueid");
    private static readonly byte[][] LinkedIdKeys = Keys("Linkedid", "DestLinkedid", "TransfererLinkedid", "OrigTransfererLinkedid");
    private static readonly byte[][] DeviceKeys = Keys("Device", "Peer", "Interface", "Location");
    private static readonly byte[][] EndpointKeys = Keys("EndpointName", "AOR");

    private readonly byte[] _pbx = Encoding.UTF8.GetBytes(pbx);
    private readonly byte[][] _masked = [.. options.MaskedHeaders.Select(Encoding.UTF8.GetBytes)];
    private readonly ArrayBufferWriter<byte> _json = new(4096);
    private readonly ArrayBufferWriter<byte> _mended = new();
    private readonly Utf8JsonWriter _writer = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    private AmiMessage.RawHeader[] _headers = new AmiMessage.RawHeader[64];
    private int _count;

    /// <summary>Adds the event to the chunk.</summary>
    public void Encode(AmiMessage message, EventChunk chunk, long sequence, Instant received)
    {
        var bytes = HeadersOf(message);
        WriteJson(bytes);
        var channel = First(bytes, ChannelKeys);
        var at = TimeOf(bytes, received);
        var rows = chunk.Rows;
        rows.Fields(ColumnCount);
        rows.Uuid(chunk.Session.Id);
        rows.Int64(sequence);
        rows.Timestamp(at);
        rows.Timestamp(received);
        rows.Text(_pbx);
        rows.Text(chunk.Session.Source);
        Optional(rows, Find(bytes, "Event"u8));
        Optional(rows, First(bytes, UniqueIdKeys));
        Optional(rows, First(bytes, LinkedIdKeys));
        Optional(rows, channel);
        rows.Text(Room(bytes, channel));
        rows.Jsonb(_json.WrittenSpan);
        chunk.Added(sequence, at, received);
    }

    /// <summary>The same for people who look on.</summary>
    public LiveEvent ForPeople(AmiMessage message, Instant received)
    {
        var chunk = new EventChunk(new EventSession(Guid.Empty, pbx, EventSession.Ami, received));
        Encode(message, chunk, 1, received);
        var bytes = HeadersOf(message);
        var channel = First(bytes, ChannelKeys);
        return new LiveEvent(received, message.EventName ?? "", Text(First(bytes, UniqueIdKeys)), Text(First(bytes, LinkedIdKeys)), Text(channel), Room(bytes, channel),
            JsonSerializer.Deserialize<Dictionary<string, object>>(_json.WrittenSpan)!);
    }

    /// <summary>The room that this channel is a phone of.</summary>
    public string? RoomOfChannel(ReadOnlySpan<char> channel)
    {
        // PJSIP/1203-0000001a: the technology and the phone, behind the LAST hyphen a number of its own.
        var end = channel.LastIndexOf('-');
        return end <= 0 ? null : roomOf(channel[..end]);
    }

    /// <summary>Finds the headers; returns the bytes that they stand in, which PostgreSQL can store.</summary>
    private ReadOnlySpan<byte> HeadersOf(AmiMessage message)
    {
        _count = 0;
        foreach (var header in message.RawHeaders)
        {
            if (_count == _headers.Length) Array.Resize(ref _headers, _count * 2);
            _headers[_count++] = header;
        }

        var bytes = message.RawBytes.Span;
        return CopyRow.Storable(bytes) ? bytes : Mended(bytes);
    }

    private ReadOnlySpan<byte> Mended(ReadOnlySpan<byte> bytes)
    {
        _mended.ResetWrittenCount();
        for (var i = 0; i < _count; i++)
        {
            var (key, value) = (CopyRow.Mended(Key(bytes, i)), CopyRow.Mended(Value(bytes, i)));
            var start = _mended.WrittenCount;
            _mended.Write(key);
            _mended.Write(value);
            _headers[i] = new(start, key.Length, start + key.Length, value.Length);
        }

        return _mended.WrittenSpan;
    }

    private void WriteJson(ReadOnlySpan<byte> bytes)
    {
        _json.ResetWrittenCount();
        _writer.Reset(_json);
        _writer.WriteStartObject();
        var hideDigit = secrets is { IsEmpty: false } && HidesDigit(bytes, secrets);
        // A variable's name stands in a header of its own, its value in another.
        var maskValue = Find(bytes, "Variable"u8) is { } variable && IsMasked(variable);
        for (var i = 0; i < _count; i++)
        {
            var key = Key(bytes, i);
            if (Next(bytes, 0, key) < i) continue; // stands in an array already
            var masked = IsMasked(key) || (maskValue && Ascii.EqualsIgnoreCase(key, "Value"u8));
            var digit = hideDigit && Ascii.EqualsIgnoreCase(key, "Digit"u8);
            var repeated = Next(bytes, i + 1, key) < _count;
            _writer.WritePropertyName(key);
            if (repeated) _writer.WriteStartArray();
            for (var j = i; j < _count; j = repeated ? Next(bytes, j + 1, key) : _count) WriteValue(key, digit ? "*"u8 : Value(bytes, j), masked);
            if (repeated) _writer.WriteEndArray();
        }

        _writer.WriteEndObject();
        _writer.Flush();
    }

    /// <summary>A key of a PIN; and a channel that has hung up is no secret any more.</summary>
    private bool HidesDigit(ReadOnlySpan<byte> bytes, SecretChannels channels)
    {
        var name = Find(bytes, "Event"u8);
        if (Ascii.EqualsIgnoreCase(name, "Hangup"u8)) channels.Forget(Find(bytes, "Uniqueid"u8));
        return (Ascii.EqualsIgnoreCase(name, "DTMFBegin"u8) || Ascii.EqualsIgnoreCase(name, "DTMFEnd"u8)) && channels.IsHidden(Find(bytes, "Uniqueid"u8));
    }

    private void WriteValue(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool masked)
    {
        // ChanVariable, DestChanVariable and their like: name=value.
        var name = value[..Math.Max(0, value.IndexOf((byte)'='))];
        if (masked) _writer.WriteStringValue("***"u8);
        else if (!name.IsEmpty && EndsWithChanVariable(key) && IsMasked(name)) _writer.WriteStringValue([.. name, .. "=***"u8]);
        else _writer.WriteStringValue(value);
    }

    private static bool EndsWithChanVariable(ReadOnlySpan<byte> key) => key.Length >= 12 && Ascii.EqualsIgnoreCase(key[^12..], "ChanVariable"u8);

    private bool IsMasked(ReadOnlySpan<byte> name)
    {
        foreach (var masked in _masked)
        {
            for (var at = 0; at + masked.Length <= name.Length; at++)
            {
                if (Ascii.EqualsIgnoreCase(name.Slice(at, masked.Length), masked)) return true;
            }
        }

        return false;
    }

    // Epoch seconds with a fraction: Timestamp, where timestampevents=yes. The EventTime of a CEL event holds whole seconds of the PBX's zone.
    private Instant TimeOf(ReadOnlySpan<byte> bytes, Instant received)
    {
        if (!TryTime(Find(bytes, "Timestamp"u8), out var at)) return received;
        return at - received < Believed && received - at < Believed ? at : received;
    }

    private static bool TryTime(ReadOnlySpan<byte> text, out Instant at)
    {
        at = default;
        if (!Utf8Parser.TryParse(text, out decimal seconds, out var used) || used != text.Length || seconds is < 1_000_000_000 or > 100_000_000_000) return false;
        at = Instant.FromUnixTimeTicks((long)(seconds * NodaConstants.TicksPerSecond));
        return true;
    }

    private string? Room(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> channel)
    {
        Span<char> text = stackalloc char[128];
        if (Chars(channel, text) is { IsEmpty: false } name && RoomOfChannel(name) is { } room) return room;
        if (Chars(Find(bytes, "DestChannel"u8), text) is { IsEmpty: false } called && RoomOfChannel(called) is { } other) return other;
        foreach (var key in DeviceKeys)
        {
            if (Chars(Find(bytes, key), text) is { IsEmpty: false } device && roomOf(device) is { } its) return its;
        }

        foreach (var key in EndpointKeys)
        {
            var endpoint = Find(bytes, key);
            if (endpoint.IsEmpty || endpoint.Length > 100) continue;
            "PJSIP/".CopyTo(text);
            var length = Chars(endpoint, text[6..]).Length;
            if (roomOf(text[..(6 + length)]) is { } its) return its;
        }

        return null;
    }

    private static ReadOnlySpan<char> Chars(ReadOnlySpan<byte> bytes, Span<char> into) =>
        bytes.Length <= into.Length && Encoding.UTF8.TryGetChars(bytes, into, out var length) ? into[..length] : default;

    private ReadOnlySpan<byte> First(ReadOnlySpan<byte> bytes, byte[][] keys)
    {
        foreach (var key in keys)
        {
            if (Find(bytes, key) is { IsEmpty: false } found) return found;
        }

        return default;
    }

    private ReadOnlySpan<byte> Find(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> key)
    {
        var found = Next(bytes, 0, key);
        return found < _count ? Value(bytes, found) : default;
    }

    /// <summary>The first header of this name from there on; how many there are, where there is none.</summary>
    private int Next(ReadOnlySpan<byte> bytes, int from, ReadOnlySpan<byte> key)
    {
        while (from < _count && !(_headers[from].KeyLength == key.Length && IsSame(Key(bytes, from), key))) from++;
        return from;
    }

    // Ascii alone finds a Chinese name unlike itself.
    private static bool IsSame(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => one.SequenceEqual(other) || Ascii.EqualsIgnoreCase(one, other);

    private ReadOnlySpan<byte> Key(ReadOnlySpan<byte> bytes, int header) => bytes.Slice(_headers[header].KeyStart, _headers[header].KeyLength);

    private ReadOnlySpan<byte> Value(ReadOnlySpan<byte> bytes, int header) => bytes.Slice(_headers[header].ValueStart, _headers[header].ValueLength);

    // What is searched for has an index, whose keys may not be long; whole it stands among the headers.
    private static void Optional(ArrayBufferWriter<byte> rows, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) rows.Null();
        else rows.Text(value.Length <= LongestColumn ? value : Cut(value));
    }

    // Between two characters.
    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> value)
    {
        var end = LongestColumn;
        while (end > 0 && (value[end] & 0xC0) == 0x80) end--;
        return value[..end];
    }

    private static string? Text(ReadOnlySpan<byte> value) => value.IsEmpty ? null : Encoding.UTF8.GetString(value);

    private static byte[][] Keys(params string[] names) => [.. names.Select(Encoding.UTF8.GetBytes)];
}
