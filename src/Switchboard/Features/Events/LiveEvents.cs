using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.EventRecord;
using Switchboard.Features.Hotel;

namespace Switchboard.Features.Events;

/// <summary>What the PBX tells, as it tells it, for those who look on.</summary>
internal sealed class LiveEvents(EventFeed feed, Func<bool> pbxIsHeard, IOptions<HotelOptions> hotel, TimeProvider time, IClock clock)
{
    /// <summary>Somebody who follows hears something at least so often, and knows by its absence that the line is dead.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>From now on until the one who asks goes.</summary>
    public async IAsyncEnumerable<EventLine> FollowAsync(string? room, string? call, string? name, [EnumeratorCancellation] CancellationToken ct)
    {
        using var follower = feed.Follow();
        // At once, so that who asks knows from when on nothing is missed.
        yield return Alive();
        var lastTold = time.GetTimestamp();
        while (true)
        {
            // Before the wait: the last of a rush are lost, and nothing may follow them for long.
            if (follower.TakeLost() is > 0 and var lost) yield return At("lost", clock.GetCurrentInstant()) with { Lost = lost };
            await SomeAsync(follower, ct);
            while (follower.Events.TryRead(out var live))
            {
                if (!IsMeant(live, room, call, name)) continue;
                lastTold = time.GetTimestamp();
                yield return Line(live);
            }

            // Also while much happens that was not asked for.
            if (time.GetElapsedTime(lastTold) < Heartbeat) continue;
            lastTold = time.GetTimestamp();
            yield return Alive();
        }
    }

    private async Task SomeAsync(EventFeed.Follower follower, CancellationToken ct)
    {
        using var silence = new CancellationTokenSource(Heartbeat, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, silence.Token);
        try
        {
            await follower.Events.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Silence.
        }
    }

    internal static bool IsMeant(LiveEvent live, string? room, string? call, string? name) =>
        (room is null || live.Room == room) && (call is null || live.LinkedId == call || live.UniqueId == call)
        && (name is null || live.Event.Equals(name, StringComparison.OrdinalIgnoreCase)
            || (live.Event == "CEL" && live.Headers.TryGetValue("EventName", out var cel) && string.Equals(cel.ToString(), name, StringComparison.OrdinalIgnoreCase)));

    private EventLine Line(LiveEvent live)
    {
        var headers = JsonSerializer.SerializeToNode(live.Headers)!.AsObject();
        // By the PBX's clock, where it tells it.
        var at = decimal.TryParse(headers["Timestamp"]?.ToString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 1_000_000_000 and < 100_000_000_000
            ? Instant.FromUnixTimeTicks((long)(seconds * NodaConstants.TicksPerSecond))
            : live.ReceivedAt;
        return At("event", at) with { Event = new(null, live.ReceivedAt, "ami", live.Event, live.UniqueId, live.LinkedId, live.Channel, live.Room, headers) };
    }

    private EventLine Alive() => At("alive", clock.GetCurrentInstant()) with { PbxConnected = pbxIsHeard() };

    private EventLine At(string kind, Instant at) => new(kind, at, EventDesk.LocalOf(hotel.Value.Zone, at));
}
