namespace Switchboard.LabTests.Lab;

/// <summary>
/// A hotel that opens (a PBX, its phones, a worker) is where the processor's time goes. So two open at once, however many tests
/// wait for phones that ring, and none while a test measures a second.
/// </summary>
internal static class Openings
{
    private const int Most = 2;
    private static readonly SemaphoreSlim Open = new(Most);
    private static readonly SemaphoreSlim Measurements = new(1);

    public static async Task OpenAsync(Func<Task> open)
    {
        await Open.WaitAsync();
        try
        {
            await open();
        }
        finally
        {
            Open.Release();
        }
    }

    /// <summary>Measures a second or a few.</summary>
    public static async Task<T> MeasureAsync<T>(Func<Task<T>> measure)
    {
        // Two that measure must not each hold one opening and wait for the other's.
        await Measurements.WaitAsync();
        try
        {
            for (var held = 0; held < Most; held++) await Open.WaitAsync();
            try
            {
                return await measure();
            }
            finally
            {
                Open.Release(Most);
            }
        }
        finally
        {
            Measurements.Release();
        }
    }
}
