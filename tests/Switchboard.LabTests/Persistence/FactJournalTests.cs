using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NodaTime;
using Switchboard.Features.Rooms;
using Switchboard.Features.WakeUpCalls;
using Switchboard.LabTests.Lab;
using Switchboard.LabTests.Postgres;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;

namespace Switchboard.LabTests.Persistence;

/// <summary>What was done without PostgreSQL comes into it in order and once, whatever happens on the way.</summary>
public sealed class FactJournalTests(PostgresServer server) : IAsyncLifetime, ILogger
{
    private static readonly Instant Now = Instant.FromUtc(2026, 11, 24, 22, 0, 0);
    private readonly string _folder = LabFiles.NewFolder("facts");
    private readonly List<string> _log = [];
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await server.CreateDatabaseAsync(LabHotel.Schema);
        await using var db = Db();
        db.Add(new Room(new RoomLine("1101", "1", "en", "main", ["PJSIP/1101"], false), Now));
        await db.SaveChangesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        LabFiles.Remove(_folder);
    }

    [Fact]
    public async Task A_booking_its_attempt_and_its_end_made_without_the_database_are_stored_as_if_they_had_been_made_with_it()
    {
        using var journal = Journal();
        var call = Book(10000001);
        Commit(journal, db => db.Add(call), call);
        var attempt = call.Claim(Now);
        Commit(journal, db => db.Add(attempt), call);
        call.Record(attempt, new AttemptResult(AttemptOutcome.Confirmed, "1", SentAt: Now, KeyAt: Now + Duration.FromSeconds(9)), Now + Duration.FromSeconds(10), new WakeUpOptions());
        Commit(journal, _ => { }, call, attempt);
        await using var db = Db();
        Assert.Equal(3, await journal.DrainAsync(db, default));
        Assert.True(journal.IsEmpty);
        var stored = await db.Set<WakeUpCall>().AsNoTracking().SingleAsync();
        Assert.Equal((10000001, WakeUpState.Confirmed, "Confirmed"), (stored.Number, stored.State, Assert.Single(stored.Results)));
        Assert.Equal("1", (await db.Set<WakeUpAttempt>().AsNoTracking().SingleAsync()).Key);
        Assert.Equal(["booked", "claimed", "Confirmed"], await db.Set<WakeUpTransition>().OrderBy(t => t.Id).Select(t => t.Cause).ToListAsync());
    }

    [Fact]
    public async Task What_is_stored_already_is_not_stored_again_when_the_journal_could_not_be_emptied_in_time()
    {
        var call = Book(10000001);
        using (var journal = Journal()) Commit(journal, db => db.Add(call), call);
        Copy(_folder, _folder + ".before");
        await using var db = Db();
        using (var journal = Journal()) Assert.Equal(1, await journal.DrainAsync(db, default));
        // The process died behind the commit: the journal is as it was.
        LabFiles.Remove(_folder);
        Directory.Move(_folder + ".before", _folder);
        using (var journal = Journal())
        {
            Assert.False(journal.IsEmpty);
            Assert.Equal(0, await journal.DrainAsync(db, default));
            Assert.True(journal.IsEmpty);
        }

        Assert.Equal(1, await db.Set<WakeUpTransition>().CountAsync());
    }

    [Fact]
    public async Task What_is_done_while_the_journal_is_being_stored_is_stored_with_the_next_round_and_not_forgotten()
    {
        using var journal = Journal();
        var (first, second) = (Book(10000001), Book(10000002, 5));
        Commit(journal, db => db.Add(first), first);
        var builder = new DbContextOptionsBuilder<SwitchboardDb>();
        SwitchboardDb.Configure(builder, _database.ConnectionString);
        // A phone rings on while the database is back and takes what was left.
        await using var db = new SwitchboardDb(builder.AddInterceptors(new AtCommit(() => Commit(journal, other => other.Add(second), second))).Options);
        Assert.Equal(1, await journal.DrainAsync(db, default));
        Assert.False(journal.IsEmpty);
        Assert.Equal(1, await journal.DrainAsync(db, default));
        Assert.True(journal.IsEmpty);
        Assert.Equal([10000001, 10000002], await db.Set<WakeUpCall>().OrderBy(c => c.Number).Select(c => c.Number).ToListAsync());
    }

    private sealed class AtCommit(Action first) : Microsoft.EntityFrameworkCore.Diagnostics.DbTransactionInterceptor
    {
        private Action? _first = first;

        public override Task TransactionCommittedAsync(System.Data.Common.DbTransaction transaction, Microsoft.EntityFrameworkCore.Diagnostics.TransactionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Interlocked.Exchange(ref _first, null)?.Invoke();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_row_that_was_stored_although_its_commit_was_not_answered_is_recognised_and_keeps_its_number()
    {
        using var journal = Journal();
        var call = Book(0);
        await using (var before = Db())
        {
            before.Add(call);
            await before.SaveChangesAsync();
        }

        var again = Images().Clone(call);
        again.Cancel("front-desk", "cancelled", Now);
        Commit(journal, db => db.Add(again), again);
        await using var db = Db();
        await journal.DrainAsync(db, default);
        var stored = await db.Set<WakeUpCall>().AsNoTracking().SingleAsync();
        Assert.Equal((call.Number, WakeUpState.Cancelled), (stored.Number, stored.State));
        Assert.Equal(0, await db.Set<RejectedFact>().CountAsync());
    }

    [Fact]
    public async Task What_PostgreSQL_refuses_is_kept_for_people_and_holds_up_nothing()
    {
        using var journal = Journal();
        var (first, same, other) = (Book(10000001), Book(10000002), Book(10000003, minutes: 30));
        Commit(journal, db => db.Add(first), first);
        Commit(journal, db => db.Add(same), same); // the same room and minute, open: the database allows one
        Commit(journal, db => db.Add(other), other);
        await using var db = Db();
        Assert.Equal(3, await journal.DrainAsync(db, default));
        Assert.Equal([10000001, 10000003], await db.Set<WakeUpCall>().OrderBy(c => c.Number).Select(c => c.Number).ToListAsync());
        Assert.Contains("10000002", (await db.Set<RejectedFact>().SingleAsync()).Content, StringComparison.Ordinal);
        Assert.Contains(_log, l => l.StartsWith("PostgreSQL refuses what was done while it was away (WakeUpCall 10000002", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_room_on_the_disk_facts_wait_in_memory_that_is_told_and_they_are_stored_all_the_same()
    {
        using var journal = Journal(limit: 4000);
        var calls = Enumerable.Range(1, 10).Select(i => Book(10000000 + i, minutes: i)).ToList();
        foreach (var call in calls) Commit(journal, db => db.Add(call), call);
        Assert.NotNull(journal.Trouble);
        Assert.Single(_log, l => l.StartsWith("What happens without PostgreSQL cannot be kept on this machine's disk", StringComparison.Ordinal));
        await using var db = Db();
        Assert.Equal(10, await journal.DrainAsync(db, default));
        Assert.Equal(10, await db.Set<WakeUpCall>().CountAsync());
        Assert.True(journal.IsEmpty);
        Commit(journal, _ => { }, calls[0]);
        Assert.Null(journal.Trouble);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _log.Add(formatter(state, exception));

    private FactJournal Journal(long limit = 1_000_000)
    {
        var journal = new FactJournal(Images(), "main", SystemClock.Instance, this);
        journal.Open(_folder, limit);
        return journal;
    }

    private RowImages Images()
    {
        using var db = Db();
        return new RowImages(db.Model);
    }

    private SwitchboardDb Db()
    {
        var options = new DbContextOptionsBuilder<SwitchboardDb>();
        SwitchboardDb.Configure(options, _database.ConnectionString);
        return new SwitchboardDb(options.Options);
    }

    // As a unit of work without the database does: what changes is told, never asked for.
    private void Commit(FactJournal journal, Action<SwitchboardDb> change, params object[] rows)
    {
        using var db = Db();
        change(db);
        foreach (var row in rows.Where(r => db.Entry(r).State == EntityState.Detached)) db.Attach(row).State = EntityState.Modified;
        foreach (var call in rows.OfType<WakeUpCall>()) db.AddRange(call.History.Where(t => _known.Add(t)));
        journal.Append(new Fact(Now, [.. db.ChangeTracker.Entries().Where(e => e.State is EntityState.Added or EntityState.Modified).Select(RowImages.Of)]));
    }

    private readonly HashSet<WakeUpTransition> _known = [];

    private static WakeUpCall Book(long number, int minutes = 0)
    {
        var due = Now + Duration.FromMinutes(minutes);
        var local = due.InUtc().LocalDateTime;
        var call = WakeUpCall.Book(new WakeUpBooking("1101", "main", new WakeUpTime(local.Date, local.TimeOfDay, "Etc/UTC", due), "operator", "desk", null, null, null, false), Now);
        if (number > 0) typeof(WakeUpCall).GetProperty(nameof(WakeUpCall.Number))!.SetValue(call, number);
        return call;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
