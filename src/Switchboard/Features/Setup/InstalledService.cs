namespace Switchboard.Features.Setup;

/// <summary>The worker as the package runs it: as a user of its own, in a sandbox. What root may, it may not.</summary>
internal static class InstalledService
{
    private const string User = "switchboard";
    private const string Paths = "ReadWritePaths=";

    /// <summary>How root checks what the service sees.</summary>
    public const string CheckAsIt = $"setpriv --reuid={User} --regid={User} --init-groups switchboard check";

    /// <summary>Whether whoever looks is root, and the service another.</summary>
    public static bool SeenAsRoot { get; } = Environment.IsPrivilegedProcess && File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Any(line => line.StartsWith(User + ":", StringComparison.Ordinal));

    /// <summary>Whether its unit, with what somebody has added to it, lets it write into a folder; true where there is none.</summary>
    public static bool MayWrite(string folder, string root = "/")
    {
        var own = Path.Combine(root, "etc/systemd/system/switchboard.service");
        var unit = File.Exists(own) ? own : Path.Combine(root, "usr/lib/systemd/system/switchboard.service");
        if (!File.Exists(unit)) return true;
        var added = own + ".d";
        try
        {
            return new[] { unit }.Concat(Directory.Exists(added) ? Directory.EnumerateFiles(added, "*.conf") : []).SelectMany(File.ReadLines)
                .Where(line => line.StartsWith(Paths, StringComparison.Ordinal))
                .SelectMany(line => line[Paths.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(path => path.TrimStart('-', '+').TrimEnd('/'))
                .Any(path => folder == path || folder.StartsWith(path + "/", StringComparison.Ordinal));
        }
        catch (Exception hidden) when (hidden is UnauthorizedAccessException or IOException)
        {
            // What nobody shows cannot be called wrong.
            return true;
        }
    }

    /// <summary>What must be added to its unit.</summary>
    public static string LineFor(string folder) => $"[Service] {Paths}-{folder}";
}
