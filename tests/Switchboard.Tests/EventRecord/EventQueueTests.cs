using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.EventRecord;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.EventRecord;

public class EventQueueTests
{
    private static readonly TimeSpan Age = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(1);
    private readonly WatchedClock _clock = new();
    private readonly EventQueue _queue;
    private readonly EventEncoder _encoder = new("main", new EventRecordOptions(), _ => null);
    private long _sequence;

    public EventQueueTests() => _queue = new EventQueue(Options.Create(new EventRecordOptions { BatchAge = Age }), _clock);

    [Fact]
    public async Task Events_wait_for_others_until_the_first_of_them_is_old_enough()
    {
        await AddAsync("one");
        var taken = _queue.TakeAsync(Round);
        await _clock.WaitForTimerAsync(Age, Age);
        await AddAsync("two");
        _clock.Advance(Age - TimeSpan.FromMilliseconds(1));
        Assert.False(taken.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["one", "two"], Names(await taken.Soon()));
    }

    [Fact]
    public async Task What_waited_while_the_last_chunk_was_stored_does_not_wait_that_long_again()
    {
        await AddAsync("one");
        // Whoever stores was busy for most of the time.
        _clock.Advance(Age - TimeSpan.FromMilliseconds(10));
        var taken = _queue.TakeAsync(Round);
        await _clock.PassAsync(TimeSpan.FromMilliseconds(10));
        Assert.Equal(["one"], Names(await taken.Soon()));
        await AddAsync("two");
        _clock.Advance(2 * Age);
        Assert.Equal(["two"], Names(await _queue.TakeAsync(Round).Soon()));
    }

    [Fact]
    public async Task A_chunk_that_is_full_waits_for_nothing()
    {
        var taken = _queue.TakeAsync(Round);
        while (!taken.IsCompleted && _sequence < 10_000 && _queue.Bytes < 1024 * 1024) await AddAsync("X", 4096);
        var chunk = Assert.IsType<EventChunk>(await taken.Soon());
        Assert.InRange(chunk.Rows.WrittenCount, 1024 * 1024, 1024 * 1024 + 5000);
    }

    [Fact]
    public async Task Nothing_is_taken_where_nothing_was_heard()
    {
        var taken = _queue.TakeAsync(Round);
        await _clock.PassAsync(Round);
        Assert.Null(await taken.Soon());
        Assert.False(_queue.IsOver);
    }

    [Fact]
    public async Task Who_hears_waits_when_it_is_full_and_goes_on_when_half_of_it_is_taken()
    {
        Task waiting;
        do waiting = AddAsync("X", 16 * 1024);
        while (waiting.IsCompleted && _sequence < 10_000);
        Assert.InRange(_queue.Bytes, 8 * 1024 * 1024, 9 * 1024 * 1024);
        var taken = 0;
        while (!waiting.IsCompleted && taken < 8)
        {
            Assert.IsType<EventChunk>(await _queue.TakeAsync(Round).Soon());
            taken++;
            // It may not have been told yet.
            if (_queue.Bytes < 4 * 1024 * 1024) await waiting.Soon();
        }

        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.InRange(taken, 4, 5);
        Assert.True(AddAsync("Y").IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_waits_for_room_can_be_stopped_and_what_it_heard_is_kept()
    {
        using var stop = new CancellationTokenSource();
        Task waiting;
        do waiting = AddAsync("X", 64 * 1024, ct: stop.Token);
        while (waiting.IsCompleted && _sequence < 10_000);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        _queue.Complete();
        Assert.Equal(_sequence, (await DrainAsync()).OfType<EventChunk>().Sum(c => c.Count));
    }

    [Fact]
    public async Task An_outage_keeps_its_place_and_waits_for_nothing()
    {
        await AddAsync("before");
        var outage = new PbxOutage("main", PbxOutage.EventsLost, SomeEvents.Now, SomeEvents.Now, 7);
        _queue.Add(outage);
        await AddAsync("after");
        Assert.Equal(["before"], Names(await _queue.TakeAsync(Round).Soon()));
        Assert.Same(outage, await _queue.TakeAsync(Round).Soon());
        _queue.Complete();
        Assert.Equal(["after"], Names(await _queue.TakeAsync(Round).Soon()));
    }

    [Fact]
    public async Task Another_session_begins_another_chunk()
    {
        await AddAsync("old");
        await AddAsync("new", session: EventSession.Begin("main", EventSession.Ami, SomeEvents.Now));
        _queue.Complete();
        Assert.Equal([1, 1], (await DrainAsync()).Cast<EventChunk>().Select(c => c.Count));
    }

    [Fact]
    public async Task What_is_flushed_waits_no_longer()
    {
        await AddAsync("one");
        _queue.Flush();
        Assert.Equal(["one"], Names(await _queue.TakeAsync(Round).Soon()));
    }

    [Fact]
    public async Task It_is_over_when_all_of_it_was_taken()
    {
        await AddAsync("one");
        _queue.Complete();
        Assert.False(_queue.IsOver);
        Assert.Equal(["one"], Names(await _queue.TakeAsync(Round).Soon()));
        Assert.True(_queue.IsOver);
        Assert.Null(await _queue.TakeAsync(Round).Soon());
    }

    [Fact]
    public async Task The_memory_of_a_stored_chunk_is_used_again()
    {
        await AddAsync("one");
        _queue.Flush();
        var chunk = (EventChunk)(await _queue.TakeAsync(Round).Soon())!;
        var memory = chunk.Rows;
        _queue.Return(chunk);
        await AddAsync("two");
        _queue.Flush();
        var next = (EventChunk)(await _queue.TakeAsync(Round).Soon())!;
        Assert.Same(memory, next.Rows);
        Assert.Equal(["two"], Names(next));
    }

    private Task AddAsync(string name, int filling = 0, EventSession? session = null, CancellationToken ct = default) =>
        _queue.AddAsync(session ?? SomeEvents.Session, _encoder, SomeEvents.Message($"Event: {name}\r\nFilling: {new string('x', filling)}\r\n"), ++_sequence, SomeEvents.Now, ct).AsTask();

    private async Task<List<object>> DrainAsync()
    {
        var items = new List<object>();
        while (!_queue.IsOver) items.Add((await _queue.TakeAsync(Round).Soon())!);
        return items;
    }

    private static string[] Names(object? item) => [.. StoredRow.Of(Assert.IsType<EventChunk>(item)).Select(r => r.Event!)];
}
