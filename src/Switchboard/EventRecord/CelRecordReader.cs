namespace Switchboard.EventRecord;

/// <summary>
/// Cuts a stream into records and counts their bytes. A record ends at LF, unless that stands within quotes; but where a quote was never
/// closed (a line torn by a full disk or a crash), the next event's beginning ends it, so that one torn line costs one line.
/// </summary>
/// <param name="stream">Stands at a record's beginning; it stays the caller's.</param>
/// <param name="offset">How many bytes stand before that.</param>
internal sealed class CelRecordReader(Stream stream, long offset)
{
    /// <summary>What is longer is no event: it is skipped, and never held in memory.</summary>
    public const int MostBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[MostBytes + (16 * 1024)];
    private int _start;
    private int _end;
    private bool _ended;

    private enum Place
    {
        FieldStart,
        Unquoted,
        Quoted,
        QuoteInQuoted,

        /// <summary>Quotes that follow no rule: the record ends with the line.</summary>
        Broken,
    }

    /// <summary>How many bytes of the file stand before the next record.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>After the last record: whether bytes without an end follow.</summary>
    public bool Unfinished { get; private set; }

    /// <summary>The next whole record without its LF, or null for one that is too long. False at the end; then this reader is done.</summary>
    public bool TryRead(out string? record)
    {
        record = null;
        var place = Place.FieldStart;
        var at = 0;
        var dropped = 0L;
        for (; Has(at + 1); at++)
        {
            if (at > MostBytes)
            {
                _start += at;
                dropped += at;
                at = 0;
            }

            var value = _buffer[_start + at];
            if (value == '\n' && (place != Place.Quoted || BeginsAt(at + 1)))
            {
                if (dropped == 0) record = CelPosition.Decode(_buffer.AsSpan(_start, at));
                _start += at + 1;
                Offset += dropped + at + 1;
                return true;
            }

            place = Next(place, value);
        }

        Unfinished = dropped + at > 0;
        return false;
    }

    private static Place Next(Place place, byte value) => (place, (char)value) switch
    {
        (Place.FieldStart, '"') => Place.Quoted,
        (Place.FieldStart or Place.Unquoted, ',') => Place.FieldStart,
        (Place.FieldStart or Place.Unquoted, _) => Place.Unquoted,
        (Place.Quoted, '"') => Place.QuoteInQuoted,
        (Place.Quoted, _) => Place.Quoted,
        (Place.QuoteInQuoted, '"') => Place.Quoted,
        (Place.QuoteInQuoted, ',') => Place.FieldStart,
        (Place.QuoteInQuoted, '\r') => Place.QuoteInQuoted,
        _ => Place.Broken,
    };

    private bool BeginsAt(int at)
    {
        Has(at + CelLine.BeginningBytes);
        return CelLine.Begins(_buffer.AsSpan(_start + at, Math.Min(CelLine.BeginningBytes, _end - _start - at)));
    }

    /// <summary>Whether so many bytes from the record's beginning are here, after reading what is needed.</summary>
    private bool Has(int count)
    {
        while (_end - _start < count && !_ended)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            _ended = read == 0;
            _end += read;
        }

        return _end - _start >= count;
    }
}
