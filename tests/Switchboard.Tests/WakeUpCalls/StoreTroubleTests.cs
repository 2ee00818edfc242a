using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Switchboard.Duty;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Tests.WakeUpCalls;

/// <summary>An outage is told once, by the watch over outages; what fails while the database is there is told here.</summary>
public sealed class StoreTroubleTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FoldedWarnings _warnings;
    private readonly StoreTrouble _trouble;
    private readonly List<string> _told = [];

    public StoreTroubleTests()
    {
        _warnings = new FoldedWarnings(_time);
        // A lease that is not held: the database is away.
        var lease = new WorkerLease("main", new WorkerDuty(_time, () => { }), _ => Task.FromResult(new RivalSearch(null, Asked: true)), Options.Create(new DatabaseOptions()), _time, NullLogger<WorkerLease>.Instance);
        _trouble = new StoreTrouble(lease, _warnings, _time);
    }

    public void Dispose() => _warnings.Dispose();

    [Fact]
    public void That_the_database_is_away_is_not_told_again_however_often_and_long_it_fails()
    {
        foreach (var fault in (Exception[])[new NpgsqlException("away"), new TimeoutException(), new InvalidOperationException("x", new NpgsqlException("away")), Refused("57P01"), Refused("08006")])
        {
            _trouble.Tell("tick", fault, _told.Add);
            _time.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.Empty(_told);
    }

    [Fact]
    public void What_was_broken_off_because_the_database_went_is_not_told_either()
    {
        foreach (var fault in (Exception[])[new OperationCanceledException(), new TaskCanceledException(), new StoreAwayException()]) _trouble.Tell("result", fault, _told.Add);
        Assert.Empty(_told);
    }

    [Fact]
    public void A_full_disk_is_told_at_once_and_then_once_a_minute_with_how_often()
    {
        for (var i = 0; i < 60; i++)
        {
            _trouble.Tell("result", Refused("53100"), _told.Add);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["53100: no space left", "53100: no space left (59 times in this minute)"], _told);
    }

    private static PostgresException Refused(string sqlState) => new("no space left", "ERROR", "ERROR", sqlState);
}
