using System.Text.Json;
using System.Threading.Channels;
using NodaTime;
using Switchboard.Journal;

namespace Switchboard.Persistence.Local;

/// <summary>
/// The copy on the disk, for a worker that is started while PostgreSQL is away: a snapshot, then changes. A journal of its own, whose older
/// snapshots are deleted.
/// </summary>
internal sealed class LocalCopyFile(LocalCopy copy, RowImages images, TimeProvider time, ILogger log) : IDisposable
{
    private const long Limit = 1024L * 1024 * 1024;
    private const long Compact = 64L * 1024 * 1024;
    // Below the size from which the collector treats an array as large.
    private const int RowsInARecord = 60;

    // A copy that is older than this was left by another time: what was due since then may have rung elsewhere.
    private static readonly Duration Oldest = Duration.FromHours(24);
    private readonly Channel<CopyChange> _changes = Channel.CreateBounded<CopyChange>(new BoundedChannelOptions(100_000) { FullMode = BoundedChannelFullMode.Wait });
    private readonly Lock _lock = new();
    private SegmentedJournal? _journal;
    private string _folder = "";

    /// <summary>Why it cannot be written, or null.</summary>
    public string? Trouble { get; private set; }

    public long Size => _journal?.Size ?? 0;

    public bool IsOpen => _journal is not null;

    public void Open(string folder) => _journal = SegmentedJournal.Open(_folder = folder, Limit);

    /// <summary>What was written is kept there, for people; a new file begins.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void PutAside(string folder)
    {
        lock (_lock)
        {
            if (_journal is null) return;
            while (_changes.Reader.TryRead(out _)) { }
            _journal.Dispose();
            _journal = null;
            Directory.Move(_folder, folder);
            Open(_folder);
        }
    }

    /// <summary>Reads what an earlier life left. False where there is none, or only one that is too old to be trusted.</summary>
    public bool Load(Instant now)
    {
        var written = Instant.MinValue;
        var (whole, snapshot) = (false, new HashSet<(Type, object)>());
        var inSnapshot = false;
        foreach (var record in _journal?.Read() ?? [])
        {
            var change = RowImages.Read<CopyChange>(record.Payload);
            written = change.At;
            if (change.Begins) (inSnapshot, snapshot) = (true, []);
            foreach (var row in change.Rows) Take(row, inSnapshot ? snapshot : null);
            if (!change.Ends) continue;
            // What the snapshot does not hold had gone by then.
            foreach (var row in copy.All().Where(r => images.KeyOf(r) is { } key && !snapshot.Contains((r.GetType(), key)))) copy.Remove(row.GetType(), images.KeyOf(row));
            (inSnapshot, whole) = (false, true);
        }

        if (whole && now - written < Oldest) return true;
        if (whole) log.CopyTooOld(written.ToString());
        copy.Clear();
        return false;
    }

    /// <summary>A row was committed.</summary>
    public void Put(object row) => _changes.Writer.TryWrite(new CopyChange(Now, [new CopyRow(images.Of(row), false)]));

    /// <summary>A row is no longer wanted.</summary>
    public void Remove(object row) => _changes.Writer.TryWrite(new CopyChange(Now, [new CopyRow(images.Of(row), true)]));

    /// <summary>Writes everything anew; what was written before is deleted.</summary>
    public void WriteSnapshot()
    {
        lock (_lock)
        {
            if (_journal is not { } journal) return;
            Try(() =>
            {
                var before = journal.LastSequence;
                // What waits is in the copy already.
                while (_changes.Reader.TryRead(out _)) { }
                Append(new CopyChange(Now, []) { Begins = true });
                foreach (var some in copy.All().Chunk(RowsInARecord)) Append(new CopyChange(Now, [.. some.Select(r => new CopyRow(images.Of(r), false))]));
                Append(new CopyChange(Now, []) { Ends = true });
                journal.Release(before);
            });
        }
    }

    /// <summary>Writes changes as they come, many at once.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (await _changes.Reader.WaitToReadAsync(ct))
        {
            // At once: what comes while the disk is synced is written together with the next.
            lock (_lock)
            {
                var rows = new List<CopyRow>();
                while (rows.Count < RowsInARecord && _changes.Reader.TryRead(out var change)) rows.AddRange(change.Rows);
                if (rows.Count > 0) Try(() => Append(new CopyChange(Now, rows)));
            }

            if (Size > Compact) WriteSnapshot();
        }
    }

    /// <summary>Nothing more is committed: <see cref="RunAsync"/> ends when what waits is written.</summary>
    public void Complete() => _changes.Writer.TryComplete();

    public void Dispose() => _journal?.Dispose();

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private void Take(CopyRow change, HashSet<(Type, object)>? snapshot)
    {
        try
        {
            var row = images.Materialize(change.Row);
            var key = images.KeyOf(row);
            if (change.Gone) copy.Remove(row.GetType(), key);
            else copy.Put(row, key);
            if (!change.Gone) snapshot?.Add((row.GetType(), key));
        }
        catch (JsonException unknown)
        {
            log.RowLeftOut(change.Row.Entity, unknown.Message);
        }
    }

    private void Append(CopyChange change) => _journal!.Append(RowImages.Bytes(change));

    private void Try(Action write)
    {
        try
        {
            write();
            Trouble = null;
        }
        catch (Exception refused) when (refused is IOException or JournalFullException or UnauthorizedAccessException)
        {
            // While PostgreSQL is there nothing is lost by it; who looks after this machine must know.
            if (Trouble is null) log.CopyNotWritten(refused.Message);
            Trouble = refused.Message;
        }
    }

    internal sealed record CopyChange(Instant At, IReadOnlyList<CopyRow> Rows)
    {
        public bool Begins { get; init; }
        public bool Ends { get; init; }
    }

    internal sealed record CopyRow(RowImage Row, bool Gone);
}
