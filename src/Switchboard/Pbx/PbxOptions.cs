using System.ComponentModel.DataAnnotations;
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

    [Required(ErrorMessage = "Pbx:Username is missing: the AMI user of manager.conf.")]
    public string Username { get; set; } = "";

    /// <summary>The AMI user's secret; or name a file that holds it.</summary>
    public string? Secret { get; set; }

    /// <summary>A file whose first line is the secret.</summary>
    public string? SecretFile { get; set; }

    /// <summary>How long a lost call's own report is waited for before the attempt ends without it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan ReportGrace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The secret, from wherever it was given.</summary>
    public string ReadSecret() => Secret ?? File.ReadLines(SecretFile!).First().Trim();
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
        if (options.SecretFile is { } file && !File.Exists(file))
            return ValidateOptionsResult.Fail($"Pbx:SecretFile '{file}' does not exist or cannot be read.");
        return ValidateOptionsResult.Success;
    }
}
