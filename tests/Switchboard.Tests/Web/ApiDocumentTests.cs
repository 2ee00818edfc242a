using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Switchboard.Worker;

namespace Switchboard.Tests.Web;

/// <summary>The OpenAPI document of the worker itself: every endpoint that is there, and what it takes and answers.</summary>
public sealed class ApiDocumentTests : IAsyncLifetime
{
    private readonly string _file = Path.GetTempFileName();
    private WebApplication _app = null!;
    private JsonElement _document;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_file, JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["Hotel:Name"] = "Test Hotel",
            ["Hotel:TimeZone"] = "Asia/Shanghai",
            ["Pbx:Username"] = "switchboard",
            ["Pbx:Secret"] = "s3cret",
            ["Database:ConnectionString"] = "Host=127.0.0.1;Port=1;Database=x;Username=x",
            ["Http:Url"] = "http://127.0.0.1:0",
        }));
        // The real endpoints on the real Kestrel; what would connect to a PBX or a database does not run.
        _app = WorkerHost.Build(_file, builder =>
        {
            foreach (var worker in builder.Services.Where(s => s.ServiceType == typeof(IHostedService) && s.ImplementationType?.Namespace?.StartsWith("Microsoft", StringComparison.Ordinal) != true).ToList())
                builder.Services.Remove(worker);
        });
        await _app.StartAsync();
        var url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var http = new HttpClient();
        _document = JsonSerializer.Deserialize<JsonElement>(await http.GetStringAsync(new Uri($"{url}/openapi/v1.json")));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        File.Delete(_file);
    }

    [Fact]
    public void It_has_every_endpoint_and_each_says_what_it_is_takes_and_answers()
    {
        var endpoints = _app.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints)
            .Concat(((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints)).OfType<RouteEndpoint>().Distinct()
            .Where(e => e.RoutePattern.RawText?.StartsWith("/openapi", StringComparison.Ordinal) == false).ToList();
        Assert.True(endpoints.Count >= 15, $"{endpoints.Count} endpoints");
        foreach (var endpoint in endpoints)
        {
            // "/api/wakeups/{number:long}/" is "/api/wakeups/{number}" in the document.
            var path = System.Text.RegularExpressions.Regex.Replace(endpoint.RoutePattern.RawText!, @":\w+}", "}");
            if (!_document.GetProperty("paths").TryGetProperty(path, out var item)) item = _document.GetProperty("paths").GetProperty(path.TrimEnd('/'));
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                var operation = item.GetProperty(method.ToLowerInvariant());
                var where = $"{method} {path}";
                Assert.True(operation.GetProperty("summary").GetString() is { Length: > 10 }, where);
                var responses = operation.GetProperty("responses");
                var good = responses.EnumerateObject().Single(r => r.Name.StartsWith('2'));
                Assert.True(good.Name == "204" || good.Value.GetProperty("content").EnumerateObject().Single().Value.TryGetProperty("schema", out _), $"{where}: {good}");
                var open = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
                Assert.Equal(!open, operation.TryGetProperty("security", out _));
                foreach (var status in open ? [] : (string[])["401", "403", "503"])
                    Assert.True(responses.GetProperty(status).GetProperty("content").TryGetProperty("application/problem+json", out _), $"{where}: {status}");
                if (path.Contains('{', StringComparison.Ordinal)) Assert.True(responses.TryGetProperty("404", out _), where);
                if (operation.TryGetProperty("requestBody", out var body))
                {
                    Assert.True(body.GetProperty("content").EnumerateObject().Any(), where);
                    Assert.True(responses.TryGetProperty("400", out _) && responses.TryGetProperty("413", out _), where);
                }
            }
        }
    }

    [Fact]
    public void Times_are_strings_with_their_format_and_no_schema_is_empty()
    {
        var schemas = _document.GetProperty("components").GetProperty("schemas");
        foreach (var schema in schemas.EnumerateObject())
        {
            var says = schema.Value.EnumerateObject().Select(p => p.Name).ToList();
            Assert.True(says.Contains("type") || says.Contains("enum") || says.Contains("anyOf") || says.Contains("oneOf"), $"{schema.Name} says {string.Join(' ', says)} only");
        }

        foreach (var (type, format) in ((string, string)[])[("Instant", "date-time"), ("LocalDate", "date"), ("LocalTime", "time")])
        {
            var schema = schemas.GetProperty(type);
            Assert.Equal(("string", format), (schema.GetProperty("type").GetString(), schema.GetProperty("format").GetString()));
        }
    }
}
