using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Switchboard.Pbx;

/// <summary>The Asterisk that this worker serves (section <c>Pbx</c>).</summary>
public sealed class PbxOptions
{
    public const string Section = "Pbx";

    /// <summary>The name that rooms give as theirs; one worker serves one PBX.</summary>
    [Required, RegularExpression(@"^[a-z0-9][a-z0-9-]{0,39}\z", ErrorMessage = "Pbx:Name must be 1 to 40 lower-case letters, digits or hyphens.")]
    public string Name { get; set; } = "main";

    [Required]
    public string Host { get; set; } = "127.0.0.1";

    [Range(1, 65535)]
    public int Port { get; set; } = 5038;

    /// <summary>TLS, with the certificate and its name checked. Asterisk's port for it is 5039.</summary>
    public bool Tls { get; set; }

    /// <summary>The name that the PBX's certificate bears, where it is not <see cref="Host"/>.</summary>
    public string? TlsHostName { get; set; }

    /// <summary>A PEM file with the only authority (or self-signed certificate) to trust; the machine's own where there is none.</summary>
    public string? TlsAuthorityFile { get; set; }

    [Required(ErrorMessage = "Pbx:Username is missing: the AMI user of manager.conf.")]
    [RegularExpression(@"^[^\p{Cc}\s][^\p{Cc}]{0,79}\z", ErrorMessage = "Pbx:Username must be 1 to 80 characters in one line.")]
    public string Username { get; set; } = "";

    /// <summary>The AMI user's secret; or name a file that holds it.</summary>
    public string? Secret { get; set; }

    /// <summary>A file whose first line is the secret.</summary>
    public string? SecretFile { get; set; }

    /// <summary>The folder that the PBX knows as its global SB_MESSAGES, as this machine sees it: what callers record, and what is read aloud to them.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "Pbx:MessagesDirectory is empty: the folder of the PBX's global SB_MESSAGES, as this machine sees it.")]
    public string MessagesDirectory { get; set; } = "/var/spool/asterisk/switchboard-messages";

    /// <summary>How long a lost call's own report is waited for before the attempt ends without it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan ReportGrace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The authority of <see cref="TlsAuthorityFile"/>, or null.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The file holds no certificate.</exception>
    public X509Certificate2? ReadTlsAuthority() => TlsAuthorityFile is { } file ? X509CertificateLoader.LoadCertificateFromFile(file) : null;

    /// <summary>The secret, from wherever it was given.</summary>
    public string ReadSecret() => Secret ?? File.ReadLines(SecretFile!).FirstOrDefault("").Trim();
}

[OptionsValidator]
public sealed partial class PbxOptionsValidator : IValidateOptions<PbxOptions>;

/// <summary>Exactly one of the two ways to give the secret.</summary>
public sealed class PbxSecretCheck : IValidateOptions<PbxOptions>
{
    public ValidateOptionsResult Validate(string? name, PbxOptions options)
    {
        if (options.Secret is null && options.SecretFile is null)
            return ValidateOptionsResult.Fail("Pbx:Secret is missing: give it, or the file that holds it as Pbx:SecretFile.");
        if (options.Secret is not null && options.SecretFile is not null)
            return ValidateOptionsResult.Fail("Pbx:Secret and Pbx:SecretFile contradict each other: give one of them.");
        try
        {
            if (Regex.IsMatch(options.ReadSecret(), @"^[^\p{Cc}]{1,200}\z")) return ValidateOptionsResult.Success;
            return ValidateOptionsResult.Fail($"{(options.Secret is null ? $"Pbx:SecretFile '{options.SecretFile}' must hold" : "Pbx:Secret must be")} 1 to 200 characters in one line.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail($"Pbx:SecretFile '{options.SecretFile}' does not exist or cannot be read.");
        }
    }
}

/// <summary>TLS is asked for as a whole, and its authority can be read.</summary>
public sealed class PbxTlsCheck : IValidateOptions<PbxOptions>
{
    public ValidateOptionsResult Validate(string? name, PbxOptions options)
    {
        if (!options.Tls && (options.TlsHostName ?? options.TlsAuthorityFile) is not null)
            return ValidateOptionsResult.Fail("Pbx:TlsHostName and Pbx:TlsAuthorityFile need Pbx:Tls to be true.");
        if (options.TlsAuthorityFile is { } file)
        {
            try
            {
                options.ReadTlsAuthority()?.Dispose();
            }
            catch (Exception unreadable) when (unreadable is CryptographicException or IOException or UnauthorizedAccessException)
            {
                return ValidateOptionsResult.Fail($"Pbx:TlsAuthorityFile '{file}' must be a readable PEM file with one certificate.");
            }
        }

        return ValidateOptionsResult.Success;
    }
}
