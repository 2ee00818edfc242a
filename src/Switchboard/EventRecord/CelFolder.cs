using NodaTime;
using NodaTime.Text;

namespace Switchboard.EventRecord;

/// <summary>What lies in the folder: each file once (with its copies), in the order of their events, the live one last.</summary>
internal sealed class CelFolder
{
    // Rotation takes moments. A folder that changes at every look is left for the next reading.
    private const int Looks = 6;

    private static readonly string[] OtherCompressions = [".bz2", ".xz", ".zst", ".lz4", ".zip"];

    private readonly List<CelFile> _files = [];
    private readonly List<string> _unreadable = [];

    private CelFolder(string path)
    {
        Add(path, live: true);
        foreach (var other in Others(path).Order(StringComparer.Ordinal)) Add(other, live: false);
    }

    /// <summary>Files whose name is here but whose events are not to be had, with the reason.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>
    /// Null when it does not hold still. A look in the middle of a rotation may miss a file or see it twice, so what counts is what two
    /// looks agree on.
    /// </summary>
    public static CelFolder? Look(string path)
    {
        var before = new CelFolder(path);
        for (var look = 1; look < Looks; look++)
        {
            var after = new CelFolder(path);
            if (after._files.SequenceEqual(before._files) && after._unreadable.SequenceEqual(before._unreadable)) return after;
            before = after;
        }

        return null;
    }

    /// <summary>The files to read from that position on, its own first. Lost says so when its own is not there any more.</summary>
    public IReadOnlyList<CelCopies> From(CelPosition? position, out string? lost)
    {
        lost = null;
        var files = _files.GroupBy(f => f.FirstLine, StringComparer.Ordinal).Select(copies => new CelCopies([.. copies]))
            .OrderBy(f => f.Live).ThenBy(f => f.Begins).ThenBy(f => f.Name, StringComparer.Ordinal).ToList();
        if (position is null) return files;
        var own = files.FindIndex(f => f.FirstLine == position.FirstLine);
        if (own >= 0) return files[own..];

        // Later ones only: what the older ones hold was read before. The live one is later even when the clock was put back.
        var began = CelLine.TimeOf(position.FirstLine);
        var later = files.Where(f => f.Live || began is null || f.Begins > began).ToList();
        if (later.Count == 0) return later;
        lost = $"the file that begins {(began is { } time ? $"at {Show(time)}" : "without a time")} is not there any more: events behind its byte {position.Offset} "
            + $"and before {Show(later[0].Begins)}, where {later[0].Name} begins, cannot be recovered";
        return later;
    }

    private static string Show(Instant time) => InstantPattern.ExtendedIso.Format(time);

    private static List<string> Others(string path)
    {
        var full = Path.GetFullPath(path);
        try
        {
            return [.. Directory.EnumerateFiles(Path.GetDirectoryName(full)!).Where(file => file != full && Path.GetFileName(file).StartsWith(Path.GetFileName(full), StringComparison.Ordinal))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private void Add(string path, bool live)
    {
        if (!live && OtherCompressions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            _unreadable.Add($"{Path.GetFileName(path)} is compressed in a way that is not read; only gzip is");
            return;
        }

        try
        {
            if (CelFile.Look(path, live) is { } file) _files.Add(file);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // The live file may well be missing, from a rotation to the next event.
            if (!live) _unreadable.Add($"{Path.GetFileName(path)} could not be found when it was opened");
        }
        catch (InvalidDataException)
        {
            // Beside the file that it is made from it is only not written yet.
            if (!File.Exists(Path.ChangeExtension(path, null))) _unreadable.Add($"{Path.GetFileName(path)} is damaged from its beginning");
        }
    }
}
