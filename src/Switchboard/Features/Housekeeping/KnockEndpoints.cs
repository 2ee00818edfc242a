using System.Security.Claims;
using Switchboard.Features.Access;

namespace Switchboard.Features.Housekeeping;

internal static class KnockSetup
{
    public static IServiceCollection AddHousekeeping(this IServiceCollection services) => services.AddSingleton<KnockMeter>().AddScoped<KnockList>();

    public static void MapHousekeeping(this IEndpointRouteBuilder routes)
    {
        // Its counts are there from the start, not from the first entry on.
        routes.ServiceProvider.GetRequiredService<KnockMeter>();
        var group = routes.MapGroup("/api/housekeeping").WithTags("Housekeeping");
        group.MapGet("/", (bool? all, KnockList list, CancellationToken ct) => list.ListAsync(all ?? false, ct)).RequireAuthorization(Policies.AnyRole)
            .WithSummary("The rooms where somebody must knock, the longest waiting first; with all, the closed ones too");
        group.MapPost("/{number:long}/close", (long number, KnockClose close, KnockList list, ClaimsPrincipal user, CancellationToken ct) =>
            list.CloseAsync(number, close, Caller.Of(user).Name, ct)).RequireAuthorization(Policies.Housekeeping)
            .WithSummary("Close an entry by name, with what was found");
    }
}
