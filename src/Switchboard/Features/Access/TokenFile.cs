namespace Switchboard.Features.Access;

/// <summary>
/// Puts a token into a file that only its owner reads. The file is made before the token is, so that a folder that
/// cannot be written does not cost a token that nobody ever saw; it appears under its name only when it is complete.
/// </summary>
internal sealed class TokenFile : IDisposable
{
    private readonly string _path;
    private readonly string _draft;
    private bool _kept;

    /// <exception cref="IOException">The folder does not exist or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public TokenFile(string path)
    {
        _path = Path.GetFullPath(path);
        if (Directory.Exists(_path)) throw new IOException("it is a folder");
        _draft = $"{_path}.{Guid.NewGuid():N}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var created = File.Open(_draft, options);
    }

    /// <summary>Writes the token down, on the disk, still under another name.</summary>
    public void Write(string token)
    {
        using var stream = File.Open(_draft, FileMode.Open, FileAccess.Write);
        stream.Write(System.Text.Encoding.UTF8.GetBytes(token + "\n"));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Gives the file its name, in place of an older one.</summary>
    public void Keep()
    {
        File.Move(_draft, _path, overwrite: true);
        _kept = true;
    }

    public void Dispose()
    {
        if (!_kept) File.Delete(_draft);
    }
}
