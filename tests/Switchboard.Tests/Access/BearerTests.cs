using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NodaTime;
using Npgsql;
using Switchboard.Features.Access;
using Switchboard.Persistence.Local;
using Switchboard.Tests.Web;
using Switchboard.Web;
using static Switchboard.Tests.Web.ProblemTests;

namespace Switchboard.Tests.Access;

public class BearerTests
{
    private static readonly string AdminText = TokenText.New();
    private static readonly string OperatorText = TokenText.New();
    private static readonly string HousekeepingText = TokenText.New();
    private static readonly string RevokedText = TokenText.New();

    private static readonly List<ApiToken> Stored =
    [
        Token("front-office", Roles.Admin, AdminText),
        Token("desk-1", Roles.Operator, OperatorText),
        Token("floor-12", Roles.Housekeeping, HousekeepingText),
        Revoked(Token("lost-phone", Roles.Admin, RevokedText)),
    ];

    private static ApiToken Token(string name, string role, string text) => new()
    {
        Name = name,
        Role = role,
        Hash = TokenText.Hash(text),
        CreatedAt = Instant.FromUtc(2026, 11, 24, 0, 0),
        CreatedBy = "front-office",
    };

    private static ApiToken Revoked(ApiToken token)
    {
        token.Revoke("front-office", token.CreatedAt);
        return token;
    }

    private static Task<WebHost> Host(TokenLookup? lookup = null) => WebHost.StartAsync(
        routes =>
        {
            routes.MapGet("/health/live", () => "live").AllowAnonymous();
            routes.MapGet("/api/forgotten", () => "no policy of its own");
            routes.MapGet("/api/any", (ClaimsPrincipal user) => Caller.Of(user)).RequireAuthorization(Policies.AnyRole);
            routes.MapGet("/api/close", (ClaimsPrincipal user) => Caller.Of(user)).RequireAuthorization(Policies.Housekeeping);
            routes.MapGet("/api/book", (ClaimsPrincipal user) => Caller.Of(user)).RequireAuthorization(Policies.Operator);
            routes.MapGet("/api/status", (ClaimsPrincipal user) => Caller.Of(user)).RequireAuthorization(Policies.AnyRole).WithMetadata(new AnswersWithoutDatabase());
            routes.MapGet("/api/tokens", (ClaimsPrincipal user) => Caller.Of(user)).RequireAuthorization(Policies.Admin);
            routes.MapPost("/api/json", (TokenRequest request) => request.Name).RequireAuthorization(Policies.AnyRole);
        },
        services =>
        {
            services.AddAccess().AddSingleton<LocalCopy>();
            services.Replace(ServiceDescriptor.Scoped(_ => lookup ?? ((hash, _) => Task.FromResult(Stored.Find(t => t.Hash.SequenceEqual(hash))))));
        });

    private static Task<HttpResponseMessage> Get(WebHost web, string path, string? authorization)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return web.Http.SendAsync(request);
    }

    private static string TextOf(string role) => role switch
    {
        Roles.Admin => AdminText,
        Roles.Operator => OperatorText,
        _ => HousekeepingText,
    };

    [Fact]
    public async Task Without_a_token_the_answer_is_401_and_says_which_role_is_needed()
    {
        await using var web = await Host();
        var answer = await Get(web, "/api/book", null);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal("No token was given: send 'Authorization: Bearer' and a token. This needs the role operator or admin.",
            (string?)(await ProblemOf(answer, HttpStatusCode.Unauthorized))["detail"]);
    }

    [Fact]
    public async Task Wrong_revoked_and_malformed_tokens_are_refused()
    {
        await using var web = await Host();
        foreach (var bad in (string[])[$"Bearer {TokenText.New()}", $"Bearer {RevokedText}", "Bearer guess", "Bearer", "Bearer ", $"Basic {AdminText}", AdminText, $"Bearer {AdminText}x"])
            await ProblemOf(await Get(web, "/api/any", bad), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_is_no_token_is_not_looked_up()
    {
        await using var web = await Host((_, _) => throw new InvalidOperationException("asked"));
        await ProblemOf(await Get(web, "/api/any", "Bearer swb_short"), HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(Roles.Admin, "/api/any /api/close /api/book /api/tokens")]
    [InlineData(Roles.Operator, "/api/any /api/close /api/book")]
    [InlineData(Roles.Housekeeping, "/api/any /api/close")]
    public async Task A_role_may_do_what_its_policies_say_and_nothing_else(string role, string allowed)
    {
        await using var web = await Host();
        foreach (var path in (string[])["/api/any", "/api/close", "/api/book", "/api/tokens"])
        {
            var answer = await Get(web, path, $"Bearer {TextOf(role)}");
            Assert.Equal(allowed.Split(' ').Contains(path) ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_403_says_what_the_token_is_and_what_is_needed()
    {
        await using var web = await Host();
        var problem = await ProblemOf(await Get(web, "/api/book", $"Bearer {HousekeepingText}"), HttpStatusCode.Forbidden);
        Assert.Equal("The token 'floor-12' has the role housekeeping. This needs the role operator or admin.", (string?)problem["detail"]);
    }

    [Fact]
    public async Task Who_calls_is_the_tokens_name_and_role()
    {
        await using var web = await Host();
        Assert.Equal("""{"name":"desk-1","role":"operator"}""", await (await Get(web, "/api/any", $"bearer {OperatorText}")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_endpoint_without_a_policy_and_a_path_without_an_endpoint_need_a_token_too()
    {
        await using var web = await Host();
        await ProblemOf(await Get(web, "/api/forgotten", null), HttpStatusCode.Unauthorized);
        await ProblemOf(await Get(web, "/api/nothing", null), HttpStatusCode.Unauthorized);
        await ProblemOf(await Get(web, "/api/nothing", $"Bearer {OperatorText}"), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Health_answers_without_a_token_and_without_the_database()
    {
        await using var web = await Host((_, _) => throw new NpgsqlException("away"));
        Assert.Equal("live", await (await Get(web, "/health/live", null)).Content.ReadAsStringAsync());
        Assert.Equal("live", await (await Get(web, "/health/live", $"Bearer {AdminText}")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task While_the_database_is_away_status_answers_whoever_was_let_in_before_and_nobody_else()
    {
        var away = false;
        await using var web = await Host((hash, _) => away ? throw new NpgsqlException("away") : Task.FromResult(Stored.Find(t => t.Hash.SequenceEqual(hash))));
        using (var known = await Get(web, "/api/any", $"Bearer {OperatorText}")) Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        using (var refused = await Get(web, "/api/any", $"Bearer {RevokedText}")) Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        away = true;
        using (var status = await Get(web, "/api/status", $"Bearer {OperatorText}")) Assert.Equal(HttpStatusCode.OK, status.StatusCode);
        foreach (var (path, token) in ((string, string)[])[("/api/any", OperatorText), ("/api/status", RevokedText), ("/api/status", HousekeepingText), ("/api/status", TokenText.New())])
        {
            using var answer = await Get(web, path, $"Bearer {token}");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    [Fact]
    public async Task While_the_database_is_away_a_token_is_not_refused_but_answered_with_503()
    {
        await using var web = await Host((_, _) => throw new NpgsqlException("away"));
        await ProblemOf(await Get(web, "/api/any", $"Bearer {AdminText}"), HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Refusals_are_logged_once_for_each_address_and_token_without_its_text()
    {
        await using var web = await Host();
        for (var i = 0; i < 3; i++)
        {
            await Get(web, "/api/any", $"Bearer {RevokedText}");
            await Get(web, "/api/book", $"Bearer {HousekeepingText}");
            await Get(web, "/api/any", null);
        }

        Assert.Equal(
            [
                "6001 Warning Requests refused with 401 for 127.0.0.1, token lost-phone (revoked): 1",
                "6001 Warning Requests refused with 403 for 127.0.0.1, token floor-12: 1",
                "6001 Warning Requests refused with 401 for 127.0.0.1, token none that is known: 1",
            ], web.Log.Lines);
    }

    [Fact]
    public async Task A_wrong_method_and_another_media_type_are_problems_too()
    {
        await using var web = await Host();
        web.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", OperatorText);
        await ProblemOf(await web.Http.DeleteAsync("/api/any"), HttpStatusCode.MethodNotAllowed);
        var problem = await ProblemOf(await web.Http.PostAsync("/api/json", new StringContent("name=x")), HttpStatusCode.UnsupportedMediaType);
        Assert.Contains("application/json", (string?)problem["detail"]);
    }
}
