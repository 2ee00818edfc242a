using System.Runtime.InteropServices;

namespace Switchboard.Journal;

/// <summary>What .NET leaves out of writing for good: a new or renamed file is only there after a power cut when its folder was synced as well.</summary>
internal static partial class DurableFiles
{
    private const int OpenDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux, x86-64
    private const int OpenDirectoryArm = 0x4000; // the same on arm64

    /// <summary>Syncs a folder's list of files.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static void SyncFolder(string folder)
    {
        if (!OperatingSystem.IsLinux()) return;
        var handle = Open(folder, RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? OpenDirectoryArm : OpenDirectory);
        if (handle < 0) throw new IOException($"{folder} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        var synced = Sync(handle);
        var why = synced < 0 ? Marshal.GetLastPInvokeErrorMessage() : null;
        _ = Close(handle);
        if (why is not null) throw new IOException($"{folder} cannot be synced: {why}");
    }

    /// <summary>Replaces a file whole: after a power cut it is the old one or the new one, never half of one.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var made = path + ".new";
        using (var file = new FileStream(made, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(made, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(path)!);
    }

#pragma warning disable SYSLIB1054 // a source-generated import would need unsafe code for three calls
    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
#pragma warning restore SYSLIB1054
}
