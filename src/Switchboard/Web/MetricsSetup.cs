using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Switchboard.Web;

/// <summary>The components' meters to Prometheus and to an OpenTelemetry collector. What is counted, and when, is theirs.</summary>
internal static class MetricsSetup
{
    // Ours have ten outcomes at most; the SDK makes room for so many series of each instrument at once, and for 2,000 unless told.
    private const int MostSeries = 24;

    public static IServiceCollection AddSwitchboardMetrics(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(MetricsOptions.Section);
        services.AddChecked<MetricsOptions, MetricsOptionsValidator>(configuration, MetricsOptions.Section);
        services.AddSingleton<IValidateOptions<MetricsOptions>, MetricsEndpointCheck>();
        services.AddSingleton<BuildMeter>();
        // Which exporters there are must be known before there is a provider to validate options with.
        var prometheus = section.GetValue(nameof(MetricsOptions.Prometheus), true);
        var otlp = !string.IsNullOrEmpty(section[nameof(MetricsOptions.OtlpEndpoint)]);
        if (!prometheus && !otlp) return services;
        services.AddOpenTelemetry().WithMetrics(metrics =>
        {
            metrics.ConfigureResource(resource => resource.AddService("switchboard", serviceVersion: BuildMeter.Version));
            metrics.AddMeter("Switchboard.*", "System.Runtime");
            // A meter's name says nothing that its instruments' names do not.
            if (prometheus) metrics.AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false);
            if (otlp) metrics.AddOtlpExporter();
        });
        // A meter is heard all over the process; another worker's in it are not this one's.
        services.ConfigureOpenTelemetryMeterProvider((provider, metrics) =>
        {
            var ours = provider.GetRequiredService<IMeterFactory>();
            metrics.AddView(instrument => instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, ours)
                ? new MetricStreamConfiguration { CardinalityLimit = MostSeries }
                : MetricStreamConfiguration.Drop);
        });
        if (!otlp) return services;
        services.AddSingleton<ExportTrouble>();
        services.AddOptions<OtlpExporterOptions>().Configure<IOptions<MetricsOptions>>((exporter, ours) =>
        {
            exporter.Endpoint = ours.Value.OtlpTarget() ?? exporter.Endpoint;
            exporter.Protocol = ours.Value.OtlpProtocol == MetricsOptions.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        });
        return services;
    }

    /// <summary>Begins to listen to the meters, before any of them is made: what they count first would else be left out.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        if (services.GetService<MeterProvider>() is null) return;
        services.GetRequiredService<BuildMeter>();
        services.GetService<ExportTrouble>();
        if (!services.GetRequiredService<IOptions<MetricsOptions>>().Value.Prometheus) return;
        var scrape = routes.CreateApplicationBuilder().UseOpenTelemetryPrometheusScrapingEndpoint(_ => true).Build();
        // Anonymous, as scrapers are: it holds counts and states only, no room, no guest, no token.
        routes.MapGet("/metrics", (Delegate)((HttpContext context) => scrape(context))).WithTags("Metrics").WithSummary("The worker's figures in Prometheus's text format")
            .Produces<string>(StatusCodes.Status200OK, "text/plain").AllowAnonymous();
    }
}
