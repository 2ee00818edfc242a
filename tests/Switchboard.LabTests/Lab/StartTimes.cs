using System.Collections.Concurrent;
using System.Globalization;

[assembly: AssemblyFixture(typeof(Switchboard.LabTests.Lab.StartTimes))]

namespace Switchboard.LabTests.Lab;

/// <summary>What a run spends starting things: the first place to look where it has become slow. Told when the last test has ended.</summary>
public sealed class StartTimes : IDisposable
{
    private static readonly ConcurrentDictionary<string, (int Count, TimeSpan Sum)> Spent = new();
    private const int MostOpenings = 2;
    private static readonly SemaphoreSlim Openings = new(MostOpenings);
    private static readonly SemaphoreSlim Measurements = new(1);

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

    /// <summary>
    /// Opens a hotel: a PBX, its phones, a worker. That is where the processor's time goes; so two open at once, however many tests wait for
    /// phones that ring, and tests that watch the clock are left the rest.
    /// </summary>
    internal static async Task OpenAsync(Func<Task> open)
    {
        await Openings.WaitAsync();
        try
        {
            await open();
        }
        finally
        {
            Openings.Release();
        }
    }

    /// <summary>Measures a second or a few: no hotel is opened meanwhile.</summary>
    internal static async Task<T> MeasureAsync<T>(Func<Task<T>> measure)
    {
        await Measurements.WaitAsync();
        try
        {
            for (var held = 0; held < MostOpenings; held++) await Openings.WaitAsync();
            try
            {
                return await measure();
            }
            finally
            {
                Openings.Release(MostOpenings);
            }
        }
        finally
        {
            Measurements.Release();
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
