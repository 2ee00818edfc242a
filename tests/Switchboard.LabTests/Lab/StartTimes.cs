using System.Collections.Concurrent;
using System.Globalization;

[assembly: AssemblyFixture(typeof(Switchboard.LabTests.Lab.StartTimes))]

namespace Switchboard.LabTests.Lab;

/// <summary>What a run spends starting things: the first place to look where it has become slow. Told when the last test has ended.</summary>
public sealed class StartTimes : IDisposable
{
    private static readonly ConcurrentDictionary<string, (int Count, TimeSpan Sum)> Spent = new();

    /// <summary>Starts something and counts how long that took, also where it failed.</summary>
    internal static async Task<T> OfAsync<T>(string what, Func<Task<T>> start)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            return await start();
        }
        finally
        {
            var took = TimeProvider.System.GetElapsedTime(began);
            Spent.AddOrUpdate(what, (1, took), (_, so) => (so.Count + 1, so.Sum + took));
        }
    }

    internal static Task OfAsync(string what, Func<Task> start) => OfAsync(what, async () =>
    {
        await start();
        return true;
    });

    public void Dispose()
    {
        // deploy/test prints these lines again at its end.
        foreach (var (what, (count, sum)) in Spent.OrderByDescending(s => s.Value.Sum))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"started: {count} times {what}: {sum.TotalSeconds:F0} s in all, {sum.TotalSeconds / count:F1} s each"));
    }
}
