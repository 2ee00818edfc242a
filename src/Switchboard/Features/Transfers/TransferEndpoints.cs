using System.Security.Claims;
using Switchboard.Features.Access;
using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.Transfers;

internal static class TransferSetup
{
    public static IServiceCollection AddTransfers(this IServiceCollection services)
    {
        services.AddSingleton<TransferGate>().AddSingleton<TransferProofs>().AddSingleton<ReturnedCalls>().AddSingleton<TransferMover>().AddScoped<TransferDesk>();
        services.AddSingleton(provider => new DialplanReportHandler("SwitchboardTransferred", provider.GetRequiredService<TransferProofs>().ReportedAsync));
        return services.AddSingleton(provider => new DialplanReportHandler("SwitchboardReturned", provider.GetRequiredService<ReturnedCalls>().ReturnedAsync));
    }

    public static void MapTransfers(this IEndpointRouteBuilder routes) => routes.MapPost("/api/calls/{linkedId}/transfer",
            (string linkedId, TransferAsked asked, TransferDesk desk, ClaimsPrincipal user, CancellationToken ct) => desk.TransferAsync(linkedId, asked, Caller.Of(user), ct))
        .WithTags("Calls").WithMetadata(new AnswersWithoutDatabase()).RequireAuthorization(Policies.Operator)
        .WithSummary("Put a living call through to a room, a department or a manager: out of waiting or ringing, or away from the phone that speaks with it");
}
