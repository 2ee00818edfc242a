using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using NodaTime.Testing;
using Switchboard.Features.Hotel;
using Switchboard.Features.Notices;

namespace Switchboard.Tests.Notices;

public sealed class NoticeFeedTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 12, 23, 22, 30);
    private readonly FakeTimeProvider _time = new();
    private readonly NoticeFeed _feed;

    public NoticeFeedTests() => _feed = new(Options.Create(new HotelOptions { Name = "x", TimeZone = "Asia/Shanghai" }), _time, new FakeClock(Now));

    private static async Task<NoticeLine> NextAsync(IAsyncEnumerator<NoticeLine> lines)
    {
        Assert.True(await lines.MoveNextAsync());
        return lines.Current;
    }

    private static Notice Of(string kind) => new("main", kind, "1203", "its phone does not answer", null, Now);

    [Fact]
    public async Task Who_follows_is_told_what_is_posted_from_then_on_of_the_kind_that_was_asked_for()
    {
        _feed.Publish(Of("phone-gone"));
        await using var lines = _feed.FollowAsync("phone-gone", CancellationToken.None).GetAsyncEnumerator();
        Assert.Equal("alive", (await NextAsync(lines)).Kind);
        var (other, wanted) = (Of("dnd-set"), Of("phone-gone"));
        _feed.Publish(other);
        _feed.Publish(wanted);
        var line = await NextAsync(lines);
        Assert.Equal(("notice", wanted.Id, "1203", "Asia/Shanghai"), (line.Kind, line.Notice!.Id, line.Notice.Room!, line.Zone));
    }

    [Fact]
    public async Task Silence_is_told_apart_from_a_dead_line()
    {
        await using var lines = _feed.FollowAsync(null, CancellationToken.None).GetAsyncEnumerator();
        await NextAsync(lines);
        var next = lines.MoveNextAsync();
        Assert.False(next.IsCompleted);
        _time.Advance(NoticeFeed.Heartbeat);
        Assert.True(await next);
        Assert.Equal("alive", lines.Current.Kind);
    }

    [Fact]
    public async Task Who_is_too_slow_is_told_how_many_were_lost_and_holds_nobody_up()
    {
        await using var lines = _feed.FollowAsync(null, CancellationToken.None).GetAsyncEnumerator();
        await NextAsync(lines);
        for (var i = 0; i < NoticeFeed.Capacity + 7; i++) _feed.Publish(Of("phone-gone"));
        Assert.Equal(("lost", 7), ((await NextAsync(lines)).Kind, lines.Current.Lost!.Value));
        for (var i = 0; i < NoticeFeed.Capacity; i++) Assert.Equal("notice", (await NextAsync(lines)).Kind);
        var next = lines.MoveNextAsync();
        Assert.False(next.IsCompleted);
        _feed.Publish(Of("last"));
        Assert.True(await next);
        Assert.Equal("last", lines.Current.Notice!.Kind);
    }
}
