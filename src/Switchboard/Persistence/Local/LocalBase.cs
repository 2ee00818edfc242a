using System.Text.Json;
using Switchboard.Journal;

namespace Switchboard.Persistence.Local;

/// <summary>
/// To which database the files of this machine belong: noted beside them is the last restore that its database had. A database that was restored
/// since is another one, whatever its name: what these files hold did not happen in it.
/// </summary>
internal sealed class LocalBase(string folder)
{
    /// <summary>Below the PBX's folder: what was put aside, kept for people.</summary>
    public const string AsideFolder = "set-aside";

    private string NotePath => Path.Combine(folder, "base.json");

    /// <summary>The last restore that is known here; null: none. A note that cannot be read knows of none.</summary>
    public Guid? Restore { get; private set; }

    public void Load()
    {
        try
        {
            Restore = File.Exists(NotePath) ? JsonSerializer.Deserialize<Note>(File.ReadAllBytes(NotePath))?.Restore : null;
        }
        catch (JsonException)
        {
            Restore = null;
        }
    }

    /// <summary>From now on the files belong to the database of this restore.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Take(Guid restore)
    {
        // Known for this life in any case.
        Restore = restore;
        DurableFiles.Replace(NotePath, JsonSerializer.SerializeToUtf8Bytes(new Note(restore)));
    }

    /// <summary>A new folder for what is put aside.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public string MakeAside(DateTimeOffset now)
    {
        var aside = Path.Combine(folder, AsideFolder, now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        // Tried again after a failure in the midst of it: what is there already stays.
        Directory.CreateDirectory(aside);
        return aside;
    }

    private sealed record Note(Guid? Restore);
}
