using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Web;

/// <summary>Who may have the worker's figures (section <c>Metrics</c>).</summary>
public sealed class MetricsOptions
{
    public const string Section = "Metrics";

    /// <summary>Answer <c>GET /metrics</c> at <c>Http:Url</c>, for Prometheus.</summary>
    public bool Prometheus { get; set; } = true;

    /// <summary>An OpenTelemetry collector to send them to every minute, such as <c>http://host:4317</c>; nothing is sent where this is empty.</summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary><c>grpc</c> (the collectors' port 4317) or <c>http</c> (4318, protobuf).</summary>
    [RegularExpression(@"^(grpc|http)\z", ErrorMessage = "Metrics:OtlpProtocol must be grpc or http.")]
    public string OtlpProtocol { get; set; } = Grpc;

    internal const string Grpc = "grpc";

    /// <summary>Where OTLP goes to, in full, or null. Over HTTP a bare host means the standard's path.</summary>
    internal Uri? OtlpTarget()
    {
        if (string.IsNullOrEmpty(OtlpEndpoint)) return null;
        var endpoint = new Uri(OtlpEndpoint, UriKind.Absolute);
        return OtlpProtocol != Grpc && endpoint.AbsolutePath == "/" ? new Uri(endpoint, "v1/metrics") : endpoint;
    }
}

/// <summary>Annotations, checked at start.</summary>
[OptionsValidator]
public sealed partial class MetricsOptionsValidator : IValidateOptions<MetricsOptions>;

/// <summary>An endpoint that can be sent to.</summary>
public sealed class MetricsEndpointCheck : IValidateOptions<MetricsOptions>
{
    public ValidateOptionsResult Validate(string? name, MetricsOptions options) =>
        string.IsNullOrEmpty(options.OtlpEndpoint)
        || (Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https" && endpoint.Host.Length > 0)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Metrics:OtlpEndpoint '{options.OtlpEndpoint}' must be an http:// or https:// URL, such as http://127.0.0.1:4317.");
}
