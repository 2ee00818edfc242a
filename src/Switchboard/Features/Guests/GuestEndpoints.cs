using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Stays;
using Switchboard.Persistence;

namespace Switchboard.Features.Guests;

/// <summary>A guest in the house. For staff: a caller is connected and never told the room.</summary>
public sealed record GuestView(string Room, long Stay, string GuestName, string? Title, bool Vip, string? Language, LocalDate? Until);

internal static class GuestSetup
{
    public static IServiceCollection AddGuests(this IServiceCollection services) => services
        .AddScoped<GuestFinder>()
        .AddSingleton<HistoryStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync(
            $"delete from guest_lookups where id in (select id from guest_lookups where at < {before} limit {atMost})", ct))
        .AddSingleton<GuestDataStep>((db, before, atMost, ct) => db.Database.ExecuteSqlAsync(
            $"update guest_lookups set text = null where id in (select id from guest_lookups where at < {before} and text is not null limit {atMost})", ct));

    public static void MapGuests(this IEndpointRouteBuilder routes) => routes.MapGet("/api/guests", (string? name, string? by, GuestFinder finder, ClaimsPrincipal user, CancellationToken ct) =>
        finder.FindAsync(name, by, Caller.Of(user), ct)).RequireAuthorization(Policies.Operator).WithTags("Guests").WithMetadata(new AnswersWithoutDatabase())
        .WithSummary("Guests in the house by a part of their name; who asks is recorded");
}

/// <summary>Event ids 4550 to 4599. Never a name.</summary>
internal static partial class GuestLog
{
    [LoggerMessage(4550, LogLevel.Information, "A guest was asked for by name, by {By}: {Found} found")]
    public static partial void Asked(this ILogger logger, string by, int found);
}
