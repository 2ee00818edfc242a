using System.Diagnostics;
using System.Globalization;
using System.Text;
using Switchboard.Benchmarks.EventRecord;

namespace Switchboard.Benchmarks.Ami;

/// <summary>Events made before they are sent, in one block, sent over and over: only the time in each of them, and whose call it is, are written anew.</summary>
internal sealed class EventBlocks
{
    public const int Events = 1000;
    private static uint _lastCall;
    private readonly byte[] _block;
    private readonly int[] _starts = new int[Events + 1];
    private readonly int[] _stamps;
    private readonly int[] _rooms = [];
    private readonly int[] _calls = [];
    private int _next;

    public EventBlocks(bool record)
    {
        IsRecord = record;
        var events = Enumerable.Range(0, Events).Select(i => record ? RecordCorpus.Event(i) : EventCorpus.Event(i)).ToArray();
        for (var i = 0; i < Events; i++) _starts[i + 1] = _starts[i] + events[i].Length;
        _block = [.. events.SelectMany(e => e)];
        _stamps = PlacesOf(record ? RecordCorpus.StampHeader : EventCorpus.StampHeader, behind: true);
        if (record) (_rooms, _calls) = (PlacesOf(RecordCorpus.RoomMark), PlacesOf(RecordCorpus.CallMark));
    }

    public bool IsRecord { get; }

    /// <summary>At most so many events; how many stands in <paramref name="count"/> afterwards.</summary>
    public ReadOnlySpan<byte> Next(ref int count, bool stamped)
    {
        if (_next == Events) _next = 0;
        if (_next == 0 && IsRecord) NumberCalls();
        var (from, to) = (_next, Math.Min(Events, _next + count));
        if (stamped) Stamp(from, to);
        (_next, count) = (to, to - from);
        return _block.AsSpan(_starts[from].._starts[to]);
    }

    private int[] PlacesOf(string text, bool behind = false)
    {
        var (found, bytes) = (new List<int>(), Encoding.UTF8.GetBytes(text));
        for (var at = 0; _block.AsSpan(at).IndexOf(bytes) is >= 0 and var next; at += next + bytes.Length) found.Add(at + next + (behind ? bytes.Length : 0));
        return [.. found];
    }

    private void Stamp(int from, int to)
    {
        var now = Encoding.ASCII.GetBytes(IsRecord
            ? ((TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0000000000.000000", CultureInfo.InvariantCulture)
            : Stopwatch.GetTimestamp().ToString("D19", CultureInfo.InvariantCulture));
        for (var i = from; i < to; i++) now.CopyTo(_block.AsSpan(_stamps[i]));
    }

    private void NumberCalls()
    {
        var first = Interlocked.Add(ref _lastCall, Events / RecordCorpus.EventsOfACall);
        Write(_rooms, call => RecordCorpus.RoomOf(first + call));
        Write(_calls, call => (first + call).ToString("x8", CultureInfo.InvariantCulture));
    }

    private void Write(int[] places, Func<uint, string> text)
    {
        var (call, end, bytes) = (0u, 0, Array.Empty<byte>());
        foreach (var place in places)
        {
            for (; place >= end; end = _starts[call * RecordCorpus.EventsOfACall]) bytes = Encoding.ASCII.GetBytes(text(call++));
            bytes.CopyTo(_block.AsSpan(place));
        }
    }
}
