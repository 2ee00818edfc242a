namespace Switchboard.LabTests.Lab;

/// <summary>Outside the product nobody signals us: look again until it is so, or until the time is up.</summary>
internal static class Eventually
{
    public static async Task<bool> TrueAsync(Func<bool> condition, TimeSpan atMost)
    {
        return await TrueAsync(() => Task.FromResult(condition()), atMost);
    }

    public static async Task<bool> TrueAsync(Func<Task<bool>> condition, TimeSpan atMost)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await condition()) return true;
            if (TimeProvider.System.GetElapsedTime(began) > atMost) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }
}
