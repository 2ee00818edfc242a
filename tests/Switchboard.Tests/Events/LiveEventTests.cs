using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using NodaTime.Testing;
using Switchboard.Asterisk.Ami;
using Switchboard.EventRecord;
using Switchboard.Features.Events;
using Switchboard.Features.Hotel;

namespace Switchboard.Tests.Events;

public sealed class LiveEventTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly EventFeed _feed = new();
    private readonly EventEncoder _encoder = new("main", new EventRecordOptions(), phone => phone is "PJSIP/1203" ? "1203" : null);
    private bool _heard = true;

    private IAsyncEnumerator<EventLine> Follow(string? room = null, string? call = null, string? name = null) =>
        new LiveEvents(_feed, () => _heard, Options.Create(new HotelOptions { Name = "x", TimeZone = "Asia/Shanghai" }), _time, new FakeClock(Instant.FromUtc(2026, 12, 23, 22, 30)))
            .FollowAsync(room, call, name, CancellationToken.None).GetAsyncEnumerator();

    private void Tell(string name, string phone, string id) => _feed.Publish(
        new AmiMessage(Encoding.UTF8.GetBytes(
            $"Event: {name}\r\nTimestamp: 1798065002.123456\r\nChannel: {phone}-00000001\r\n" +
            $"Uniqueid: {id}\r\nLinkedid: {id}\r\nSecret: x\r\n\r\n")),
        Instant.FromUtc(2026, 12, 23, 22, 30, 3), _encoder);

    private static async Task<EventLine> NextAsync(IAsyncEnumerator<EventLine> lines)
    {
        Assert.True(await lines.MoveNextAsync());
        return lines.Current;
    }

    [Fact]
    public async Task Who_follows_sees_what_was_asked_for_by_the_clock_of_the_PBX_and_no_secret()
    {
        await using var lines = Follow(room: "1203", name: "hangup");
        Assert.Equal(("alive", true), ((await NextAsync(lines)).Kind, lines.Current.PbxConnected!.Value));
        Tell("Hangup", "PJSIP/1204", "1.1");
        Tell("Newstate", "PJSIP/1203", "1.2");
        Tell("Hangup", "PJSIP/1203", "1.3");
        var line = await NextAsync(lines);
        Assert.Equal(("event", "Hangup", "1.3", "1203"), (line.Kind, line.Event!.Name, line.Event.LinkedId, line.Event.Room));
        Assert.Equal(("2026-12-24T06:30:02.123", "***"), (line.Local, line.Event.Headers["Secret"]!.ToString()));
    }

    [Fact]
    public async Task Silence_is_told_apart_from_a_dead_line_and_from_a_PBX_that_is_not_heard()
    {
        await using var lines = Follow();
        await NextAsync(lines);
        var next = lines.MoveNextAsync();
        Assert.False(next.IsCompleted);
        _heard = false;
        _time.Advance(LiveEvents.Heartbeat);
        Assert.True(await next);
        Assert.Equal(("alive", false), (lines.Current.Kind, lines.Current.PbxConnected!.Value));
    }

    [Fact]
    public async Task Who_is_too_slow_is_told_how_many_were_lost_and_holds_nobody_up()
    {
        await using var lines = Follow();
        await NextAsync(lines);
        Tell("Hangup", "PJSIP/1203", "1.0");
        Assert.Equal("event", (await NextAsync(lines)).Kind);
        for (var i = 0; i < 2050; i++) Tell("Hangup", "PJSIP/1203", "1.1");
        var (events, lost) = (0, 0L);
        while (events + lost < 2050)
        {
            var line = await NextAsync(lines);
            if (line.Lost is { } some) lost += some;
            else events++;
        }

        Assert.Equal((2000, 50), (events, lost));
    }
}
