using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using NodaTime;
using NodaTime.Serialization.SystemTextJson;

namespace Switchboard.Web;

/// <summary>What every endpoint shares: JSON, limits, and errors as problem details.</summary>
internal static class WebSetup
{
    private const int LargestBody = 64 * 1024;

    public static IServiceCollection AddSwitchboardWeb(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => ConfigureJson(json.SerializerOptions));
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemWriter>();
        // A malformed body is the sender's error: it must reach the handler as an exception, in development and production alike.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        return services;
    }

    public static WebApplication UseSwitchboardWeb(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }

    /// <summary>The API's JSON; the CLI reads it with the same.</summary>
    public static void ConfigureJson(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        // A misspelt field is an error, not a default.
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.MaxDepth = 8;
        options.ConfigureForNodaTime(DateTimeZoneProviders.Bcl);
    }

    /// <summary>One endpoint, small bodies, slow senders dropped by Kestrel's own minimum rates.</summary>
    public static void ListenHotel(this KestrelServerOptions kestrel, string url)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = LargestBody;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) return; // HttpOptions names the fault
        var address = uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) ? ip : IPAddress.Any;
        kestrel.Listen(address, uri.Port, listen =>
        {
            if (uri.Scheme == "https") listen.UseHttps();
        });
    }

    /// <summary>An endpoint that takes larger bodies than the others.</summary>
    public static TBuilder WithBodyLimit<TBuilder>(this TBuilder builder, long bytes) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new BodyLimit(bytes));

    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
