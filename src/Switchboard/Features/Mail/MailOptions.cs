using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.Mail;

/// <summary>How the way to the mail server is protected.</summary>
public enum MailSecurity
{
    /// <summary>Not at all: only on this machine or a network of one's own.</summary>
    None,

    /// <summary>Begins in the clear and must then be encrypted (port 587).</summary>
    StartTls,

    /// <summary>Encrypted from the first byte (port 465).</summary>
    Tls,
}

/// <summary>The hotel's mail server (section <c>Mail</c>). Without <see cref="Host"/> no mails are sent.</summary>
public sealed class MailOptions
{
    public const string Section = "Mail";

    public string? Host { get; set; }

    [Range(1, 65535)]
    public int Port { get; set; } = 587;

    public MailSecurity Security { get; set; } = MailSecurity.StartTls;

    /// <summary>The sender's address, such as <c>switchboard@hotel.example</c>; must be there with <see cref="Host"/>.</summary>
    [RegularExpression(@"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,8}\z", ErrorMessage = "Mail:From must be one mail address, such as switchboard@hotel.example.")]
    public string? From { get; set; }

    /// <summary>Where the server wants to know who sends; with <see cref="PasswordFile"/>.</summary>
    [RegularExpression(@"^[^\p{Cc}]{1,200}\z", ErrorMessage = "Mail:Username must be 1 to 200 characters in one line.")]
    public string? Username { get; set; }

    /// <summary>A file whose first line is the password; it is read for each mail.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>A PEM file with the only authority (or self-signed certificate) to trust; the machine's own where there is none.</summary>
    public string? TlsAuthorityFile { get; set; }

    /// <summary>For connecting, and for each answer of the server.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    internal string ReadPassword() => File.ReadLines(PasswordFile!).FirstOrDefault("").Trim();

    internal X509Certificate2? ReadAuthority() => TlsAuthorityFile is { } file ? X509CertificateLoader.LoadCertificateFromFile(file) : null;
}

[OptionsValidator]
public sealed partial class MailOptionsValidator : IValidateOptions<MailOptions>;

/// <summary>What belongs together is there together, and no password goes in the clear.</summary>
public sealed partial class MailOptionsCheck : IValidateOptions<MailOptions>
{
    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,252})\z")]
    private static partial Regex HostPattern();

    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        if (options.Host is null)
        {
            return (options.From ?? options.Username ?? options.PasswordFile ?? options.TlsAuthorityFile) is null
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail("Mail:Host is missing: without it no mails are sent, and the other keys of Mail mean nothing.");
        }

        if (!HostPattern().IsMatch(options.Host)) return ValidateOptionsResult.Fail($"Mail:Host '{options.Host}' must be a name or an address, such as mail.hotel.example.");
        if (options.From is null) return ValidateOptionsResult.Fail("Mail:From is missing: the sender's address, such as switchboard@hotel.example.");
        if (options.Username is null != options.PasswordFile is null) return ValidateOptionsResult.Fail("Mail:Username and Mail:PasswordFile belong together: give both or none.");
        if (options is { Username: not null, Security: MailSecurity.None }) return ValidateOptionsResult.Fail("Mail:Security 'None' with Mail:Username would send the password in the clear: set StartTls or Tls.");
        try
        {
            if (options.PasswordFile is not null && options.ReadPassword().Length == 0) return ValidateOptionsResult.Fail($"Mail:PasswordFile '{options.PasswordFile}' must hold the password in its first line.");
            options.ReadAuthority()?.Dispose();
            return ValidateOptionsResult.Success;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail($"Mail:PasswordFile '{options.PasswordFile}' or Mail:TlsAuthorityFile '{options.TlsAuthorityFile}' does not exist or cannot be read.");
        }
        catch (CryptographicException)
        {
            return ValidateOptionsResult.Fail($"Mail:TlsAuthorityFile '{options.TlsAuthorityFile}' must be a readable PEM file with one certificate.");
        }
    }
}
