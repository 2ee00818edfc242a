using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Worker;

/// <summary>The rolling log file (section <c>Log</c>); the console is always written to.</summary>
public sealed class LogOptions
{
    public const string Section = "Log";

    /// <summary>The folder of the compact-JSON files; none are written where this is empty.</summary>
    public string? Directory { get; set; }

    /// <summary>A file is rolled at this size, in bytes, and every day.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public long FileSizeLimit { get; set; } = 50 * 1024 * 1024;

    /// <summary>How many files are kept.</summary>
    [Range(1, 10_000)]
    public int RetainedFiles { get; set; } = 60;

    /// <summary>Also what is only of use to developers.</summary>
    public bool Debug { get; set; }
}

[OptionsValidator]
public sealed partial class LogOptionsValidator : IValidateOptions<LogOptions>;
