using System.Runtime.CompilerServices;

namespace Switchboard.LabTests.Lab;

/// <summary>Where things are: the checkout, and folders of our own that are removed at the end.</summary>
internal static class LabFiles
{
    public static string Root { get; } = FindRoot();

    public static string Script(string name) => Path.Combine(Root, "deploy", "lab", name);

    /// <summary>A short path, because Unix sockets have no more than 107 bytes; in memory where there is room.</summary>
    public static string NewFolder(string prefix)
    {
        var parent = Directory.Exists("/dev/shm") ? "/dev/shm" : "/tmp";
        var folder = Path.Combine(parent, $"swb-{prefix}-{Guid.NewGuid():N}"[..(13 + prefix.Length)]);
        Directory.CreateDirectory(folder);
        return folder;
    }

    public static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // A dying process may still write there; the folder is in memory and small.
        }
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Switchboard.sln"))) return folder;
        }

        throw new InvalidOperationException($"no Switchboard.sln above {here}");
    }

    /// <summary>A worker with this journal has filled its copy: it could go on without PostgreSQL.</summary>
    public static bool HasCopy(string journal) => Path.Combine(journal, "main", "copy") is var folder && Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.journal").Any(file =>
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Contains("\"Ends\":true", StringComparison.Ordinal);
    });
}
