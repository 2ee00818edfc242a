using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Switchboard.Features.Hotel;

/// <summary>The house itself (section <c>Hotel</c>).</summary>
public sealed class HotelOptions
{
    public const string Section = "Hotel";

    [Required(ErrorMessage = "Hotel:Name is missing.")]
    public string Name { get; set; } = "";

    /// <summary>The IANA name of the zone on the hotel's clocks, such as <c>Asia/Shanghai</c>.</summary>
    [Required(ErrorMessage = "Hotel:TimeZone is missing: the IANA name of the hotel's zone, such as Asia/Shanghai.")]
    public string TimeZone { get; set; } = "";

    /// <summary>The languages that prompts exist in, in the order in which they are said where the guest's is not known; "zh en" where nothing is given.</summary>
    [RegularExpression(@"^[a-z]{2}( [a-z]{2}){0,4}\z", ErrorMessage = "Hotel:Languages must be one to five two-letter languages with a space between, such as: zh en")]
    public string Languages { get; set; } = "zh en";

    /// <summary>The languages one by one.</summary>
    public IReadOnlyList<string> LanguageList => Languages.Split(' ');

    /// <summary>The zone, by the system's zone data.</summary>
    public DateTimeZone Zone => SystemZones.Get(TimeZone);
}

[OptionsValidator]
public sealed partial class HotelOptionsValidator : IValidateOptions<HotelOptions>;

/// <summary>A zone that the system's zone data knows.</summary>
public sealed class HotelZoneCheck : IValidateOptions<HotelOptions>
{
    public ValidateOptionsResult Validate(string? name, HotelOptions options) =>
        options.TimeZone.Length == 0 || SystemZones.GetOrNull(options.TimeZone) is not null
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Hotel:TimeZone '{options.TimeZone}' is not in this system's zone data; give an IANA name such as Asia/Shanghai.");
}
