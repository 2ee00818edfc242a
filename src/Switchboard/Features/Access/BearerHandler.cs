using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Switchboard.Persistence;
using Switchboard.Web;

namespace Switchboard.Features.Access;

/// <summary>
/// Authenticates by <c>Authorization: Bearer swb_…</c>. Each request asks the database, so a revoked token is refused at once; while the
/// database is away the answer is 503, never 401.
/// </summary>
internal sealed class BearerHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, SwitchboardDb db)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Bearer";
    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();
        // Looked up by hash: the comparison tells an attacker nothing about the token.
        var hash = ApiToken.HashOf(header[Prefix.Length..].Trim());
        var token = await db.Set<ApiToken>().AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash, Context.RequestAborted);
        if (token is null) return AuthenticateResult.Fail("the token is unknown");
        if (token.RevokedAt is not null) return AuthenticateResult.Fail($"the token '{token.Name}' was revoked");
        var identity = new ClaimsIdentity([new(ClaimTypes.Name, token.Name), new(ClaimTypes.Role, token.Role)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure?.Message ?? "a token is needed: Authorization: Bearer …";
        Response.Headers.WWWAuthenticate = SchemeName;
        await RefuseAsync(StatusCodes.Status401Unauthorized, "not signed in", failure);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var needed = Context.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.IAuthorizeData>()?.Policy ?? "another role";
        var caller = Caller.Of(Context.User);
        return RefuseAsync(StatusCodes.Status403Forbidden, "not allowed", $"this needs the role {needed}; the token '{caller.Name}' has {caller.Role}");
    }

    private async Task RefuseAsync(int status, string title, string detail)
    {
        Logger.Refused(Request.Method, Request.Path, Context.Connection.RemoteIpAddress?.ToString(), detail);
        Response.StatusCode = status;
        await Response.WriteAsJsonAsync(new ProblemDetails { Status = status, Title = title, Detail = detail }, options: null, contentType: "application/problem+json");
    }
}
