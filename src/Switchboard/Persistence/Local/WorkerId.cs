using System.Security.Cryptography;
using System.Text;
using Switchboard.Journal;

namespace Switchboard.Persistence.Local;

/// <summary>
/// What the PBX knows this worker by: its machine's name and a random part, kept beside the journals, whose lock keeps a second process out. So a worker
/// that is started again finds its own lease, and does not wait for itself.
/// </summary>
internal static class WorkerId
{
    private const string FileName = "worker.id";
    private const int RandomPart = 8;
    private const int LongestMachine = 40;

    /// <summary>The one that this folder keeps; a new one where it has none, or one of another machine (a folder that was copied is another worker).</summary>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static string Of(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (File.Exists(file) && File.ReadAllText(file).Trim() is var known && IsOf(Machine(), known)) return known;
        var made = New();
        DurableFiles.Replace(file, Encoding.ASCII.GetBytes(made + "\n"));
        return made;
    }

    /// <summary>One for this life only.</summary>
    public static string New() => $"{Machine()}-{RandomNumberGenerator.GetHexString(RandomPart, lowercase: true)}";

    private static bool IsOf(string machine, string id) =>
        id.Length == machine.Length + 1 + RandomPart && id.StartsWith(machine + '-', StringComparison.Ordinal) && id[^RandomPart..].All(char.IsAsciiHexDigitLower);

    // Letters, digits and dashes: the dialplan lets nothing else in.
    private static string Machine()
    {
        var name = string.Concat(Environment.MachineName.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-');
        return name.Length == 0 ? "worker" : name[..Math.Min(name.Length, LongestMachine)].TrimEnd('-');
    }
}
