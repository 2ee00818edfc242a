using System.Text;
using System.Text.Json;
using Switchboard.EventRecord;

namespace Switchboard.Tests.EventRecord;

/// <summary>What was written while nobody read is found: each event once and in order, whatever rotation did meanwhile.</summary>
public sealed class CelFilesTests : IDisposable
{
    private readonly CelDisk _disk = new();

    public void Dispose() => _disk.Dispose();

    [Fact]
    public void Where_nothing_is_nothing_is_read()
    {
        Empty(_disk.Files);
        Empty(new CelFiles(Path.Combine(_disk.At("no-such-folder"), "cel.csv")));
        _disk.Write("");
        Empty(_disk.Files);

        static void Empty(CelFiles files)
        {
            Assert.Null(files.End());
            var reading = files.Read(null, 10);
            Assert.Empty(reading.Lines);
            Assert.Equal((null, true, 0, null), (reading.Next, reading.AtEnd, reading.Malformed, reading.Lost));
        }
    }

    [Fact]
    public void Events_come_in_portions_and_the_last_portion_says_so()
    {
        _disk.Write(1, 2, 3, 4, 5, 6);
        var first = _disk.Files.Read(null, 4);
        var second = _disk.Files.Read(first.Next, 2);
        Assert.Equal("1 2 3 4, more to come, 0 malformed", CelDisk.Told(first));
        Assert.Equal("5 6, the end, 0 malformed", CelDisk.Told(second));
        Assert.Empty(_disk.Numbers(second.Next));
        Assert.Equal([7], _disk.Write(7).Numbers(second.Next));
    }

    [Fact]
    public void The_end_is_that_of_the_last_whole_line()
    {
        _disk.Write(1, 2);
        var end = _disk.Files.End();
        Assert.Equal(new CelPosition(CelDisk.Line(1).TrimEnd('\n'), new FileInfo(_disk.Live).Length), end);
        Assert.Equal(end, _disk.Seen());
        _disk.Write(CelDisk.Line(3, "two\nlines")[..^20]);
        Assert.Equal(end, _disk.Files.End());
    }

    [Fact]
    public void The_end_of_a_long_file_is_found_among_quoted_line_ends_and_lines_too_long()
    {
        for (var n = 1; n < 3000; n++) _disk.Write(CelDisk.Line(n, n % 3 == 0 ? "one\ntwo\n\"three\"\n" : "一"));
        Assert.Equal(_disk.Seen(), _disk.Files.End());
        _disk.Write(CelDisk.Line(3000, new string('x', 300_000)));
        var end = _disk.Files.End();
        Assert.Equal(new FileInfo(_disk.Live).Length, end!.Offset);
        Assert.Equal([3001], _disk.Write(3001).Numbers(end));
    }

    [Fact]
    public void An_unfinished_line_comes_when_it_is_finished()
    {
        var line = CelDisk.Line(2, "two\nlines");
        _disk.Write(1).Write(line[..^25]);
        var seen = _disk.Seen();
        Assert.Equal(CelDisk.Line(1).Length, seen.Offset);
        Assert.Equal([2], _disk.Write(line[^25..]).Numbers(seen));
    }

    [Fact]
    public void A_first_line_that_is_not_finished_is_no_file_yet()
    {
        _disk.Write(1).Move("cel.csv.1").Write(CelDisk.Line(2)[..50]);
        Assert.Null(_disk.Files.End());
        var seen = _disk.Seen();
        Assert.Equal([2], _disk.Write(CelDisk.Line(2)[50..]).Numbers(seen));
    }

    [Fact]
    public void A_quoted_line_end_belongs_to_its_event()
    {
        _disk.Write(CelDisk.Line(1, "one\ntwo\n")).Write(2);
        var lines = _disk.Files.Read(null, 10).Lines;
        Assert.Equal(["one\ntwo\n", ""], lines.Select(l => l.ApplicationData));
    }

    [Fact]
    public void After_a_rename_the_rest_of_the_old_file_comes_before_the_new_one()
    {
        var seen = _disk.Write(1, 2).Seen();
        Assert.Equal([3, 4, 5], _disk.Write(3, 4).Move("cel.csv.1").Write(5).Numbers(seen));
    }

    [Fact]
    public void Until_the_next_event_makes_the_file_anew_the_renamed_one_is_the_end()
    {
        var seen = _disk.Write(1, 2).Seen();
        _disk.Move("cel.csv.1");
        Assert.Empty(_disk.Numbers(seen));
        Assert.Null(_disk.Files.End());
        Assert.Equal([3], _disk.Write(3).Numbers(seen));
    }

    [Fact]
    public void Several_rotations_are_followed_by_the_time_in_the_files_and_not_by_their_names()
    {
        var seen = _disk.Write(1, 2).Seen();
        _disk.Write(3).Move("cel.csv.1").Write(4).Move("cel.csv-20261125").Write(5, 6).Move("cel.csv.0").Write(7);
        Assert.Equal([3, 4, 5, 6, 7], _disk.Numbers(seen));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], _disk.Numbers(null));
    }

    [Fact]
    public void A_portion_may_end_where_a_file_ends()
    {
        _disk.Write(1, 2).Move("cel.csv.1").Write(3);
        var first = _disk.Files.Read(null, 2);
        Assert.False(first.AtEnd);
        Assert.Equal([3], _disk.Numbers(first.Next));
    }

    [Fact]
    public void A_file_copied_and_cut_off_is_read_on_in_its_copy()
    {
        var seen = _disk.Write(1, 2).Seen();
        _disk.Write(3).CopyTruncate("cel.csv.1");
        Assert.Equal([3], _disk.Numbers(seen));
        Assert.Equal([3, 4], _disk.Write(4).Numbers(seen));
    }

    [Fact]
    public void A_copy_of_the_live_file_is_not_read_twice_and_the_longer_one_counts()
    {
        var seen = _disk.Write(1, 2).Copy("cel.csv.bak").Write(3).Seen();
        Assert.Equal([1, 2, 3], _disk.Numbers(null));
        Assert.Empty(_disk.Numbers(seen));
        // Before it is cut off, the copy is as long as the live file; then it is the longer one.
        _disk.Copy("cel.csv.bak");
        Assert.Equal([1, 2, 3], _disk.Numbers(null));
        _disk.Truncate(CelDisk.Line(1).Length);
        Assert.Equal([1, 2, 3], _disk.Numbers(null));
    }

    [Fact]
    public void A_compressed_file_is_read_from_the_same_offset()
    {
        var seen = _disk.Write(1, 2).Seen();
        _disk.Write(3).Write(CelDisk.Line(4, "房间")).Move("cel.csv.2").Zip("cel.csv.2").Write(5);
        Assert.Equal([3, 4, 5], _disk.Numbers(seen));
        Assert.Equal([1, 2, 3, 4, 5], _disk.Numbers(null));
    }

    [Fact]
    public void A_file_that_is_being_compressed_is_read_from_the_original()
    {
        var seen = _disk.Write(1).Seen();
        _disk.Write([.. Enumerable.Range(2, 2000)]).Move("cel.csv.1").Write(2002).Zip("cel.csv.1", keep: true);
        foreach (var length in (int[])[0, 1, 5, 12, 500, 5000])
        {
            using (var zipped = File.OpenWrite(_disk.At("cel.csv.1.gz"))) zipped.SetLength(Math.Min(length, zipped.Length));
            Assert.Equal(Enumerable.Range(2, 2001), _disk.Numbers(seen));
            _disk.Zip("cel.csv.1", keep: true);
        }
    }

    [Fact]
    public void A_damaged_compressed_file_is_read_as_far_as_it_goes_and_then_left_behind_with_a_word()
    {
        _disk.Write([.. Enumerable.Range(1, 5000)]).Move("cel.csv.1").Zip("cel.csv.1").Write(5001);
        using (var zipped = File.OpenWrite(_disk.At("cel.csv.1.gz")))
        {
            zipped.Position = zipped.Length / 2;
            zipped.Write(new byte[3000]);
        }

        var reading = _disk.Files.Read(null, int.MaxValue);
        Assert.InRange(reading.Lines.Count, 100, 4999);
        Assert.Equal(5001, CelDisk.NumberOf(reading.Lines[^1]));
        Assert.Contains("cel.csv.1.gz is damaged: what it holds behind byte", reading.Lost, StringComparison.Ordinal);
        Assert.Empty(_disk.Numbers(reading.Next));
    }

    [Fact]
    public void A_compressed_file_of_which_the_end_is_missing_says_so()
    {
        _disk.Write([.. Enumerable.Range(1, 5000)]).Move("cel.csv.1").Zip("cel.csv.1").Write(5001);
        using (var zipped = File.OpenWrite(_disk.At("cel.csv.1.gz"))) zipped.SetLength(zipped.Length / 2);
        var reading = _disk.Files.Read(null, int.MaxValue);
        Assert.Equal(5001, CelDisk.NumberOf(reading.Lines[^1]));
        Assert.Contains("cel.csv.1.gz is damaged: what it holds behind byte", reading.Lost, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_file_of_the_position_was_deleted_it_goes_on_with_the_next_one_and_says_what_is_lost()
    {
        _disk.Write(1).Move("cel.csv.2");
        var seen = _disk.Write(2, 3).Seen();
        _disk.Write(4).Delete();
        Assert.Empty(_disk.Numbers(seen)); // nothing to go on with, and nothing to say yet
        var reading = _disk.Write(5).Move("cel.csv.1").Write(6).Files.Read(seen, 10);
        Assert.Equal([5, 6], reading.Lines.Select(CelDisk.NumberOf));
        Assert.Equal(
            $"the file that begins at 2026-11-25T09:46:42.000002Z is not there any more: events behind its byte {seen.Offset} "
            + "and before 2026-11-25T09:46:45.000005Z, where cel.csv.1 begins, cannot be recovered",
            reading.Lost);
        Assert.Empty(_disk.Numbers(reading.Next)); // said once
    }

    [Fact]
    public void A_live_file_replaced_without_a_copy_is_read_from_its_beginning_with_a_word()
    {
        var seen = _disk.Write(1, 2).Seen();
        var reading = _disk.Truncate().Write(3).Files.Read(seen, 10);
        Assert.Equal(3, CelDisk.NumberOf(Assert.Single(reading.Lines)));
        Assert.Contains("cannot be recovered", reading.Lost, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_became_shorter_is_read_on_from_its_end_with_a_word()
    {
        var seen = _disk.Write(1, 2, 3).Seen();
        var length = CelDisk.Line(1).Length;
        var reading = _disk.Truncate(length).Files.Read(seen, 10);
        Assert.Equal((length, true), (reading.Next!.Offset, reading.AtEnd));
        Assert.Equal($"cel.csv ends at byte {length}, but {seen.Offset} were read: it was cut off, and what else went with that is not known", reading.Lost);
        Assert.Equal([4], _disk.Write(4).Numbers(reading.Next));
    }

    [Fact]
    public void A_live_file_is_the_newest_even_when_the_clock_was_put_back()
    {
        var seen = _disk.Write(100, 101).Seen();
        Assert.Equal([102, 50], _disk.Write(102).Move("cel.csv.1").Write(50).Numbers(seen));
        Assert.Equal([50], [.. _disk.Delete("cel.csv.1").Files.Read(seen, 10).Lines.Select(CelDisk.NumberOf)]);
    }

    [Fact]
    public void Lines_that_are_no_events_are_counted_and_skipped()
    {
        _disk.Write("no event\n").Write(1).Write("\n").Write(2).Write("ANSWER,x,,,,,,,,,,,\n");
        var reading = _disk.Files.Read(null, 10);
        Assert.Equal("1 2, the end, 3 malformed", CelDisk.Told(reading));
        Assert.Equal(0, _disk.Files.Read(reading.Next, 10).Malformed);
    }

    [Fact]
    public void A_torn_line_costs_no_more_than_the_event_that_was_written_onto_it()
    {
        _disk.Write(1).Write(CelDisk.Line(2, "torn")[..^20]).Write(3, 4, 5);
        var reading = _disk.Files.Read(null, 10);
        Assert.Equal("1 4 5, the end, 1 malformed", CelDisk.Told(reading));
    }

    [Fact]
    public void A_quote_that_is_never_closed_ends_where_the_next_event_begins()
    {
        _disk.Write(1).Write("ANSWER,1795600002.000002,1.2,1.1,\"never closed\n").Write(3).Write("ANSWER,1795600004.000004,\"\n");
        var reading = _disk.Files.Read(null, 10);
        Assert.Equal("1 3, the end, 1 malformed", CelDisk.Told(reading)); // of the last one the rest may still come
        reading = _disk.Move("cel.csv.1").Write(5).Files.Read(reading.Next, 10);
        Assert.Equal("5, the end, 1 malformed", CelDisk.Told(reading)); // now it cannot
    }

    [Fact]
    public void A_line_too_long_is_skipped_and_one_that_just_fits_is_not()
    {
        var room = CelRecordReader.MostBytes - (CelDisk.Line(1).Length - 1);
        _disk.Write(CelDisk.Line(1, new string('x', room))).Write(CelDisk.Line(2, new string('x', room + 1))).Write(CelDisk.Line(3, string.Concat(Enumerable.Repeat("x\n", 200_000)))).Write(4);
        var reading = _disk.Files.Read(null, 10);
        Assert.Equal("1 4, the end, 2 malformed", CelDisk.Told(reading));
        Assert.Equal(new FileInfo(_disk.Live).Length, reading.Next!.Offset);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_as_such_and_offsets_stay_right()
    {
        var bytes = Encoding.UTF8.GetBytes(CelDisk.Line(1, "a??b\0c"));
        bytes[bytes.AsSpan().IndexOf("??"u8)] = 0xff;
        bytes[bytes.AsSpan().IndexOf("?"u8)] = 0xc3;
        var reading = _disk.Write(bytes).Write(2).Files.Read(null, 1);
        Assert.Equal("a\uFFFD\uFFFDb\uFFFDc", reading.Lines[0].ApplicationData);
        Assert.Equal([2], _disk.Numbers(reading.Next));
        Assert.Equal([2], _disk.Numbers(CelPosition.Parse(reading.Next!.ToString())));
    }

    [Fact]
    public void A_file_that_vanishes_before_it_is_opened_is_told_when_it_may_have_been_passed_over()
    {
        // A link to nowhere: listed, and not there when it is opened, at every look.
        File.CreateSymbolicLink(_disk.At("cel.csv.1"), _disk.At("nowhere"));
        var reading = _disk.Write(1).Files.Read(null, 10);
        Assert.Single(reading.Lines);
        Assert.Equal("cel.csv.1 could not be found when it was opened", reading.Lost);
        Assert.Empty(_disk.Numbers(reading.Next));
    }

    [Fact]
    public void A_file_compressed_otherwise_is_told_when_it_is_passed_over()
    {
        File.WriteAllText(_disk.At("cel.csv.1.xz"), "\u00fd7zXZ");
        Assert.Equal("cel.csv.1.xz is compressed in a way that is not read; only gzip is", _disk.Write(1).Files.Read(null, 10).Lost);
    }

    [Fact]
    public void What_may_not_be_read_is_named()
    {
        // A folder in the file's place is refused to everybody, also to root, who may read every file.
        Directory.CreateDirectory(_disk.Live);
        Assert.Contains(_disk.Live, Assert.Throws<UnauthorizedAccessException>(() => _disk.Files.Read(null, 10)).Message, StringComparison.Ordinal);
        Assert.Contains(_disk.Live, Assert.Throws<UnauthorizedAccessException>(() => _disk.Files.End()).Message, StringComparison.Ordinal);
        Directory.Delete(_disk.Live);
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess) return;
        _disk.Write(1).Move("cel.csv.1").Write(2);
        File.SetUnixFileMode(_disk.At("cel.csv.1"), UnixFileMode.None);
        Assert.Contains("cel.csv.1", Assert.Throws<UnauthorizedAccessException>(() => _disk.Files.Read(null, 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_portion_of_nothing_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => _disk.Files.Read(null, 0));

    [Fact]
    public void A_position_survives_being_stored()
    {
        // A pair of surrogates stands where the first line is cut.
        var line = CelDisk.Line(1, string.Concat(Enumerable.Repeat("\ud83d\udd14", 300)));
        foreach (var odd in (string[])["", "x"])
        {
            _disk.Write(line.Replace("rooms", "rooms" + odd, StringComparison.Ordinal)).Write(2);
            var seen = _disk.Files.Read(null, 1).Next!;
            Assert.InRange(seen.FirstLine.Length, 511, 512);
            foreach (var stored in (CelPosition[])[CelPosition.Parse(seen.ToString()), JsonSerializer.Deserialize<CelPosition>(JsonSerializer.Serialize(seen))!])
            {
                Assert.Equal(seen, stored);
                Assert.Equal([2], _disk.Numbers(stored));
            }

            _disk.Delete();
        }

        Assert.Throws<FormatException>(() => CelPosition.Parse("12"));
        Assert.Throws<FormatException>(() => CelPosition.Parse("-12 CHAN_START"));
    }
}
