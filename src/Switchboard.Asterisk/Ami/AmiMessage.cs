using System.Text;

namespace Switchboard.Asterisk.Ami;

/// <summary>
/// One message of Asterisk: its bytes, searched and decoded only where asked for. Headers keep their order, keys are compared without
/// case, repeated keys are all kept, a bare LF inside a value belongs to the value.
/// </summary>
public sealed class AmiMessage
{
    private readonly byte[] _bytes;

    internal AmiMessage(byte[] bytes)
    {
        _bytes = bytes;
        // Asterisk writes Event first; whatever else begins with another header is searched for one.
        if (bytes.AsSpan().StartsWith("Event: "u8)) EventName = AmiTexts.Shared.Of(bytes.AsSpan(7, LineLength(7)));
        else if (Find(0, "Event") is { Found: true } line) EventName = Value(line);
    }

    /// <summary>The bytes as they came, without the empty line at the end.</summary>
    public ReadOnlyMemory<byte> RawBytes => _bytes;

    /// <summary>Has an <c>Event</c> header. Tested before <see cref="IsResponse"/>: OriginateResponse is an event that carries a Response header.</summary>
    public bool IsEvent => EventName is not null;

    /// <summary>A response to an action.</summary>
    public bool IsResponse => !IsEvent && this["Response"] is not null;

    /// <summary>The event's name, or null.</summary>
    public string? EventName { get; }

    /// <summary>The action that this belongs to, or null.</summary>
    public string? ActionId => this["ActionID"];

    /// <summary>All headers in their order. A line without a colon has an empty key.</summary>
    public IEnumerable<KeyValuePair<string, string>> Headers
    {
        get
        {
            for (var at = 0; at < _bytes.Length;)
            {
                var length = LineLength(at);
                var line = Line(at, length, Math.Max(0, _bytes.AsSpan(at, length).IndexOf((byte)':')));
                at = line.Next;
                if (line.Found) yield return new(AmiTexts.Shared.Of(_bytes.AsSpan(line.Start, line.KeyLength)), Value(line));
            }
        }
    }

    /// <summary>All headers in their order, undecoded: for whoever stores them all, many a second.</summary>
    public RawHeaderEnumerator RawHeaders => new(this);

    /// <summary>The first value of this key, or null. Bytes that are no UTF-8 are decoded as U+FFFD; see <see cref="GetBytes"/>.</summary>
    public string? this[string key] => Find(0, key) is { Found: true } line ? Value(line) : null;

    /// <summary>Every value of this key, in order; of <c>Output</c>, the lines that a command printed.</summary>
    public IEnumerable<string> GetAll(string key)
    {
        for (var line = Find(0, key); line.Found; line = Find(line.Next, key)) yield return Value(line);
    }

    /// <summary>The first value of this key as it came, empty where there is none: nothing is decoded or copied.</summary>
    public ReadOnlySpan<byte> GetBytes(string key) => Find(0, key) is { Found: true } line ? _bytes.AsSpan(line.ValueStart, line.ValueLength) : default;

    /// <summary>
    /// The first value of this key without the C escapes that Asterisk puts into a few headers and into no others: CallerIDName and
    /// ConnectedLineName (with any prefix), VarSet's Value, ChanVariable (main/manager_channels.c, ast_escape_c).
    /// </summary>
    public string? GetUnescaped(string key) => this[key] is { } value ? AmiEscapes.Remove(value) : null;

    /// <summary>Names and counts only: values may be a guest's.</summary>
    public override string ToString() => $"{EventName ?? this["Response"] ?? "message"} ({Headers.Count()} headers, {_bytes.Length} bytes)";

    private string Value(HeaderLine line) => AmiTexts.Shared.Of(_bytes.AsSpan(line.ValueStart, line.ValueLength));

    private HeaderLine Find(int from, string key)
    {
        // The colon's place tells most lines apart; letters are compared where it fits.
        for (; (from = AmiLines.NextWithColonAt(_bytes, from, key.Length)) >= 0; from++)
        {
            if (!Ascii.EqualsIgnoreCase(_bytes.AsSpan(from, key.Length), key)) continue;
            // A key that was asked for with a line end in it is none.
            if (LineLength(from) is var length && key.Length < length) return Line(from, length, key.Length);
        }

        return default;
    }

    // "Key: value": one space belongs to the header, more belong to the value. Without a colon the line is the value.
    private HeaderLine Line(int start, int length, int keyLength)
    {
        var value = keyLength == 0 ? start : start + keyLength + 1;
        if (keyLength > 0 && value < start + length && _bytes[value] == (byte)' ') value++;
        return new HeaderLine(start, keyLength, value, start + length);
    }

    // Only CR LF ends a line.
    private int LineLength(int start)
    {
        var rest = _bytes.AsSpan(start);
        for (var at = 0; ; at++)
        {
            var cr = rest[at..].IndexOf((byte)'\r');
            if (cr < 0) return rest.Length;
            at += cr;
            if (at + 1 < rest.Length && rest[at + 1] == (byte)'\n') return at;
        }
    }

    /// <summary>Where a header's key and value stand in <see cref="RawBytes"/>. A line without a colon has no key.</summary>
    public readonly record struct RawHeader(int KeyStart, int KeyLength, int ValueStart, int ValueLength);

    /// <summary>Walks over the headers without decoding them.</summary>
    public struct RawHeaderEnumerator(AmiMessage message)
    {
        private int _at;

        /// <summary>The header that was found.</summary>
        public RawHeader Current { get; private set; }

        /// <summary>For foreach.</summary>
        public readonly RawHeaderEnumerator GetEnumerator() => this;

        /// <summary>Finds the next header.</summary>
        public bool MoveNext()
        {
            while (_at < message._bytes.Length)
            {
                var length = message.LineLength(_at);
                var line = message.Line(_at, length, Math.Max(0, message._bytes.AsSpan(_at, length).IndexOf((byte)':')));
                _at = line.Next;
                if (!line.Found) continue;
                Current = new(line.Start, line.KeyLength, line.ValueStart, line.ValueLength);
                return true;
            }

            return false;
        }
    }

    private readonly struct HeaderLine(int start, int keyLength, int valueStart, int end)
    {
        public bool Found => end > start;
        public int Start => start;
        public int KeyLength => keyLength;
        public int ValueStart => valueStart;
        public int ValueLength => end - valueStart;
        public int Next => end + 2;
    }
}
