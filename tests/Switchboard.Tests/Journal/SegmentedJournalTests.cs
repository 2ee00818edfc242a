using CsCheck;
using Switchboard.Journal;

namespace Switchboard.Tests.Journal;

public sealed class SegmentedJournalTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"swb-journal-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_was_appended_is_read_in_order_also_by_the_next_life()
    {
        using (var journal = Open())
        {
            journal.Append(Bytes("one"), Bytes("two"));
            Assert.Equal(3, journal.Append(Bytes("three")));
        }

        using var next = Open();
        Assert.Equal(["1 one", "2 two", "3 three"], Read(next));
        Assert.Equal(["3 three"], Read(next, after: 2));
        Assert.False(next.IsEmpty);
        Assert.Null(next.FoundTorn);
    }

    [Fact]
    public void What_is_released_is_deleted_and_the_sequence_goes_on_in_the_next_life()
    {
        Guid id;
        using (var journal = Open())
        {
            id = journal.Id;
            journal.Append(Bytes("one"), Bytes("two"));
            journal.Release(2);
            Assert.True(journal.IsEmpty);
            Assert.Single(Segments());
        }

        using var next = Open();
        Assert.True(next.IsEmpty);
        Assert.Equal(id, next.Id);
        Assert.Equal(3, next.Append(Bytes("three")));
        Assert.Equal(["3 three"], Read(next));
    }

    [Fact]
    public void Segments_are_rolled_by_size_and_deleted_one_by_one_as_they_are_released()
    {
        using var journal = Open(segmentBytes: 1000);
        for (var i = 0; i < 50; i++) journal.Append(new byte[200]);
        var segments = Segments().Length;
        Assert.True(segments > 10);
        journal.Release(25);
        Assert.InRange(Segments().Length, segments / 2 - 1, (segments / 2) + 2);
        Assert.Equal(25, journal.Read().Count());
        Assert.Equal(26, journal.Read().First().Sequence);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(17)]
    public void A_torn_last_record_is_cut_off_and_told(int cut)
    {
        using (var journal = Open()) journal.Append(Bytes("one"), Bytes("the record that a power cut tears"));
        var segment = Segments().Single();
        using (var file = new FileStream(segment, FileMode.Open)) file.SetLength(file.Length - cut);

        using var next = Open();
        Assert.Equal(segment, next.FoundTorn!.File);
        Assert.True(next.FoundTorn.Torn);
        Assert.Equal(["1 one"], Read(next));
        Assert.Equal(2, next.Append(Bytes("again")));
        Assert.Equal(["1 one", "2 again"], Read(next));
    }

    [Fact]
    public void A_record_whose_bytes_have_changed_is_not_handed_out()
    {
        using (var journal = Open()) journal.Append(Bytes("one"), Bytes("two"));
        var segment = Segments().Single();
        var bytes = File.ReadAllBytes(segment);
        bytes[^1] ^= 1;
        File.WriteAllBytes(segment, bytes);
        using var next = Open();
        Assert.NotNull(next.FoundTorn);
        Assert.Equal(["1 one"], Read(next));
    }

    [Fact]
    public void Damage_in_an_older_segment_is_told_and_the_segments_behind_it_are_read()
    {
        using (var journal = Open(segmentBytes: 100))
        {
            foreach (var text in (string[])["first, of fifty bytes at least, so that it stands alone", "second, of fifty bytes at least, so that it is alone", "third"]) journal.Append(Bytes(text));
        }

        var damaged = Segments().Order(StringComparer.Ordinal).First();
        var bytes = File.ReadAllBytes(damaged);
        bytes[^3] ^= 0x20;
        File.WriteAllBytes(damaged, bytes);
        using var next = Open(segmentBytes: 100);
        var told = new List<JournalDamage>();
        next.Damaged += told.Add;
        Assert.Equal(2, Read(next).Count);
        Assert.Equal(damaged, Assert.Single(told).File);
    }

    [Fact]
    public void A_segment_that_died_while_it_was_made_is_no_obstacle()
    {
        using (var journal = Open()) journal.Append(Bytes("one"));
        File.WriteAllBytes(Path.Combine(_folder, JournalSegment.NameOf(2)), [1, 2, 3]);
        using var next = Open();
        Assert.Equal(["1 one"], Read(next));
        Assert.Equal(2, next.Append(Bytes("two")));
    }

    [Fact]
    public void Beyond_its_limit_nothing_is_appended_and_what_is_there_stays()
    {
        using var journal = Open(limit: 2000);
        journal.Append(new byte[1500]);
        var full = Assert.Throws<JournalFullException>(() => journal.Append(new byte[600]));
        Assert.Contains(_folder, full.Message, StringComparison.Ordinal);
        Assert.Single(journal.Read());
        journal.Release(1);
        Assert.Equal(2, journal.Append(new byte[600]));
    }

    [Fact]
    public void A_second_process_is_told_who_is_not_the_owner()
    {
        using var journal = Open();
        Assert.Throws<JournalInUseException>(() => Open());
    }

    [Fact]
    public void Reading_while_appending_sees_what_was_there_when_it_began()
    {
        using var journal = Open(segmentBytes: 300);
        journal.Append(Bytes("one"));
        using var reading = journal.Read().GetEnumerator();
        Assert.True(reading.MoveNext());
        for (var i = 0; i < 20; i++) journal.Append(Bytes("more"));
        Assert.False(reading.MoveNext());
        Assert.Equal(20, journal.Read(after: 1).Count());
    }

    [Fact]
    public void Whatever_is_appended_released_and_torn_the_rest_comes_back_whole_and_in_order() =>
        Gen.Select(Gen.Int[0, 400].Array[1, 40], Gen.Int[0, 60], Gen.Int[0, 3], Gen.Int[200, 2000]).Sample((sizes, torn, lives, segment) =>
        {
            Dispose();
            var kept = new List<byte>();
            long released = 0;
            for (var life = 0; life <= lives; life++)
            {
                using var journal = Open(segmentBytes: segment);
                foreach (var size in sizes)
                {
                    var mark = (byte)kept.Count;
                    kept.Add(mark);
                    journal.Append(Enumerable.Repeat(mark, size + 1).ToArray());
                    if (size % 7 == 0) journal.Release(released = Math.Max(released, journal.LastSequence - (size % 5)));
                }
            }

            var last = Segments().Order(StringComparer.Ordinal).Last();
            using (var file = new FileStream(last, FileMode.Append)) file.Write(new byte[torn]);
            using var next = Open(segmentBytes: segment);
            Assert.Equal(kept.Count, next.LastSequence);
            // A release is remembered by whole segments; its owner knows the rest.
            var read = next.Read(released).ToList();
            Assert.Equal(Enumerable.Range((int)released + 1, kept.Count - (int)released).Select(s => (long)s), read.Select(r => r.Sequence));
            Assert.All(read, r => Assert.Equal(kept[(int)r.Sequence - 1], r.Payload[0]));
        }, iter: 30, threads: 1);

    private SegmentedJournal Open(long limit = 1_000_000, long segmentBytes = 100_000) => SegmentedJournal.Open(_folder, limit, segmentBytes);

    private string[] Segments() => Directory.GetFiles(_folder, "*.journal");

    private static ReadOnlyMemory<byte> Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static List<string> Read(SegmentedJournal journal, long after = 0) =>
        [.. journal.Read(after).Select(r => $"{r.Sequence} {System.Text.Encoding.UTF8.GetString(r.Payload)}")];
}
