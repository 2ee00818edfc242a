using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Switchboard.Duty;
using Switchboard.Persistence;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Persistence;

/// <summary>PostgreSQL does not answer when the worker starts: how long is it waited for, while a guest's wake-up falls due?</summary>
public class StartPatienceTests
{
    private static readonly Rival Other = new("worker b on beta/4711", null, AtPbx: true);
    private readonly FakeTimeProvider _time = new();
    private readonly WorkerDuty _duty;

    public StartPatienceTests() => _duty = new WorkerDuty(_time, () => { });

    [Fact]
    public async Task Who_finds_its_own_lease_at_the_PBX_goes_on_at_once()
    {
        var (lease, meanwhile) = Start(new RivalSearch(null, Asked: true, Own: true));
        Assert.False(_duty.IsOn);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await meanwhile.Soon();
        Assert.True(_duty.IsOn);
        Assert.Equal(TimeSpan.FromMilliseconds(100), lease.Patience);
    }

    [Fact]
    public async Task Who_finds_nobodys_lease_gives_PostgreSQL_a_moment()
    {
        var (lease, meanwhile) = Start(new RivalSearch(null, Asked: true));
        _time.Advance(TimeSpan.FromMilliseconds(2900));
        Assert.False(_duty.IsOn);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await meanwhile.Soon();
        Assert.True(_duty.IsOn);
        Assert.Equal(TimeSpan.FromSeconds(3), lease.Patience);
    }

    [Fact]
    public void Who_finds_another_that_lives_stands_by()
    {
        Start(new RivalSearch(Other, Asked: true));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((DutyState.StandingBy, Other), (_duty.State, _duty.Rival));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(DutyState.StandingBy, _duty.State);
    }

    private (WorkerLease Lease, Task Meanwhile) Start(RivalSearch found)
    {
        var lease = new WorkerLease(
            "main", _duty, _ => Task.FromResult(found), Options.Create(new DatabaseOptions()), _time, NullLogger<WorkerLease>.Instance);
        return (lease, lease.ServeMeanwhileAsync(CancellationToken.None));
    }
}
