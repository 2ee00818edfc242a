namespace Switchboard.Tests.FakeAsterisk;

/// <summary>What a test waits for comes soon or never: a hang is a failure, not a wait.</summary>
internal static class Patience
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static Task Soon(this Task task) => task.WaitAsync(Limit, TimeProvider.System);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit, TimeProvider.System);
}
