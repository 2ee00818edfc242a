using Switchboard.Persistence;

namespace Switchboard.Tests.Persistence;

/// <summary>What keeps old rows once a day never ends the worker.</summary>
public class DailyKeeperTests
{
    public static TheoryData<Exception> Failures => [new UnauthorizedAccessException("Access to the path is denied"), new IOException("Stale file handle"), new TaskCanceledException("a command's own time is over"), new InvalidOperationException("away")];

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task Whatever_goes_wrong_is_told_and_tried_again_tomorrow(Exception failure)
    {
        using var keeper = new Keeper(() => throw failure);
        await keeper.KeepOrTellAsync(CancellationToken.None);
        Assert.Equal(failure.Message, keeper.Told);
    }

    [Fact]
    public async Task Only_the_end_of_the_worker_ends_it()
    {
        using var stopping = new CancellationTokenSource();
        using var keeper = new Keeper(() =>
        {
            stopping.Cancel();
            throw new OperationCanceledException(stopping.Token);
        });
        await Assert.ThrowsAsync<OperationCanceledException>(() => keeper.KeepOrTellAsync(stopping.Token));
        Assert.Null(keeper.Told);
    }

    private sealed class Keeper(Func<int> keep) : DailyKeeper(null!, null!, TimeProvider.System)
    {
        public string? Told { get; private set; }

        internal override Task<int> KeepAsync(CancellationToken ct) => Task.FromResult(keep());

        protected override void TellFailure(string reason) => Told = reason;
    }
}
