using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.EventRecord;
using Switchboard.Journal;

namespace Switchboard.Tests.EventRecord;

public sealed class EventJournalTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"swb-events-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Chunks_and_outages_wait_in_their_order_also_for_the_next_life()
    {
        var outage = new PbxOutage("main", PbxOutage.EventsLost, SomeEvents.Now, SomeEvents.Now + Duration.FromSeconds(2), 7);
        using (var journal = Open())
        {
            journal.Append(SomeEvents.Chunk(3));
            journal.Append(outage);
            journal.Append(SomeEvents.Chunk(2, first: 11));
        }

        using var next = Open();
        Assert.False(next.IsEmpty);
        var items = next.Waiting().ToList();
        Assert.Equal([1, 2, 3], items.Select(i => i.Sequence));
        Assert.Equal([3, 2], items.Select(i => i.Item).OfType<EventChunk>().Select(c => c.Count));
        var told = Assert.IsType<PbxOutage>(items[1].Item);
        Assert.Equal((outage.Id, "main", PbxOutage.EventsLost, outage.FromAt, outage.UntilAt, 7L), (told.Id, told.Pbx, told.Cause, told.FromAt, told.UntilAt, told.Lost));
        Assert.Equal(SomeEvents.Now + Duration.FromMilliseconds(12), next.LastReceived());
    }

    [Fact]
    public void What_is_done_waits_no_more_and_it_is_empty_when_all_is()
    {
        using var journal = Open();
        journal.Append(SomeEvents.Chunk(3));
        journal.Append(SomeEvents.Chunk(2, first: 11));
        journal.Done(1);
        Assert.Equal([2], journal.Waiting().Select(i => i.Sequence));
        Assert.False(journal.IsEmpty);
        journal.Done(2);
        Assert.True(journal.IsEmpty);
        Assert.Empty(journal.Waiting());
    }

    [Fact]
    public void Asking_for_the_last_event_releases_nothing_even_where_a_record_cannot_be_understood()
    {
        using (var raw = SegmentedJournal.Open(Events, limit: 1 << 24))
            raw.Append(SomeEvents.Chunk(3).ToBytes(), new byte[] { 99, 1, 2, 3 }, SomeEvents.Chunk(2, first: 11).ToBytes());
        using var journal = Open();
        Assert.Equal(SomeEvents.Now + Duration.FromMilliseconds(12), journal.LastReceived());
        Assert.Equal([3, null, 2], journal.Waiting().Select(i => (i.Item as EventChunk)?.Count));
    }

    [Fact]
    public void What_is_damaged_at_the_end_does_not_wait_for_ever()
    {
        using var journal = Open();
        journal.Append(SomeEvents.Chunk(3));
        journal.Append(SomeEvents.Chunk(2, first: 11));
        using (var file = new FileStream(Directory.GetFiles(Events, "*.journal").Single(), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = file.Length - 5;
            file.Write([0xFF, 0xFF, 0xFF, 0xFF]);
        }

        foreach (var (sequence, _) in journal.Waiting()) journal.Done(sequence);
        Assert.True(journal.IsEmpty);
        journal.Append(SomeEvents.Chunk(1, first: 21));
        Assert.Equal([21], journal.Waiting().Select(i => ((EventChunk)i.Item!).FirstSequence));
    }

    [Fact]
    public void A_folder_that_cannot_be_used_is_told_and_tried_again()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Events)!);
        File.WriteAllText(Events, "in the way");
        using var journal = Open();
        Assert.NotNull(journal.Trouble);
        Assert.Throws<IOException>(() => journal.Append(SomeEvents.Chunk(1)));
        File.Delete(Events);
        journal.Append(SomeEvents.Chunk(1));
        Assert.Null(journal.Trouble);
        Assert.False(journal.IsEmpty);
    }

    [Fact]
    public void It_takes_no_more_than_its_limit()
    {
        using var journal = Open(limit: 10_000);
        journal.Append(SomeEvents.Chunk(10));
        Assert.Throws<JournalFullException>(() => journal.Append(SomeEvents.Chunk(100)));
        journal.Append(SomeEvents.Chunk(10, first: 11));
        Assert.Equal(2, journal.Waiting().Count());
    }

    private string Events => Path.Combine(_folder, "main", "events");

    private EventJournal Open(long limit = 1 << 24)
    {
        var journal = new EventJournal(Options.Create(new JournalOptions { Directory = _folder, EventsLimit = limit }), "main", NullLogger<EventJournal>.Instance);
        journal.Open();
        return journal;
    }
}
