using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Journal;

/// <summary>What this machine keeps for itself while PostgreSQL is away (section <c>Journal</c>).</summary>
public sealed class JournalOptions
{
    public const string Section = "Journal";

    /// <summary>On a disk that survives a power cut; each PBX has a folder of its own in it.</summary>
    [Required(ErrorMessage = "Journal:Directory is missing: a folder on a local disk.")]
    public string Directory { get; set; } = "/var/lib/switchboard/journal";

    /// <summary>So many bytes of the PBX's events at most; beyond that the oldest stay and new ones are lost (and told).</summary>
    [Range(16L * 1024 * 1024, 1024L * 1024 * 1024 * 1024)]
    public long EventsLimit { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>So many bytes of wake-ups and what came of them at most; kept apart, so that events never crowd them out.</summary>
    [Range(4L * 1024 * 1024, 64L * 1024 * 1024 * 1024)]
    public long FactsLimit { get; set; } = 256L * 1024 * 1024;
}

[OptionsValidator]
public sealed partial class JournalOptionsValidator : IValidateOptions<JournalOptions>;
