using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Switchboard.Asterisk.Ami;
using Switchboard.EventRecord;
using Switchboard.Journal;
using Switchboard.Persistence;
using Switchboard.Tests.FakeAsterisk;
using Switchboard.Web;
using Switchboard.Worker;

namespace Switchboard.Tests.EventRecord;

/// <summary>Recorder and writer on a PBX that does as it is told, while PostgreSQL is away: what is heard goes to the journal.</summary>
public sealed class EventWriterTests : IAsyncDisposable, ILogger<EventWriter>
{
    // Refused at once: nobody listens on port 1.
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=x;Timeout=1";
    private const string LostCounter = "switchboard.events.lost";
    private const string ReceivedCounter = "switchboard.events.received";
    private const int Flood = 2000;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"swb-writer-{Guid.NewGuid():N}");
    private readonly FakeAsteriskServer _server = new();
    private readonly WatchedClock _link = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly ConcurrentDictionary<string, long> _counted = new();
    private readonly SemaphoreSlim _told = new(0);
    private readonly MeterListener _meters = new();
    private readonly FoldedWarnings _warnings;
    private readonly ServiceProvider _services;
    private EventQueue _queue = null!;
    private EventJournal _journal = null!;
    private AmiConnection _ami = null!;
    private EventRecorder _recorder = null!;
    private Task _connection = Task.CompletedTask;

    public EventWriterTests()
    {
        _warnings = new FoldedWarnings(_clock);
        _services = new ServiceCollection().AddMetrics().AddDbContext<SwitchboardDb>(b => SwitchboardDb.Configure(b, Nowhere)).BuildServiceProvider();
    }

    [Fact]
    public async Task While_PostgreSQL_is_away_events_go_to_the_journal_in_their_order_and_that_is_told_once()
    {
        using var session = await StartAsync();
        await HearAsync(session, "One", "Two");
        await HearAsync(session, "Three");
        await StopAsync();
        var rows = Rows(Journal());
        Assert.Equal(["FullyBooted", "One", "Two", "Three"], rows.Select(r => r.Event));
        Assert.Equal([1, 2, 3, 4], rows.Select(r => r.Sequence));
        Assert.Single(rows.Select(r => r.SessionId).Distinct());
        Assert.Single(_log, l => l.StartsWith("Warning The event record: PostgreSQL does not take events", StringComparison.Ordinal));
        Assert.Equal(4, _counted[ReceivedCounter]);
        Assert.Equal(0, _counted[LostCounter]);
    }

    [Fact]
    public async Task A_cut_link_is_an_outage_between_two_sessions()
    {
        using (var session = await StartAsync()) await HearAsync(session, "Before");
        await _link.PassAsync(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
        using (var again = await _server.AcceptAndBootAsync()) await HearAsync(again, "FullyBooted again", "After");
        await StopAsync();
        var items = Journal();
        var outage = items.OfType<PbxOutage>().First();
        Assert.Equal((PbxOutage.LinkCut, "main", null), (outage.Cause, outage.Pbx, outage.Lost));
        var before = items.TakeWhile(i => i != outage).ToList();
        Assert.Equal(((EventChunk)before[^1]).LastReceived, outage.FromAt);
        Assert.Equal(["FullyBooted", "Before"], Rows(before).Select(r => r.Event));
        var after = Rows(items.SkipWhile(i => i != outage));
        Assert.Equal(["FullyBooted", "FullyBooted again", "After"], after.Select(r => r.Event));
        Assert.Equal([1, 2, 3], after.Select(r => r.Sequence));
        Assert.NotEqual(Rows(before)[0].SessionId, after[0].SessionId);
    }

    [Fact]
    public async Task Names_that_are_excepted_are_not_recorded()
    {
        using var session = await StartAsync(options: new EventRecordOptions { Except = ["rtcpsent"] });
        await session.SendAsync("Event: RTCPSent\r\n\r\n");
        await HearAsync(session, "One");
        await StopAsync();
        Assert.Equal(["FullyBooted", "One"], Rows(Journal()).Select(r => r.Event));
    }

    [Fact]
    public async Task Who_follows_live_sees_what_is_recorded()
    {
        var feed = new EventFeed();
        using var session = await StartAsync(feed: feed);
        await HearAsync(session);
        using var follower = feed.Follow();
        await session.SendAsync("Event: One\r\nUniqueid: 1.1\r\n\r\n");
        var live = await follower.Events.ReadAsync(_stop.Token).AsTask().Soon();
        Assert.Equal(("One", "1.1"), (live.Event, live.UniqueId));
        Assert.Equal(0, follower.TakeLost());
    }

    [Fact]
    public async Task A_full_journal_loses_loudly_and_tells_how_many_as_soon_as_there_is_room()
    {
        using var session = await StartAsync(limit: 3000);
        await HearAsync(session);
        await HearAsync(session, $"Long\r\nFilling: {new string('x', 5000)}", $"Long\r\nFilling: {new string('x', 5000)}");
        // Before, they might all be one batch, which finds room as a whole or not at all.
        for (var began = TimeProvider.System.GetTimestamp(); _counted.GetValueOrDefault(LostCounter) < 2 && TimeProvider.System.GetElapsedTime(began).TotalSeconds < 10;) await Task.Yield();
        await HearAsync(session, "Short");
        await StopAsync();
        var items = Journal();
        Assert.Equal(["FullyBooted", "Short"], Rows(items).Select(r => r.Event));
        var told = items.OfType<PbxOutage>().Single(o => o.Cause == PbxOutage.JournalFull);
        Assert.Equal(2, told.Lost);
        Assert.Equal(2, _counted[LostCounter]);
        // At once, with what was lost by then: the two may have been one batch or two. The outage has the sum.
        Assert.Single(_log, l => l.StartsWith("Error 2 events of the PBX are lost: the journal in", StringComparison.Ordinal)
            || l.StartsWith("Error 1 events of the PBX are lost: the journal in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gaps_that_follow_one_another_are_one_outage_with_their_sum_and_their_places_stay_empty()
    {
        using var session = await StartAsync(capacity: 10);
        await HearAsync(session);
        for (var flood = 0; flood < 5; flood++) await FloodAsync(session);
        _link.Advance(TimeSpan.FromSeconds(2));
        _clock.Advance(TimeSpan.FromSeconds(2));
        await HearAsync(session, "Later");
        await FloodAsync(session);
        await StopAsync();
        var items = Journal();
        var outages = items.OfType<PbxOutage>().Where(o => o.Cause == PbxOutage.EventsLost).ToList();
        var sequences = Rows(items).Select(r => r.Sequence).ToList();
        Assert.Equal(2, outages.Count);
        Assert.All(outages, o => Assert.True(o.Lost > 0));
        Assert.Equal(_counted[LostCounter], outages.Sum(o => o.Lost));
        Assert.Equal(sequences.Order().Distinct(), sequences);
        Assert.Equal(1 + 1 + (6 * Flood), sequences.Count + outages.Sum(o => o.Lost));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested) await StopAsync();
        _recorder.Dispose();
        _meters.Dispose();
        _warnings.Dispose();
        _server.Dispose();
        await _services.DisposeAsync();
        _stop.Dispose();
        _told.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private async Task<FakeSession> StartAsync(long limit = 1 << 28, int capacity = 10_000, EventRecordOptions? options = null, EventFeed? feed = null)
    {
        var settings = Options.Create(options ?? new EventRecordOptions());
        var clock = new TimeProviderClock(_clock);
        Count();
        var meter = new EventRecordMeter(_services.GetRequiredService<IMeterFactory>(), "main");
        _ami = new AmiConnection(
            new AmiOptions { Port = _server.Port, Username = "switchboard", Secret = FakeAsteriskServer.Secret, EventQueueCapacity = capacity }, _link, NullLogger<AmiConnection>.Instance);
        _queue = new EventQueue(settings, _clock);
        _journal = OpenJournal(limit);
        var store = new EventStore(Options.Create(new DatabaseOptions { ConnectionString = Nowhere }), new EventPartitions(settings));
        var writer = new EventWriter(
            "main", _queue, store, _journal, new EventHistory(_services.GetRequiredService<IServiceScopeFactory>()), meter, _warnings, _clock, clock, this);
        _recorder = new EventRecorder("main", _ami, _queue, writer, feed ?? new EventFeed(), meter, _ => null, new SecretChannels(), settings, clock);
        await _recorder.StartAsync(CancellationToken.None);
        _connection = _ami.RunAsync(_stop.Token);
        return await _server.AcceptAndBootAsync();
    }

    private void Count()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == EventRecordMeter.Name && instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>()) listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
        {
            _counted.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            _told.Release();
        });
        _meters.Start();
    }

    private async Task StopAsync()
    {
        await _recorder.StopAsync(CancellationToken.None).Soon();
        // Closed before it is stopped: nobody answers its goodbye.
        await _ami.DisposeAsync();
        await _stop.CancelAsync();
        await _connection.Soon();
        _journal.Dispose();
    }

    /// <summary>Returns when these (and FullyBooted before the first of them) are in the queue, where they wait for no others.</summary>
    private async Task HearAsync(FakeSession session, params string[] events)
    {
        var expected = Math.Max(1, Heard()) + events.Length;
        foreach (var name in events) await session.SendAsync($"Event: {name}\r\n\r\n");
        await UntilAsync(() => Heard() >= expected);
        _queue.Flush();
    }

    /// <summary>More at once than the subscription takes; returns when all of it was heard or lost.</summary>
    private async Task FloodAsync(FakeSession session)
    {
        var expected = Heard() + Flood;
        await session.SendAsync(string.Concat(Enumerable.Range(0, Flood).Select(i => $"Event: Flood\r\nNumber: {i}\r\n\r\n")));
        await UntilAsync(() => Heard() >= expected);
    }

    private long Heard() => _counted.GetValueOrDefault(ReceivedCounter) + _counted.GetValueOrDefault(LostCounter);

    private async Task UntilAsync(Func<bool> condition)
    {
        while (!condition()) Assert.True(await _told.WaitAsync(TimeSpan.FromSeconds(10)), "nothing more is heard");
    }

    private List<object> Journal()
    {
        using var journal = OpenJournal(1 << 28);
        journal.Open();
        return [.. journal.Waiting().Select(w => w.Item!)];
    }

    private static List<StoredRow> Rows(IEnumerable<object> items) => [.. items.OfType<EventChunk>().SelectMany(StoredRow.Of)];

    private EventJournal OpenJournal(long limit) => new(Options.Create(new JournalOptions { Directory = _folder, EventsLimit = limit }), "main", NullLogger<EventJournal>.Instance);

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _log.Enqueue($"{logLevel} {formatter(state, exception)}");
}
