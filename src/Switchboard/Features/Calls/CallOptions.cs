using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.Calls;

/// <summary>The hotel's calls (section <c>Calls</c>).</summary>
public sealed class CallOptions
{
    public const string Section = "Calls";

    /// <summary>Days that calls are kept, longer than the events that they are made from.</summary>
    [Range(1, 36500)]
    public int RetentionDays { get; set; } = 1095;

    /// <summary>
    /// What the channels of lines to the outside begin with, such as <c>PJSIP/trunk</c> or <c>DAHDI/</c>. Where nothing is given, a phone of the
    /// house is one of a room, or one whose name is its number (<c>PJSIP/1000</c>); everything else is outside.
    /// </summary>
    public List<string> Trunks { get; set; } = [];
}

[OptionsValidator]
public sealed partial class CallOptionsValidator : IValidateOptions<CallOptions>;
