using NodaTime;

namespace Switchboard.EventRecord;

/// <summary>
/// One file of the call record under all its names: rotation by copying (or compressing) leaves the same lines twice for a while.
/// </summary>
internal sealed class CelCopies(IReadOnlyList<CelFile> files)
{
    public string FirstLine => files[0].FirstLine;

    public string Name => Path.GetFileName(files[0].Path);

    public bool Live { get; } = files.Any(f => f.Live);

    public Instant Begins { get; } = files.Min(f => f.Begins);

    /// <summary>Opens the longest copy: the others may still be growing to its length. Null when one is gone or changed meanwhile.</summary>
    public CelContent? Open()
    {
        if (files.Count == 1) return files[0].Open();
        CelContent? longest = null;
        foreach (var file in files)
        {
            var other = file.Open();
            var longer = other is not null && (longest is null || other.Length() > longest.Length());
            (longer ? longest : other)?.Dispose();
            if (other is null)
            {
                longest?.Dispose();
                return null;
            }

            if (longer) longest = other;
        }

        return longest;
    }
}
