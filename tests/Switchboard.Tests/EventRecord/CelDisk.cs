using System.Globalization;
using System.IO.Compression;
using System.Text;
using Switchboard.EventRecord;

namespace Switchboard.Tests.EventRecord;

/// <summary>A folder with a call record, and what Asterisk, logrotate and disks do to it. Event n happens n seconds after the start.</summary>
internal sealed class CelDisk : IDisposable
{
    public const long Start = 1795600000;

    private readonly string _folder = Directory.CreateTempSubdirectory("switchboard-cel-").FullName;

    private long _last = Start;
    private int _writes;

    public string Live => At("cel.csv");

    public CelFiles Files => new(Live);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public string At(string name) => Path.Combine(_folder, name);

    public static string Line(int n, string data = "") =>
        string.Create(CultureInfo.InvariantCulture, $"CHAN_START,{Start + n}.{n % 1000000:D6},main-{n}.1,main-{n}.1,PJSIP/1203-{n:x8},1203,rooms,,\"{data.Replace("\"", "\"\"", StringComparison.Ordinal)}\",1203,,,\"\"\n");

    public static int NumberOf(CelLine line) => (int)(line.EventTime.ToUnixTimeSeconds() - Start);

    public CelDisk Write(params int[] events)
    {
        foreach (var n in events) Write(n, Line(n));
        return this;
    }

    /// <summary>Writes that event, or a part of it; the file's time is then a little later than the event's.</summary>
    public CelDisk Write(int n, string text)
    {
        _last = Math.Max(_last, Start + n);
        return Write(text);
    }

    public CelDisk Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>As Asterisk does it: open, append, close; the file is made anew where there is none.</summary>
    public CelDisk Write(byte[] bytes)
    {
        using (var file = Open("cel.csv", FileMode.Append, FileAccess.Write)) file.Write(bytes);
        File.SetLastWriteTimeUtc(Live, DateTime.UnixEpoch.AddSeconds(_last + 0.5).AddMicroseconds(++_writes));
        return this;
    }

    public CelDisk Move(string to, string from = "cel.csv")
    {
        File.Move(At(from), At(to));
        return this;
    }

    public CelDisk CopyTruncate(string to) => Copy(to).Truncate();

    public CelDisk Copy(string to)
    {
        using (var from = Open("cel.csv", FileMode.Open, FileAccess.Read))
        using (var copy = Open(to, FileMode.Create, FileAccess.Write)) from.CopyTo(copy);
        File.SetLastWriteTimeUtc(At(to), File.GetLastWriteTimeUtc(Live));
        return this;
    }

    public CelDisk Truncate(long length = 0)
    {
        using var file = Open("cel.csv", FileMode.Open, FileAccess.Write);
        file.SetLength(length);
        return this;
    }

    /// <summary>As gzip does it: the original goes when the compressed one is whole.</summary>
    public CelDisk Zip(string name, bool keep = false)
    {
        using (var from = Open(name, FileMode.Open, FileAccess.Read))
        using (var to = new GZipStream(Open(name + ".gz", FileMode.Create, FileAccess.Write), CompressionLevel.Fastest)) from.CopyTo(to);
        File.SetLastWriteTimeUtc(At(name + ".gz"), File.GetLastWriteTimeUtc(At(name)));
        if (!keep) File.Delete(At(name));
        return this;
    }

    public CelDisk Delete(string name = "cel.csv")
    {
        File.Delete(At(name));
        return this;
    }

    /// <summary>As logrotate numbers them: the oldest has the highest number.</summary>
    public CelDisk Shift()
    {
        foreach (var end in (string[])["", ".gz"])
        {
            var last = 1;
            while (File.Exists(At($"cel.csv.{last}")) || File.Exists(At($"cel.csv.{last}.gz"))) last++;
            for (var n = last; n > 0; n--)
            {
                if (File.Exists(At($"cel.csv.{n}{end}"))) Move($"cel.csv.{n + 1}{end}", $"cel.csv.{n}{end}");
            }
        }

        return this;
    }

    /// <summary>The position behind everything that is here.</summary>
    public CelPosition Seen() => Files.Read(null, int.MaxValue).Next!;

    /// <summary>What a reading took, on one line.</summary>
    public static string Told(CelReading reading) =>
        $"{string.Join(' ', reading.Lines.Select(NumberOf))}, {(reading.AtEnd ? "the end" : "more to come")}, {reading.Malformed} malformed";

    /// <summary>The numbers of the events behind that position, and nothing but events.</summary>
    public List<int> Numbers(CelPosition? from)
    {
        var reading = Files.Read(from, int.MaxValue);
        Assert.Equal((true, 0, null), (reading.AtEnd, reading.Malformed, reading.Lost));
        return [.. reading.Lines.Select(NumberOf)];
    }

    // Asterisk, gzip and cp lock nothing, as .NET would do otherwise.
    private FileStream Open(string name, FileMode mode, FileAccess access) => new(At(name), mode, access, FileShare.ReadWrite | FileShare.Delete);
}
