using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Features.Access;

internal static class AccessSetup
{
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddAuthentication(BearerHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null);
        services.AddAuthorization(authorization =>
        {
            // What nobody thought of is closed.
            authorization.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
            foreach (var policy in (string[])[Policies.Admin, Policies.Operator, Policies.Housekeeping, Policies.AnyRole])
                authorization.AddPolicy(policy, p => p.RequireRole(Policies.RolesFor(policy)));
        });
        services.AddScoped<TokenDesk>();
        services.AddSingleton<DatabaseReadyStep>(provider => (scope, ct) =>
            scope.GetRequiredService<TokenDesk>().EnsureBootstrapAsync(provider.GetRequiredService<IOptions<HttpOptions>>().Value.BootstrapTokenFile, ct));
        return services;
    }

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/tokens").WithTags("Tokens").RequireAuthorization(Policies.Admin);
        group.MapPost("/", async (TokenRequest request, TokenDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
            TypedResults.Created((string?)null, await desk.CreateAsync(request, Caller.Of(user).Name, ct)));
        group.MapGet("/", (TokenDesk desk, CancellationToken ct) => desk.ListAsync(ct));
        group.MapDelete("/{name}", async (string name, TokenDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        {
            await desk.RevokeAsync(name, Caller.Of(user).Name, ct);
            return TypedResults.NoContent();
        });
    }
}
