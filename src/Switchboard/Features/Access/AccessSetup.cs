using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Switchboard.Persistence;
using Switchboard.Persistence.Local;
using Switchboard.Web;

namespace Switchboard.Features.Access;

internal static class AccessSetup
{
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddScoped<TokenDesk>().AddSingleton<RememberedTokens>();
        services.AddScoped<TokenLookup>(p => (hash, ct) => p.GetRequiredService<UnitOfWork>().MustLookLocally
            ? throw new StoreAwayException()
            : p.GetRequiredService<TokenDesk>().FindAsync(hash, ct));
        services.AddSingleton(new LocalCopyPart(typeof(ApiToken), async (db, _, ct) =>
            await db.Set<ApiToken>().AsNoTracking().Where(t => t.RevokedAt == null).ToListAsync(ct), _ => true));
        services.AddAuthenticationCore(o => o.DefaultScheme = BearerHandler.SchemeName);
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null);
        services.AddSingleton<DatabaseReadyStep>(root => (scope, ct) => AccessBootstrap.EnsureAsync(
            scope.GetRequiredService<SwitchboardDb>(), root.GetRequiredService<IOptions<HttpOptions>>().Value.BootstrapTokenFile,
            root.GetRequiredService<TimeProvider>(), root.GetRequiredService<ILogger<TokenDesk>>(), ct));
        var authorization = services.AddAuthorizationBuilder();
        foreach (var (policy, roles) in Policies.RolesOf) authorization.AddPolicy(policy, p => p.RequireRole(roles));
        return services;
    }

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/tokens").WithTags("Tokens").RequireAuthorization(Policies.Admin);
        group.MapGet("/", (TokenDesk desk, CancellationToken ct) => desk.ListAsync(ct)).WithSummary("Every token, without its text");
        group.MapPost("/", async (TokenRequest request, TokenDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        {
            var created = await desk.CreateAsync(request, Caller.Of(user), ct);
            return TypedResults.Created($"/api/tokens/{created.Name}", created);
        }).WithSummary("Make a token; its text is told once");
        group.MapDelete("/{name}", async (string name, TokenDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        {
            await desk.RevokeAsync(name, Caller.Of(user), ct);
            return TypedResults.NoContent();
        }).WithSummary("Revoke a token");
    }
}

/// <summary>Event ids 4200 to 4299. Names of tokens, never their text.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(4200, LogLevel.Information, "Token {Token} created with role {Role} by {By}")]
    public static partial void Created(this ILogger logger, string token, string role, string by);

    [LoggerMessage(4201, LogLevel.Information, "Token {Token} revoked by {By}")]
    public static partial void Revoked(this ILogger logger, string token, string by);

    [LoggerMessage(4202, LogLevel.Information, "The first admin token was written to {Path}")]
    public static partial void Bootstrapped(this ILogger logger, string path);

    [LoggerMessage(4203, LogLevel.Error, "The first admin token cannot be kept in {Path}: {Reason}. Wake-ups ring; nobody can use the API without another token")]
    public static partial void BootstrapFailed(this ILogger logger, string path, string reason);
}
