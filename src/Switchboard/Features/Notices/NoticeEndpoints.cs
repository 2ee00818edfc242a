using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Notices;

internal static class NoticeSetup
{
    public static IServiceCollection AddNotices(this IServiceCollection services) => services
        .AddSingleton<NoticeFeed>().AddScoped<NoticeBoard>()
        // An open one as well: nobody will see to it any more.
        .AddSingleton<HistoryStep>((db, before, atMost, ct) =>
            db.Database.ExecuteSqlAsync($"delete from notices where id in (select id from notices where at < {before} limit {atMost})", ct))
        .AddSingleton(new LocalCopyPart(typeof(Notice), async (db, now, ct) =>
        {
            var from = now - Duration.FromDays(1);
            return await db.Set<Notice>().AsNoTracking().Where(n => n.At >= from).OrderByDescending(n => n.At).Take(5000).ToListAsync(ct);
        }, _ => true));

    public static void MapNotices(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/notices").WithTags("Notices").WithMetadata(new AnswersWithoutDatabase());
        group.MapGet("/", (string? since, string? kind, bool? open, NoticeBoard board, CancellationToken ct) => board.ListAsync(since, kind, open ?? false, ct))
            .RequireAuthorization(Policies.AnyRole).WithSummary("What operators are told, of the last eight hours unless since says otherwise; with open, only what nobody has acknowledged");
        group.MapGet("/live", (string? kind, NoticeFeed feed, CancellationToken ct) => new JsonLines<NoticeLine>(feed.FollowAsync(NoticeBoard.Checked(kind), ct)))
            .Produces<NoticeLine>(StatusCodes.Status200OK, JsonLines.MediaType).RequireAuthorization(Policies.AnyRole)
            .WithSummary("Notices of this worker's PBX as they are made or acknowledged, one JSON object a line, until the client goes");
        group.MapPost("/{id:guid}/acknowledge", (Guid id, NoticeAcknowledge acknowledge, NoticeBoard board, ClaimsPrincipal user, CancellationToken ct) =>
            board.AcknowledgeAsync(id, acknowledge, Caller.Of(user).Name, ct)).RequireAuthorization(Policies.Operator)
            .WithSummary("Say by name that somebody has seen to it");
    }
}
