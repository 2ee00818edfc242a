using System.Globalization;
using CsCheck;
using Switchboard.EventRecord;

namespace Switchboard.Tests.EventRecord;

/// <summary>
/// Whatever is written, however it is rotated, whenever and in whatever portions it is read: each event once and in order.
/// SWITCHBOARD_FUZZ_SECONDS lets it run for longer.
/// </summary>
public class CelFilesPropertyTests
{
    private static readonly int Seconds = int.TryParse(Environment.GetEnvironmentVariable("SWITCHBOARD_FUZZ_SECONDS"), out var given) ? given : 1;

    private enum Does
    {
        Write,
        WriteInTwo,
        WriteNoEvent,
        Read,
        Number,
        Date,
        CopyTruncate,
        Copy,
        Zip,
        ZipAndKeep,
    }

    private static readonly Gen<(Does, int)[]> Story = Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(Does.Write)), (2, Gen.Const(Does.WriteInTwo)), (1, Gen.Const(Does.WriteNoEvent)), (5, Gen.Const(Does.Read)), (2, Gen.Const(Does.Number)),
            (1, Gen.Const(Does.Date)), (2, Gen.Const(Does.CopyTruncate)), (1, Gen.Const(Does.Copy)), (2, Gen.Const(Does.Zip)), (1, Gen.Const(Does.ZipAndKeep))),
        Gen.Int[1, 12]).Array[1, 40];

    [Fact]
    public void Each_event_is_read_once_and_in_order() => Story.Sample(
        story =>
        {
            using var tale = new Tale();
            foreach (var (does, size) in story) tale.Go(does, size);
            tale.ReadAll();
            return tale.Read.SequenceEqual(Enumerable.Range(1, tale.Written)) && tale.Malformed == tale.NoEvents;
        },
        time: Seconds, print: story => string.Join(", ", story.Select(s => $"{s.Item1} {s.Item2}")));

    [Fact]
    public void The_end_is_where_reading_everything_ends() => Story.Sample(
        story =>
        {
            using var tale = new Tale();
            foreach (var (does, size) in story.Where(s => s.Item1 <= Does.WriteNoEvent)) tale.Go(does, size);
            return tale.End() == tale.ReadAll();
        },
        time: Seconds, print: story => string.Join(", ", story.Select(s => $"{s.Item1} {s.Item2}")));

    /// <summary>Read while somebody writes and rotates, as fast as both can.</summary>
    [Fact]
    public async Task Rotation_in_the_middle_of_a_reading_loses_nothing()
    {
        using var tale = new Tale();
        var reader = new Tale(tale);
        var writing = Task.Run(() =>
        {
            var next = new Random(7);
            for (var i = 0; i < 600; i++)
            {
                tale.Go(Does.Write, 1 + next.Next(12));
                if (next.Next(3) == 0) tale.Go((Does)next.Next((int)Does.Number, (int)Does.ZipAndKeep + 1), 1 + next.Next(12));
            }
        });
        while (!writing.IsCompleted) reader.Go(Does.Read, 50);
        await writing;
        reader.ReadAll();
        Assert.Equal(Enumerable.Range(1, tale.Written), reader.Read);
    }

    private sealed class Tale(Tale? shared = null) : IDisposable
    {
        private readonly CelDisk _disk = shared?._disk ?? new CelDisk();
        private CelPosition? _position;
        private int _rotations;

        public int Written { get; private set; }

        public int NoEvents { get; private set; }

        public int Malformed { get; private set; }

        public List<int> Read { get; } = [];

        public void Dispose() => _disk.Dispose();

        public CelPosition? End() => _disk.Files.End();

        public CelPosition? ReadAll()
        {
            while (!ReadSome(7))
            {
            }

            return _position;
        }

        public void Go(Does does, int size)
        {
            switch (does)
            {
                case Does.Write:
                    for (var i = 0; i < size; i++) _disk.Write(Written + 1, Next(i));
                    break;
                case Does.WriteInTwo:
                    var line = Next(size);
                    var cut = line.Length * size / 13;
                    _disk.Write(Written, line[..cut]);
                    ReadSome(size);
                    _disk.Write(line[cut..]);
                    break;
                case Does.WriteNoEvent:
                    NoEvents++;
                    _disk.Write($"no event {NoEvents}{(size > 9 ? new string('x', CelRecordReader.MostBytes + size) : "")}\n");
                    break;
                case Does.Read:
                    ReadSome(size);
                    break;
                default:
                    Rotate(does, size);
                    break;
            }
        }

        private string Next(int size)
        {
            Written++;
            var data = size switch { 3 => "one\ntwo \"and\" three", 5 => "房间", 7 => new string('x', 3000), 9 => "\n", _ => "" };
            return CelDisk.Line(Written, data);
        }

        private void Rotate(Does does, int size)
        {
            _rotations++;
            var zippable = Rotated().Where(name => !name.EndsWith(".gz", StringComparison.Ordinal) && !File.Exists(_disk.At(name + ".gz"))).ToList();
            if (does is Does.Zip or Does.ZipAndKeep)
            {
                if (zippable.Count > 0) _disk.Zip(zippable[size % zippable.Count], keep: does == Does.ZipAndKeep);
            }
            else if (File.Exists(_disk.Live))
            {
                var name = does == Does.Number || size % 2 == 0 ? Numbered() : string.Create(CultureInfo.InvariantCulture, $"cel.csv-2026{9999 - _rotations}");
                if (does is Does.Number or Does.Date) _disk.Move(name);
                else if (does == Does.CopyTruncate) _disk.CopyTruncate(name);
                else _disk.Copy($"cel.csv.bak{_rotations}");
            }
        }

        private string Numbered()
        {
            _disk.Shift();
            return "cel.csv.1";
        }

        private IEnumerable<string> Rotated() => Directory.EnumerateFiles(_disk.At("")).Select(f => Path.GetFileName(f)).Where(f => f != "cel.csv").Order(StringComparer.Ordinal);

        /// <summary>Each time as after a restart: a new reader, and the position as it was stored.</summary>
        private bool ReadSome(int atMost)
        {
            var reading = _disk.Files.Read(_position is null ? null : CelPosition.Parse(_position.ToString()), atMost);
            Assert.True(reading.Lines.Count <= atMost);
            Assert.Null(reading.Lost);
            Read.AddRange(reading.Lines.Select(CelDisk.NumberOf));
            Malformed += reading.Malformed;
            _position = reading.Next;
            return reading.AtEnd;
        }
    }
}
