using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Hotel;

namespace Switchboard.Features.Notices;

/// <summary>Hands notices to whoever follows them live. Nobody holds it up: who is too slow loses some and is told how many.</summary>
internal sealed class NoticeFeed(IOptions<HotelOptions> hotel, TimeProvider time, IClock clock)
{
    /// <summary>Somebody who follows hears something at least so often, and knows by its absence that the line is dead.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    internal const int Capacity = 500;
    private readonly Lock _lock = new();
    private Follower[] _followers = [];

    /// <summary>Tells all who follow.</summary>
    public void Publish(Notice notice)
    {
        foreach (var follower in Volatile.Read(ref _followers)) follower.Take(ViewOf(notice));
    }

    /// <summary>From now on until the one who asks goes.</summary>
    public async IAsyncEnumerable<NoticeLine> FollowAsync(string? kind, [EnumeratorCancellation] CancellationToken ct)
    {
        var follower = new Follower();
        lock (_lock) _followers = [.. _followers, follower];
        try
        {
            // At once, so that who asks knows from when on nothing is missed.
            yield return Line("alive");
            while (true)
            {
                if (follower.TakeLost() is > 0 and var lost) yield return Line("lost") with { Lost = lost };
                if (!await SomeAsync(follower, ct)) yield return Line("alive");
                while (follower.Notices.TryRead(out var notice))
                {
                    if (kind is null || notice.Kind == kind) yield return Line("notice") with { At = notice.At, Notice = notice };
                }
            }
        }
        finally
        {
            lock (_lock) _followers = [.. _followers.Where(f => f != follower)];
        }
    }

    internal NoticeView ViewOf(Notice n) => new(n.Id, n.At, hotel.Value.TimeZone, n.Pbx, n.Kind, n.Room, n.Text, n.By, n.AcknowledgedAt, n.AcknowledgedBy);

    private NoticeLine Line(string kind) => new(kind, clock.GetCurrentInstant(), hotel.Value.TimeZone);

    private async Task<bool> SomeAsync(Follower follower, CancellationToken ct)
    {
        using var silence = new CancellationTokenSource(Heartbeat, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, silence.Token);
        try
        {
            return await follower.Notices.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private sealed class Follower
    {
        private readonly Channel<NoticeView> _notices = Channel.CreateBounded<NoticeView>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait });
        private long _lost;

        public ChannelReader<NoticeView> Notices => _notices.Reader;

        public long TakeLost() => Interlocked.Exchange(ref _lost, 0);

        public void Take(NoticeView notice)
        {
            if (!_notices.Writer.TryWrite(notice)) Interlocked.Increment(ref _lost);
        }
    }
}
