using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Events;
using Switchboard.Features.Hotel;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Notices;

/// <summary>What the operators on duty are told. Other features post to it in their own transaction and never read its table.</summary>
internal sealed class NoticeBoard(UnitOfWork work, NoticeFeed feed, HotelPbx pbx, IOptions<HotelOptions> hotel, IClock clock, ILogger<NoticeBoard> log)
{
    private const int AtMost = 1000;
    private static readonly Duration Shift = Duration.FromHours(8);

    /// <summary>
    /// Adds a notice to the caller's unit of work: it is stored when the caller saves. The returned action, to be run after the commit, tells it to
    /// those who follow and logs it. The text is for people, and for the log: it names no guest.
    /// </summary>
    public Action Post(string kind, string? room, string text, string? by)
    {
        var notice = new Notice(pbx.Name, kind, room, text, by, clock.GetCurrentInstant());
        work.Db.Add(notice);
        return () =>
        {
            log.Posted(kind, room ?? "-", text);
            feed.Publish(notice);
        };
    }

    /// <summary>The notices in the order of their times, the latest thousand: of the last eight hours, or the open ones however old, unless a time is given.</summary>
    public async Task<IReadOnlyList<NoticeView>> ListAsync(string? since, string? kind, bool open, CancellationToken ct)
    {
        var now = clock.GetCurrentInstant();
        var from = Moments.Parse("since", since, hotel.Value.Zone, now) ?? (open ? Instant.FromUnixTimeSeconds(0) : now - Shift);
        Checked(kind);
        List<Notice> notices;
        if (work.MustLookLocally)
        {
            notices = [.. work.Copy.Where<Notice>(n => n.At >= from && (kind is null || n.Kind == kind) && (!open || n.AcknowledgedAt is null)).OrderByDescending(n => n.At).Take(AtMost)];
        }
        else
        {
            var wanted = work.Db.Set<Notice>().AsNoTracking().Where(n => n.At >= from);
            if (kind is not null) wanted = wanted.Where(n => n.Kind == kind);
            if (open) wanted = wanted.Where(n => n.AcknowledgedAt == null);
            notices = await wanted.OrderByDescending(n => n.At).Take(AtMost).ToListAsync(ct);
        }

        notices.Reverse();
        return [.. notices.Select(feed.ViewOf)];
    }

    /// <summary>Somebody has seen to it; by name, and only once.</summary>
    public async Task<NoticeView> AcknowledgeAsync(Guid id, NoticeAcknowledge acknowledge, string via, CancellationToken ct)
    {
        var by = OneLine.Required("by", acknowledge.By, 80);
        await work.BeginAsync(ct);
        var notice = work.IsOffline
            ? work.Attach(work.Copy.Find<Notice>(id))
            // Of two at once the second waits, and is told who was first.
            : await work.Db.Set<Notice>().FromSql($"select * from notices where id = {id} for update").SingleOrDefaultAsync(ct);
        if (notice is null) throw work.Unknown($"notice {id}");
        if (notice.AcknowledgedAt is not null) throw new ConflictException($"notice {id} was acknowledged already, by {notice.AcknowledgedBy}");
        notice.Acknowledge(by, via, clock.GetCurrentInstant());
        await work.CommitAsync(ct);
        feed.Publish(notice);
        return feed.ViewOf(notice);
    }

    /// <summary>A kind that somebody asks for.</summary>
    internal static string? Checked(string? kind) => kind is null || (kind.Length is > 0 and <= 40 && kind.All(c => c is (>= 'a' and <= 'z') or '-'))
        ? kind
        : throw new InvalidInputException("kind", kind, "must be 1 to 40 lower-case letters and hyphens, such as phone-gone");
}

/// <summary>Event ids 4600 to 4649.</summary>
internal static partial class NoticeLog
{
    [LoggerMessage(4600, LogLevel.Information, "Notice {Kind}, room {Room}: {Text}")]
    public static partial void Posted(this ILogger logger, string kind, string room, string text);
}
