using Microsoft.EntityFrameworkCore;
using NodaTime;
using Npgsql;
using Switchboard.Journal;

namespace Switchboard.Persistence.Local;

/// <summary>What one unit of work would have committed.</summary>
internal sealed record Fact(Instant At, IReadOnlyList<RowImage> Rows);

/// <summary>
/// Units of work that were done while PostgreSQL was away, in their order, synced to the disk; and their way into PostgreSQL, each exactly once:
/// the journal's position moves in the transaction that stores them.
/// </summary>
internal sealed class FactJournal(RowImages images, string pbx, IClock clock, ILogger log) : IDisposable
{
    private const int FactsInATransaction = 100;
    // A disk that is full as well must not keep a phone from ringing: what cannot be synced waits here, and that is told.
    private const int MostUnsynced = 100_000;
    private readonly Lock _lock = new();
    private readonly Queue<Fact> _unsynced = new();
    private SegmentedJournal? _journal;
    private (string Folder, long Limit) _place;

    public long Size => _journal?.Size ?? 0;
    public bool IsOpen => _journal is not null;
    public bool IsEmpty => (_journal is null || _journal.IsEmpty) && _unsynced.Count == 0;

    /// <summary>Why what is done now would not survive the end of this process, or null.</summary>
    public string? Trouble { get; private set; }

    public void Open(string folder, long limit)
    {
        _place = (folder, limit);
        _journal = SegmentedJournal.Open(folder, limit);
        _journal.Damaged += damage => log.FactsDamaged(damage.File, damage.Bytes);
        if (_journal.FoundTorn is { } torn) log.FactsTorn(torn.File, torn.Bytes);
    }

    /// <summary>What waits is kept there, for people, and goes nowhere any more; a new journal begins.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void PutAside(string folder)
    {
        lock (_lock)
        {
            if (_journal is null) return;
            TrySync();
            _unsynced.Clear();
            _journal.Dispose();
            _journal = null;
            Directory.Move(_place.Folder, folder);
            Open(_place.Folder, _place.Limit);
        }
    }

    /// <summary>On the disk when this returns, unless the disk refuses: then in memory only (<see cref="Trouble"/>).</summary>
    public void Append(Fact fact)
    {
        lock (_lock)
        {
            _unsynced.Enqueue(fact);
            TrySync();
            if (_unsynced.Count > MostUnsynced) _unsynced.Dequeue();
        }
    }

    /// <summary>What waits, in order.</summary>
    public IEnumerable<Fact> Waiting() => _journal?.Read().Select(r => RowImages.Read<Fact>(r.Payload)) ?? [];

    private void TrySync()
    {
        try
        {
            if (_unsynced.Count == 0) return;
            (_journal ?? throw new IOException("it is not open")).Append([.. _unsynced.Select(f => (ReadOnlyMemory<byte>)RowImages.Bytes(f))]);
            _unsynced.Clear();
            Trouble = null;
        }
        catch (Exception refused) when (refused is IOException or JournalFullException or UnauthorizedAccessException)
        {
            if (Trouble is null) log.FactsNotSynced(refused.Message);
            Trouble = refused.Message;
        }
    }

    /// <summary>Stores what waits when it is called. Returns how many units of work were stored now.</summary>
    /// <param name="db">Where to.</param>
    /// <param name="ct">Stops between two transactions.</param>
    /// <param name="alone">Nobody adds to it meanwhile: then what is only in memory is stored as well. Else what comes meanwhile waits for the next round.</param>
    public async Task<int> DrainAsync(SwitchboardDb db, CancellationToken ct, bool alone = true)
    {
        if (alone)
        {
            lock (_lock) TrySync();
        }

        if (_journal is not { } journal || IsEmpty) return 0;
        var position = await db.Set<JournalPosition>().AsNoTracking().SingleOrDefaultAsync(p => p.JournalId == journal.Id, ct);
        var (stored, last) = (0, position?.LastSequence ?? 0);
        foreach (var some in journal.Read(position?.LastSequence ?? 0).Chunk(FactsInATransaction))
        {
            try
            {
                await StoreAsync(db, some, ct);
            }
            catch (DbUpdateException refused) when (IsRefusal(refused))
            {
                // One of them: the others must not wait for somebody to look at it.
                foreach (var one in some) await StoreOrRejectAsync(db, one, ct);
            }

            stored += some.Length;
            last = some[^1].Sequence;
        }

        // Not all that is in it by now: what was added since it was read is in no database.
        journal.Release(last);
        if (!alone) return stored;
        while (_unsynced.TryPeek(out var fact))
        {
            db.ChangeTracker.Clear();
            await ApplyAsync(db, fact, ct);
            await db.SaveChangesAsync(ct);
            _unsynced.Dequeue();
            stored++;
        }

        return stored;
    }

    public void Dispose() => _journal?.Dispose();

    private async Task StoreOrRejectAsync(SwitchboardDb db, JournalRecord record, CancellationToken ct)
    {
        try
        {
            await StoreAsync(db, [record], ct);
        }
        catch (DbUpdateException refused) when (IsRefusal(refused))
        {
            var fact = RowImages.Read<Fact>(record.Payload);
            log.FactRefused(string.Join(", ", fact.Rows.Select(r => $"{r.Entity} {(r.Values.TryGetValue("Number", out var number) ? number : images.KeyOf(r))}")), refused.GetBaseException().Message);
            await StoreAsync(db, [record], ct, keepOnly: true);
        }
    }

    private async Task StoreAsync(SwitchboardDb db, IReadOnlyList<JournalRecord> records, CancellationToken ct, bool keepOnly = false)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        foreach (var record in records)
        {
            if (keepOnly) db.Add(new RejectedFact { Id = Guid.CreateVersion7(), Pbx = pbx, At = clock.GetCurrentInstant(), Content = System.Text.Encoding.UTF8.GetString(record.Payload) });
            else await ApplyAsync(db, RowImages.Read<Fact>(record.Payload), ct);
            await db.SaveChangesAsync(ct);
            db.ChangeTracker.Clear();
        }

        var id = _journal!.Id;
        var (last, now) = (records[^1].Sequence, clock.GetCurrentInstant());
        await db.Database.ExecuteSqlAsync($"""
            insert into journal_positions (journal_id, pbx, last_sequence, drained_at) values ({id}, {pbx}, {last}, {now})
            on conflict (journal_id) do update set last_sequence = excluded.last_sequence, drained_at = excluded.drained_at
            """, ct);
        await transaction.CommitAsync(ct);
    }

    private async Task ApplyAsync(SwitchboardDb db, Fact fact, CancellationToken ct)
    {
        foreach (var image in fact.Rows)
        {
            // An answer to a commit may have been lost: the row may be there.
            var found = images.KeyOf(image) is { } key ? await db.FindAsync(images.TypeOf(image.Entity).ClrType, [key], ct) : null;
            if (found is null)
            {
                if (image.Added) db.Add(images.Materialize(image));
                else log.FactWithoutRow(image.Entity, $"{images.KeyOf(image)}");
                continue;
            }

            var entry = db.Entry(found);
            foreach (var (name, value) in images.Values(image))
            {
                if (!images.IsFixed(image, name)) entry.Property(name).CurrentValue = value;
            }
        }
    }

    private static bool IsRefusal(DbUpdateException fault) => fault is DbUpdateConcurrencyException
        || (fault.GetBaseException() is PostgresException refused && refused.SqlState[..2] is "22" or "23");
}

/// <summary>A unit of work that PostgreSQL refused when it was back; kept whole, for people.</summary>
public sealed class RejectedFact
{
    public Guid Id { get; set; }
    public string Pbx { get; set; } = "";
    public Instant At { get; set; }
    public string Content { get; set; } = "";
}

internal sealed class RejectedFactMapping : IEntityTypeConfiguration<RejectedFact>
{
    public void Configure(Microsoft.EntityFrameworkCore.Metadata.Builders.EntityTypeBuilder<RejectedFact> builder)
    {
        builder.ToTable("rejected_facts");
        builder.HasKey(f => f.Id);
        builder.Property(f => f.Id).ValueGeneratedNever();
        builder.Property(f => f.Content).HasColumnType("jsonb");
    }
}
