using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Switchboard.Web;

/// <summary>What every endpoint shares: JSON, limits, problem details, and that nobody is let in unless an endpoint says so.</summary>
internal static class WebSetup
{
    /// <summary>No request of ours is near it; bytes.</summary>
    public const int LargestBody = 64 * 1024;

    public static IServiceCollection AddSwitchboardWeb(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        // Binding failures come as exceptions, in production too, so that one place words all problems.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxConcurrentConnections = 1000;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = Problems.Complete);
        services.AddExceptionHandler<ProblemHandler>();
        services.AddSingleton<FoldedWarnings>();
        // The core only: the whole of it would bring data protection, which writes keys to disk that nothing of ours uses.
        services.AddAuthenticationCore().AddWebEncoders();
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddApiDocument();
        return services;
    }

    /// <summary>
    /// The pipeline in its order. Routing and authentication are named, because the ones that ASP.NET Core adds by itself
    /// would stand before the exception handler, and a database that is away while a token is looked up would end as a bare 500.
    /// </summary>
    public static IApplicationBuilder UseSwitchboardWeb(this IApplicationBuilder app) => app
        .UseMiddleware<RefusalWarnings>()
        .UseExceptionHandler()
        .UseStatusCodePages()
        .UseRouting()
        .UseAuthentication()
        .UseAuthorization();

    /// <summary>Another limit for an endpoint's body, in bytes.</summary>
    public static TBuilder WithBodyLimit<TBuilder>(this TBuilder endpoint, long bytes)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequestSizeLimitAttribute(bytes));

    /// <summary>Listens where <c>Http:Url</c> says: an address, <c>localhost</c>, or <c>*</c> for every address.</summary>
    /// <exception cref="OptionsValidationException">The URL is none that can be listened on.</exception>
    public static void ListenHotel(this KestrelServerOptions kestrel, string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw Unusable(url);
        }

        var secure = address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        if ((!secure && !address.Scheme.Equals("http", StringComparison.OrdinalIgnoreCase)) || address.PathBase.Length > 0) throw Unusable(url);
        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)) kestrel.Listen(ip, address.Port, Secure);
        else if (address.Host is "*" or "+") kestrel.ListenAnyIP(address.Port, Secure);
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) kestrel.ListenLocalhost(address.Port, Secure);
        else throw Unusable(url);

        void Secure(ListenOptions listen)
        {
            if (secure) listen.UseHttps();
        }
    }

    private static OptionsValidationException Unusable(string url) => new(nameof(ListenHotel), typeof(KestrelServerOptions),
        [$"Http:Url '{url}' cannot be listened on: give http:// or https://, an IP address, localhost or *, and a port, such as http://127.0.0.1:5080."]);
}
