using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.DoNotDisturb;

/// <summary>Do-not-disturb (section <c>DoNotDisturb</c>).</summary>
public sealed class LockOptions
{
    public const string Section = "DoNotDisturb";

    /// <summary>A room locked for longer is reported for a welfare check, and once more each time that this has passed again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan WelfareCheckAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The directory's key of who is told of each welfare check, besides the operators; empty: nobody.</summary>
    [RegularExpression(@"^[a-z0-9-]{0,40}\z", ErrorMessage = "DoNotDisturb:WelfareTo must be the key of an entry of the directory (at most 40 lower-case letters, digits or hyphens), or empty.")]
    public string WelfareTo { get; set; } = "duty-manager";

    /// <summary>The furthest end that a lock may be given.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    public TimeSpan LongestUntil { get; set; } = TimeSpan.FromDays(30);
}

[OptionsValidator]
public sealed partial class LockOptionsValidator : IValidateOptions<LockOptions>;
