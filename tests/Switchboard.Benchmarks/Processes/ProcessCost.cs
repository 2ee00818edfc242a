using System.Globalization;

namespace Switchboard.Benchmarks.Processes;

/// <summary>What Linux says that a process has cost.</summary>
internal static class ProcessCost
{
    /// <summary>Seconds of CPU since its start, to a hundredth.</summary>
    public static double Cpu(int pid)
    {
        // utime and stime, in hundredths of a second.
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }

    /// <summary>Megabytes: <c>VmRSS</c> in all, <c>RssFile</c> of files that are shared.</summary>
    public static long Resident(int pid, string field = "VmRSS") => long.Parse(
        File.ReadLines($"/proc/{pid}/status").Single(l => l.StartsWith(field + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;
}
