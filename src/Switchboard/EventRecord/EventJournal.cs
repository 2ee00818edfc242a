using System.Text.Json;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Journal;

namespace Switchboard.EventRecord;

/// <summary>What the record keeps on this machine while PostgreSQL is away: chunks and outages, in their order.</summary>
internal sealed class EventJournal(IOptions<JournalOptions> options, string pbx, ILogger<EventJournal> log) : IDisposable
{
    private const byte OutageMark = (byte)'{';
    private const long SegmentBytes = 32 * 1024 * 1024;
    private SegmentedJournal? _journal;
    private long _drained;

    /// <summary>Opened with the first use; the fault stands in <see cref="Trouble"/> until it could be opened.</summary>
    public string? Trouble { get; private set; }

    public long Size => _journal?.Size ?? 0;
    public long Limit => options.Value.EventsLimit;

    /// <summary>Nothing waits in it.</summary>
    public bool IsEmpty => _journal is null || _drained >= _journal.LastSequence || _journal.IsEmpty;

    /// <summary>Opens what an earlier life left.</summary>
    public void Open()
    {
        if (_journal is not null) return;
        try
        {
            _journal = SegmentedJournal.Open(Path.Combine(options.Value.Directory, pbx, "events"), options.Value.EventsLimit, SegmentBytes);
            _journal.Damaged += Damaged;
            if (_journal.FoundTorn is { } torn) log.Torn(torn.File, torn.Bytes);
            Trouble = null;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or JournalInUseException)
        {
            Trouble = unusable.Message;
        }
    }

    /// <summary>On the disk when this returns.</summary>
    /// <exception cref="JournalFullException">No room by configuration.</exception>
    /// <exception cref="IOException">No room on the disk, or no disk.</exception>
    public void Append(object item)
    {
        Open();
        if (_journal is not { } journal) throw new IOException(Trouble);
        journal.Append(item is EventChunk chunk ? chunk.ToBytes() : OutageBytes((PbxOutage)item));
    }

    /// <summary>
    /// What waits, oldest first; each is to be given back to <see cref="Done"/> when it is stored. No item stands for what cannot be understood, or
    /// not be read at the end: it was told as such, and must not keep what comes after it from the database.
    /// </summary>
    public IEnumerable<(long Sequence, object? Item)> Waiting()
    {
        if (_journal is not { } journal) yield break;
        var (at, end) = (_drained, journal.LastSequence);
        foreach (var record in journal.Read(_drained)) yield return (at = record.Sequence, ItemOf(record));
        if (at < end) yield return (end, null);
    }

    /// <summary>Everything up to here is in the database.</summary>
    public void Done(long sequence)
    {
        _drained = sequence;
        _journal?.Release(sequence);
    }

    /// <summary>When the last event was received that waits here, or null.</summary>
    public Instant? LastReceived()
    {
        Instant? last = null;
        foreach (var (_, item) in Waiting())
        {
            if (item is EventChunk chunk) last = chunk.LastReceived;
        }

        return last;
    }

    public void Dispose() => _journal?.Dispose();

    private object? ItemOf(JournalRecord record)
    {
        try
        {
            return record.Payload is [OutageMark, ..] ? Outage(record.Payload) : EventChunk.FromBytes(record.Payload);
        }
        catch (Exception strange) when (strange is InvalidDataException or JsonException)
        {
            log.Unreadable(record.Sequence, strange.Message);
            return null;
        }
    }

    private void Damaged(JournalDamage damage) => log.Damaged(damage.File, damage.Bytes);

    private static byte[] OutageBytes(PbxOutage outage) => JsonSerializer.SerializeToUtf8Bytes(new OutageText(
        outage.Id, outage.Pbx, outage.Cause, outage.FromAt.ToUnixTimeTicks(), outage.UntilAt.ToUnixTimeTicks(), outage.Lost));

    private static PbxOutage Outage(byte[] bytes)
    {
        var text = JsonSerializer.Deserialize<OutageText>(bytes) ?? throw new JsonException("no outage");
        return PbxOutage.Restore(text.Id, text.Pbx, text.Cause, Instant.FromUnixTimeTicks(text.From), Instant.FromUnixTimeTicks(text.Until), text.Lost);
    }

    private sealed record OutageText(Guid Id, string Pbx, string Cause, long From, long Until, long? Lost);
}
