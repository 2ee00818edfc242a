using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Web;

/// <summary>Where the API listens (section <c>Http</c>).</summary>
public sealed class HttpOptions
{
    public const string Section = "Http";

    /// <summary>Loopback unless somebody decides otherwise.</summary>
    [Required, Url(ErrorMessage = "Http:Url must be an http:// or https:// URL, such as http://127.0.0.1:5080.")]
    public string Url { get; set; } = "http://127.0.0.1:5080";

    /// <summary>Where the first admin token is written (mode 0600) when this file holds no valid one.</summary>
    public string? BootstrapTokenFile { get; set; }
}

[OptionsValidator]
public sealed partial class HttpOptionsValidator : IValidateOptions<HttpOptions>;
