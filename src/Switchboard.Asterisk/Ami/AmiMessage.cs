using System.Text;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// One message of Asterisk: its bytes and an index of its headers, decoded only where asked for. Headers keep their order, keys are
/// compared without case, repeated keys are all kept, a bare LF inside a value belongs to the value.
/// </summary>
public sealed class AmiMessage
{
    private readonly byte[] _bytes;
    private readonly HeaderSlice[] _headers;

    private AmiMessage(byte[] bytes, HeaderSlice[] headers) => (_bytes, _headers) = (bytes, headers);

    /// <summary>The bytes as they came, without the empty line at the end.</summary>
    public ReadOnlyMemory<byte> RawBytes => _bytes;

    /// <summary>Has an <c>Event</c> header. Tested before <see cref="IsResponse"/>: OriginateResponse is an event that carries a Response header.</summary>
    public bool IsEvent => EventName is not null;

    /// <summary>A response to an action.</summary>
    public bool IsResponse => !IsEvent && this["Response"] is not null;

    /// <summary>The event's name, or null.</summary>
    public string? EventName => this["Event"];

    /// <summary>The action that this belongs to, or null.</summary>
    public string? ActionId => this["ActionID"];

    /// <summary>All headers in their order. A line without a colon has an empty key.</summary>
    public IEnumerable<KeyValuePair<string, string>> Headers
    {
        get
        {
            foreach (var header in _headers) yield return new(Decode(header.KeyStart, header.KeyLength), Decode(header.ValueStart, header.ValueLength));
        }
    }

    /// <summary>The first value of this key, or null.</summary>
    public string? this[string key]
    {
        get
        {
            foreach (var header in _headers)
            {
                if (IsKey(header, key)) return Decode(header.ValueStart, header.ValueLength);
            }

            return null;
        }
    }

    /// <summary>Every value of this key, in order.</summary>
    public IEnumerable<string> GetAll(string key)
    {
        foreach (var header in _headers)
        {
            if (IsKey(header, key)) yield return Decode(header.ValueStart, header.ValueLength);
        }
    }

    /// <summary>Names and counts only: values may be a guest's.</summary>
    public override string ToString() => $"{EventName ?? this["Response"] ?? "message"} ({_headers.Length} headers, {_bytes.Length} bytes)";

    /// <summary>Splits a message's bytes into headers; nothing is decoded yet.</summary>
    internal static AmiMessage Parse(byte[] bytes)
    {
        var headers = new List<HeaderSlice>(24);
        var rest = bytes.AsSpan();
        var start = 0;
        while (start < bytes.Length)
        {
            var length = rest[start..].IndexOf("\r\n"u8);
            if (length < 0) length = bytes.Length - start;
            if (length > 0) headers.Add(Slice(rest.Slice(start, length), start));
            start += length + 2;
        }

        return new AmiMessage(bytes, [.. headers]);
    }

    private static HeaderSlice Slice(ReadOnlySpan<byte> line, int start)
    {
        var colon = line.IndexOf((byte)':');
        if (colon < 0) return new HeaderSlice(start, 0, start, line.Length);
        var value = colon + 1;
        while (value < line.Length && line[value] == (byte)' ') value++;
        return new HeaderSlice(start, colon, start + value, line.Length - value);
    }

    private bool IsKey(HeaderSlice header, string key) =>
        header.KeyLength == key.Length && Ascii.EqualsIgnoreCase(_bytes.AsSpan(header.KeyStart, header.KeyLength), key);

    // Invalid UTF-8 becomes replacement characters; the bytes stay in RawBytes.
    private string Decode(int start, int length) => Encoding.UTF8.GetString(_bytes, start, length);

    private readonly record struct HeaderSlice(int KeyStart, int KeyLength, int ValueStart, int ValueLength);
}
