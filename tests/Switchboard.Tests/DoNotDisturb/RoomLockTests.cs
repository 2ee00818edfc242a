using NodaTime;
using Switchboard.Features.DoNotDisturb;
using Switchboard.Web;

namespace Switchboard.Tests.DoNotDisturb;

/// <summary>A lock's life, and what AstDB is told of it.</summary>
public class RoomLockTests
{
    private static readonly Instant Now = Instant.FromUnixTimeTicks(17641370001234567);

    private static RoomLock Locked(Instant? until = null) => RoomLock.Set(new LockRequest("1203", "main", "Wang", null, until, "front-desk/1007", LockWays.Desk), Now);

    [Fact]
    public void AstDB_is_told_milliseconds_who_wrote_it_and_the_end()
    {
        Assert.Equal("on:1764137000123:desk:", Locked().AstDbValue);
        Assert.Equal("on:1764137000123:desk:1764140600123", Locked(Now + Duration.FromHours(1)).AstDbValue);
    }

    [Fact]
    public void Released_AstDB_holds_nothing_and_it_is_not_released_twice()
    {
        var locked = Locked();
        locked.Release("front-desk", LockWays.Desk, Now + Duration.FromSeconds(5));
        Assert.Null(locked.AstDbValue);
        Assert.Throws<ConflictException>(() => locked.Release("front-desk", LockWays.Desk, Now));
        Assert.Throws<ConflictException>(() => locked.ChangeUntil(null, Now));
    }

    [Fact]
    public void A_release_is_never_before_the_lock_whatever_clock_said_so()
    {
        var locked = Locked();
        locked.Release("*79", LockWays.Guest, Now - Duration.FromMinutes(1));
        Assert.Equal(locked.SetAt, locked.ReleasedAt);
    }

    [Fact]
    public void That_the_PBX_holds_it_is_noted_once_for_each_change()
    {
        var locked = Locked();
        Assert.True(locked.Held(Now));
        Assert.False(locked.Held(Now + Duration.FromSeconds(1)));
        locked.ChangeUntil(Now + Duration.FromHours(2), Now + Duration.FromSeconds(1));
        Assert.True(locked.Held(Now + Duration.FromSeconds(2)));
        locked.Release("front-desk", LockWays.Desk, Now + Duration.FromSeconds(3));
        Assert.True(locked.Held(Now + Duration.FromSeconds(4)));
        Assert.Equal((Now + Duration.FromSeconds(2), Now + Duration.FromSeconds(4)), (locked.EffectiveAt, locked.ReleaseEffectiveAt));
    }

    [Fact]
    public void A_new_end_is_a_newer_word_than_what_was_said_before_it()
    {
        var locked = Locked();
        locked.ChangeUntil(Now + Duration.FromHours(1), Now + Duration.FromMinutes(35));
        Assert.Equal((Now + Duration.FromMinutes(35)).ToUnixTimeMilliseconds(), locked.ChangedAt.ToUnixTimeMilliseconds());
        Assert.Equal($"on:{locked.ChangedAt.ToUnixTimeMilliseconds()}:desk:1764140600123", locked.AstDbValue);
        Assert.Equal(1764137000123, locked.SetAt.ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("on:1764137000123:guest:", true, "1764137000123", true)]
    [InlineData("off:1764137000123:guest:", false, "1764137000123", true)]
    [InlineData("on:1764137000123:desk:1764140600123", true, "1764137000123", false)]
    public void What_AstDB_holds_says_who_wrote_it(string value, bool on, string at, bool guests) =>
        Assert.Equal(new LockAtPbx(on, at, guests), LockAtPbx.Read(value));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("on")]
    [InlineData("maybe:1:guest:")]
    [InlineData("on:1:guest:2:3")]
    public void What_is_not_ours_is_nothing(string? value) => Assert.Null(LockAtPbx.Read(value));
}
