using System.Diagnostics;
using System.Globalization;
using Switchboard.Journal;

namespace Switchboard.Features.Setup;

/// <summary>Files that belong to somebody: replaced whole, with the owner and mode that they are to have, and what was there before is kept beside them.</summary>
internal sealed class OwnedFiles(TimeProvider time)
{
    private const string Group = "switchboard";

    /// <summary>Under this group the worker runs where it is installed.</summary>
    public static bool GroupExists { get; } = File.Exists("/etc/group") && File.ReadLines("/etc/group").Any(line => line.StartsWith(Group + ":", StringComparison.Ordinal));

    /// <summary>Writes a file that only its owner and the worker's group may read. False: it was so already.</summary>
    public bool WritePrivate(string path, byte[] content, out string? backup)
    {
        backup = null;
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            SetMode(path, Mode);
            GiveToGroup(path);
            return false;
        }

        if (File.Exists(path)) backup = Keep(path);
        Replace(path, content, Mode, GiveToGroup);
        return true;
    }

    /// <summary>Writes a file that looks like another one: its owner, group and mode. A link is followed: what it leads to is replaced.</summary>
    public static void WriteLike(string like, string path, byte[] content, UnixFileMode without = UnixFileMode.None) =>
        Replace(path, content, ModeOf(like) & ~without, draft => Run("chown", $"--reference={like}", draft));

    /// <summary>A copy beside it, under the time of day. It looks like the file itself.</summary>
    public string Keep(string path)
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var copy = $"{path}.bak-{stamp}";
        for (var n = 2; File.Exists(copy); n++) copy = $"{path}.bak-{stamp}-{n.ToString(CultureInfo.InvariantCulture)}";
        WriteLike(path, copy, File.ReadAllBytes(path));
        return copy;
    }

    public static void GiveToGroup(string path)
    {
        if (GroupExists && Environment.IsPrivilegedProcess) Run("chgrp", Group, path);
    }

    /// <summary>As root; anybody else's files are their own anyway.</summary>
    public static void GiveLike(string like, params string[] paths)
    {
        if (Environment.IsPrivilegedProcess) Run("chown", [$"--reference={like}", .. paths]);
    }

    public static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
    }

    private static void Replace(string path, byte[] content, UnixFileMode mode, Action<string> give)
    {
        var real = File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? target.FullName : path;
        // A name that nobody's file has.
        var draft = Path.Combine(Path.GetDirectoryName(real)!, $".{Path.GetFileName(real)}.switchboard-{Guid.NewGuid():N}");
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(draft, how);
        try
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
            file.Close();
            if (Environment.IsPrivilegedProcess) give(draft);
            SetMode(draft, mode);
            File.Move(draft, real, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }

        DurableFiles.SyncFolder(Path.GetDirectoryName(real)!);
    }

    // A folder's mode has x, which a file in it has not.
    private static UnixFileMode ModeOf(string like) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(like)
        & ~(Directory.Exists(like) ? UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute | UnixFileMode.SetGroup | UnixFileMode.SetUser | UnixFileMode.StickyBit : UnixFileMode.None);

    // .NET knows no owners.
    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new IOException($"{program} {string.Join(' ', arguments)}: {said.Trim()}");
    }
}
