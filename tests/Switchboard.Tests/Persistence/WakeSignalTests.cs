using Microsoft.Extensions.Time.Testing;
using Switchboard.Persistence.Local;

namespace Switchboard.Tests.Persistence;

public class WakeSignalTests
{
    [Fact]
    public async Task A_wait_that_has_passed_takes_no_wake_of_the_next_one()
    {
        var (signal, time) = (new WakeSignal(), new FakeTimeProvider());
        for (var i = 0; i < 3; i++)
        {
            var quiet = signal.WaitAsync(TimeSpan.FromSeconds(30), time, CancellationToken.None);
            Assert.False(quiet.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(30));
            await quiet.WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
        }

        signal.Wake();
        signal.Wake();
        await signal.WaitAsync(TimeSpan.FromSeconds(30), time, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
        Assert.False(signal.WaitAsync(TimeSpan.FromSeconds(30), time, CancellationToken.None).IsCompleted);
    }
}
