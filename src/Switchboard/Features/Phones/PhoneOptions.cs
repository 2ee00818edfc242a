using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.Phones;

/// <summary>The rooms' phones (section <c>Phones</c>).</summary>
public sealed class PhoneOptions
{
    public const string Section = "Phones";

    /// <summary>A phone that is gone for so long is told of. Longer than a phone takes to start, and than the PBX takes to ask all of them.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan GoneAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Often enough for the time that was set, seldom enough that the phones of a dead switch are told of together.</summary>
    internal TimeSpan LookEvery => TimeSpan.FromSeconds(Math.Clamp(GoneAfter.TotalSeconds / 20, 1, 30));
}

[OptionsValidator]
public sealed partial class PhoneOptionsValidator : IValidateOptions<PhoneOptions>;
