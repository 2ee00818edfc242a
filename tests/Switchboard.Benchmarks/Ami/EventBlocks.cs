using System.Diagnostics;
using System.Globalization;
using System.Text;
using Switchboard.Benchmarks.EventRecord;

namespace Switchboard.Benchmarks.Ami;

/// <summary>Events made before they are sent, in one block; only the time in each of them is written anew.</summary>
internal sealed class EventBlocks
{
    public const int Events = 1000;
    private readonly byte[] _block;
    private readonly int[] _starts = new int[Events + 1];
    private readonly int[] _stamps;

    public EventBlocks(bool record)
    {
        IsRecord = record;
        var events = Enumerable.Range(0, Events).Select(i => record ? RecordCorpus.Event(i) : EventCorpus.Event(i)).ToArray();
        for (var i = 0; i < Events; i++) _starts[i + 1] = _starts[i] + events[i].Length;
        _block = [.. events.SelectMany(e => e)];
        _stamps = StampsOf(Encoding.UTF8.GetBytes(record ? RecordCorpus.StampHeader : EventCorpus.StampHeader));
    }

    public bool IsRecord { get; }

    /// <summary>The first so many events.</summary>
    public ReadOnlySpan<byte> Next(int count, bool stamped)
    {
        if (stamped) Stamp(count);
        return _block.AsSpan(0, _starts[count]);
    }

    private int[] StampsOf(byte[] header)
    {
        var found = new List<int>();
        for (var at = 0; at < _block.Length;)
        {
            var next = _block.AsSpan(at).IndexOf(header);
            if (next < 0) break;
            at += next + header.Length;
            found.Add(at);
        }

        return [.. found];
    }

    private void Stamp(int count)
    {
        var now = Encoding.ASCII.GetBytes(IsRecord
            ? ((TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0000000000.000000", CultureInfo.InvariantCulture)
            : Stopwatch.GetTimestamp().ToString("D19", CultureInfo.InvariantCulture));
        for (var i = 0; i < count; i++) now.CopyTo(_block.AsSpan(_stamps[i]));
    }
}
