using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Switchboard.Web;

namespace Switchboard.Features.Access;

/// <summary>Finds a stored token by its hash; throws what the database throws, so that "away" never looks like "refused".</summary>
internal delegate Task<ApiToken?> TokenLookup(byte[] hash, CancellationToken ct);

/// <summary>Signs in who brings <c>Authorization: Bearer swb_...</c>, and says which role an endpoint needs where that does not do.</summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, TokenLookup lookup, RememberedTokens remembered)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "Bearer";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // Who asks for /health with a token must get the answer also while the database is away.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null) return AuthenticateResult.NoResult();
        if (Request.Headers.Authorization.Count == 0) return AuthenticateResult.NoResult();
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(SchemeName + ' ', StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.Fail("The Authorization header is not 'Bearer' and one token.");

        var text = header[(SchemeName.Length + 1)..].Trim();
        if (!TokenText.IsWellFormed(text)) return AuthenticateResult.Fail("The token is not one of this service.");
        var hash = TokenText.Hash(text);
        var token = await FindAsync(hash);
        if (token is null || !CryptographicOperations.FixedTimeEquals(token.Hash, hash)) return AuthenticateResult.Fail("The token is not known.");
        if (token.RevokedAt is not null)
        {
            Context.Items[RefusalWarnings.RefusedToken] = $"{token.Name} (revoked)";
            return AuthenticateResult.Fail("The token is revoked.");
        }

        var identity = new ClaimsIdentity([new(ClaimTypes.Name, token.Name), new(ClaimTypes.Role, token.Role)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    private async Task<ApiToken?> FindAsync(byte[] hash)
    {
        try
        {
            var token = await lookup(hash, Context.RequestAborted);
            remembered.Keep(hash, token);
            return token;
        }
        catch (Exception) when (!Context.RequestAborted.IsCancellationRequested
            && Context.GetEndpoint()?.Metadata.GetMetadata<AnswersWithoutDatabase>() is not null && remembered.Find(hash) is not null)
        {
            return remembered.Find(hash);
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var why = (await HandleAuthenticateOnceSafeAsync()).Failure?.Message ?? "No token was given: send 'Authorization: Bearer' and a token.";
        Response.Headers.Append(HeaderNames.WWWAuthenticate, SchemeName);
        await AnswerAsync(StatusCodes.Status401Unauthorized, $"{why} {Needed()}");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var caller = Caller.Of(Context.User);
        return AnswerAsync(StatusCodes.Status403Forbidden, $"The token '{caller.Name}' has the role {caller.Role}. {Needed()}");
    }

    private Task AnswerAsync(int status, string detail) => TypedResults.Problem(Problems.Plain(status, detail)).ExecuteAsync(Context);

    private string Needed()
    {
        var policies = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>() ?? [];
        // Several policies on one endpoint must all be met: what lets in is what is common to them.
        var roles = policies.Where(p => p.Policy is not null).Select(p => Policies.RolesOf[p.Policy!]).Aggregate(
            (IEnumerable<string>)Policies.RolesOf[Policies.AnyRole], (all, some) => all.Intersect(some));
        return $"This needs the role {string.Join(" or ", roles)}.";
    }
}
