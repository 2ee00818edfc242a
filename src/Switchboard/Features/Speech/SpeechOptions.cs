using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.Speech;

/// <summary>Reading texts aloud on the phone (section <c>Speech</c>).</summary>
public sealed class SpeechOptions
{
    public const string Section = "Speech";

    /// <summary>
    /// A program and its first arguments, run without a shell: it is given the language as last argument and the text on its standard input, and writes
    /// a WAV of 8 kHz, 16 bit, mono to its standard output. None: texts are not read aloud. <c>deploy/say</c> is one.
    /// </summary>
    public List<string> Command { get; set; } = [];

    /// <summary>It is ended after this.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(10);
}

[OptionsValidator]
public sealed partial class SpeechOptionsValidator : IValidateOptions<SpeechOptions>;

/// <summary>A program that cannot be there is told at the start, not on the phone.</summary>
public sealed class SpeechCommandCheck : IValidateOptions<SpeechOptions>
{
    public ValidateOptionsResult Validate(string? name, SpeechOptions options)
    {
        if (options.Command.Count == 0) return ValidateOptionsResult.Success;
        var program = options.Command[0];
        return Path.IsPathFullyQualified(program) && File.Exists(program)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Speech:Command:0 '{program}' must be the full path of a program that exists.");
    }
}
