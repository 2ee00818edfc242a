using NodaTime;
using Switchboard.EventRecord;

namespace Switchboard.Tests.EventRecord;

public class EventChunkTests
{
    [Fact]
    public void What_comes_from_the_journal_is_what_went_there()
    {
        var chunk = SomeEvents.Chunk(5, first: 41);
        var again = EventChunk.FromBytes(chunk.ToBytes());
        Assert.Equal(chunk.Session, again.Session);
        Assert.Equal((5, 41, 45), (again.Count, again.FirstSequence, again.LastSequence));
        Assert.Equal((chunk.FirstReceived, chunk.LastReceived), (again.FirstReceived, again.LastReceived));
        Assert.Equal((chunk.Earliest, chunk.Latest), (again.Earliest, again.Latest));
        Assert.Equal(chunk.Rows.WrittenSpan.ToArray(), again.Rows.WrittenSpan.ToArray());
    }

    [Fact]
    public void Bytes_that_are_torn_within_the_head_are_no_events()
    {
        var bytes = SomeEvents.Chunk(1).ToBytes();
        var head = bytes.Length - SomeEvents.Chunk(1).Rows.WrittenCount;
        for (var length = 0; length < head; length++) Assert.Throws<InvalidDataException>(() => EventChunk.FromBytes(bytes[..length]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(300)]
    public void Bytes_that_are_torn_within_the_rows_are_no_events(int cut)
    {
        var bytes = SomeEvents.Chunk(5).ToBytes();
        Assert.Throws<InvalidDataException>(() => EventChunk.FromBytes(bytes[..^cut]));
        Assert.Throws<InvalidDataException>(() => EventChunk.FromBytes([.. bytes, 0]));
    }

    [Fact]
    public void Another_versions_bytes_are_not_guessed_at()
    {
        var bytes = SomeEvents.Chunk(1).ToBytes();
        bytes[0] = 99;
        Assert.Throws<InvalidDataException>(() => EventChunk.FromBytes(bytes));
    }

    [Fact]
    public void Halved_down_to_single_rows_every_sequence_is_there_once_and_in_order()
    {
        var chunk = SomeEvents.Chunk(7, first: 41);
        var single = new List<EventChunk>();
        Halve(chunk);
        Assert.Equal(Enumerable.Range(41, 7).Select(i => (long)i), single.Select(s => s.FirstSequence));
        Assert.All(single, s =>
        {
            Assert.Equal((1, s.FirstSequence), (s.Count, s.LastSequence));
            Assert.Equal(s.FirstSequence, StoredRow.Of(s).Single().Sequence);
            Assert.Equal((chunk.Earliest, chunk.Latest, chunk.LastReceived), (s.Earliest, s.Latest, s.LastReceived));
        });
        Assert.Equal(StoredRow.Of(chunk), single.SelectMany(StoredRow.Of));

        void Halve(EventChunk some)
        {
            if (some.Split() is not { } halves)
            {
                single.Add(some);
                return;
            }

            Halve(halves.First);
            Halve(halves.Second);
        }
    }

    [Fact]
    public void Of_a_chunk_that_is_stored_in_part_the_rest_can_be_had()
    {
        var rest = SomeEvents.Chunk(7, first: 41).After(44)!;
        Assert.Equal((3, 45, 47), (rest.Count, rest.FirstSequence, rest.LastSequence));
        Assert.Equal([45, 46, 47], StoredRow.Of(rest).Select(r => r.Sequence));
        Assert.Null(SomeEvents.Chunk(7, first: 41).After(47));
    }

    [Fact]
    public void A_session_tells_when_and_of_which_PBX_it_is()
    {
        var session = EventSession.Begin("annex", EventSession.Cel, SomeEvents.Now + Duration.FromSeconds(1));
        Assert.Equal(("annex", "cel", SomeEvents.Now + Duration.FromSeconds(1)), (session.Pbx, session.Source, session.StartedAt));
        Assert.NotEqual(session.Id, EventSession.Begin("annex", EventSession.Cel, SomeEvents.Now).Id);
    }
}
