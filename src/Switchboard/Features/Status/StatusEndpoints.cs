using Switchboard.Features.Access;

namespace Switchboard.Features.Status;

internal static class StatusSetup
{
    public static IServiceCollection AddStatus(this IServiceCollection services) => services
        .AddScoped<StatusDesk>().AddSingleton<OutageWatch>().AddHostedService(provider => provider.GetRequiredService<OutageWatch>());

    public static void MapStatus(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/status", (StatusDesk desk, CancellationToken ct) => desk.AskAsync(ct)).WithTags("Status").WithSummary("How everything that the worker depends on is just now")
            .RequireAuthorization(Policies.AnyRole).WithMetadata(new AnswersWithoutDatabase(), new AnswersStandingBy());
        // Alive: the process answers. Ready: it would ring the next wake-up; says no more than that to strangers.
        routes.MapGet("/health/live", () => Results.Text("live")).WithTags("Health").WithSummary("The process answers")
            .Produces<string>(StatusCodes.Status200OK, "text/plain").AllowAnonymous();
        routes.MapGet("/health/ready", async (StatusDesk desk, CancellationToken ct) => await desk.AskAsync(ct) is { Healthy: true, StandsBy: false }
            ? Results.Text("ready")
            : Results.Text("not ready", statusCode: StatusCodes.Status503ServiceUnavailable)).WithTags("Health").WithSummary("It would ring the next wake-up")
            .Produces<string>(StatusCodes.Status200OK, "text/plain").Produces<string>(StatusCodes.Status503ServiceUnavailable, "text/plain").AllowAnonymous();
    }
}
