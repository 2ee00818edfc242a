using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using Switchboard.Features.WakeUpCalls;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Monitoring;

/// <summary>A collector is sent the same figures, over either of OTLP's two ways; one that is away is told.</summary>
[Collection("meters of this process")]
public sealed class OtlpTests
{
    [Theory]
    [InlineData("http", "/v1/metrics", "application/x-protobuf")]
    [InlineData("grpc", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "application/grpc")]
    public async Task Figures_reach_a_collector(string protocol, string path, string mediaType)
    {
        var came = new TaskCompletionSource<(string MediaType, string Body)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var collector = await CollectorAsync(protocol == "grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1, path, came);
        var url = collector.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        await using var worker = await ScrapedWorker.StartAsync(("Metrics:OtlpEndpoint", url), ("Metrics:OtlpProtocol", protocol));
        worker.Services.GetRequiredService<WakeUpMeter>().Due(3);

        await FlushAsync(worker);
        var (type, body) = await came.Task.Soon();
        Assert.StartsWith(mediaType, type, StringComparison.Ordinal);
        foreach (var name in (string[])["switchboard.wakeups.due", "switchboard.pbx.connected", "switchboard.knocks.listed", "dotnet.process.memory.working_set"])
            Assert.Contains(name, body, StringComparison.Ordinal);
        Assert.Empty(worker.Log.Lines);
        // Both at once: the one does not take from the other.
        Assert.Contains("switchboard_wakeups_due_total 3", await worker.ScrapeAsync());
    }

    [Fact]
    public async Task A_collector_that_is_away_is_told()
    {
        await using var worker = await ScrapedWorker.StartAsync(("Metrics:OtlpEndpoint", "http://127.0.0.1:1"), ("Metrics:OtlpProtocol", "http"));
        await FlushAsync(worker);
        Assert.Contains(worker.Log.Lines, line => line.StartsWith("6003 Warning Metrics could not be sent to Metrics:OtlpEndpoint: 1 times (", StringComparison.Ordinal)
            && line.Contains("127.0.0.1:1", StringComparison.Ordinal));
    }

    // Its answer is of no use: what Prometheus fetches cannot be flushed, so with both it is never true.
    private static Task<bool> FlushAsync(ScrapedWorker worker) => Task.Run(() => worker.Services.GetRequiredService<MeterProvider>().ForceFlush(10_000)).Soon();

    private static async Task<WebApplication> CollectorAsync(HttpProtocols protocols, string path, TaskCompletionSource<(string MediaType, string Body)> came)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        builder.Services.AddRouting();
        var app = builder.Build();
        app.UseRouting();
        app.MapPost(path, async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            came.TrySetResult((context.Request.ContentType ?? "", Encoding.Latin1.GetString(body.ToArray())));
            if (protocols != HttpProtocols.Http2) return;
            // An empty message, as gRPC frames it.
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", "0");
            await context.Response.Body.WriteAsync(new byte[5]);
        });
        await app.StartAsync();
        return app;
    }
}
