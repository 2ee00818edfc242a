using Microsoft.Extensions.Time.Testing;
using Switchboard.Web;

namespace Switchboard.Tests.Web;

public class FoldedWarningsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<int> _told = [];

    [Fact]
    public void The_first_is_told_at_once_and_the_rest_of_the_minute_as_a_count()
    {
        using var warnings = new FoldedWarnings(_time);
        for (var i = 0; i < 5; i++) warnings.Tell("a", _told.Add);
        Assert.Equal([1], _told);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([1, 4], _told);
    }

    [Fact]
    public void After_a_quiet_minute_the_next_is_told_at_once_again()
    {
        using var warnings = new FoldedWarnings(_time);
        warnings.Tell("a", _told.Add);
        _time.Advance(TimeSpan.FromMinutes(1));
        warnings.Tell("a", _told.Add);
        Assert.Equal([1, 1], _told);
    }

    [Fact]
    public void Different_things_are_told_apart()
    {
        using var warnings = new FoldedWarnings(_time);
        warnings.Tell("a", _told.Add);
        warnings.Tell("b", _told.Add);
        Assert.Equal([1, 1], _told);
    }

    [Fact]
    public void A_flood_of_different_strangers_ends_in_one_entry()
    {
        using var warnings = new FoldedWarnings(_time);
        for (var i = 0; i < 5000; i++) warnings.Tell($"stranger {i}", _told.Add);
        Assert.InRange(_told.Count, 1000, 1002);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(5000, _told.Sum());
    }
}
