using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.Deliveries;

/// <summary>Passing messages on to managers and departments (section <c>Deliveries</c>).</summary>
public sealed class DeliveryOptions
{
    public const string Section = "Deliveries";

    /// <summary>How long a phone of theirs rings in one attempt.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:02:00")]
    public TimeSpan RingTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>From the last way of a round to the first of the next.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "12:00:00")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>After this it is the office's again: an ERROR in the log and a notice to the operators.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Whose call it is, as phones of the house show it.</summary>
    [RegularExpression(@"^[^\p{Cc}<>""]{0,40}<[0-9*#+]{1,20}>\z", ErrorMessage = "Deliveries:CallerId must be a name and a number in angle brackets, such as: Hotel operator <0>")]
    public string CallerId { get; set; } = "Hotel operator <0>";

    /// <summary>Mobiles are called by the line to outside. Not where there is none.</summary>
    public bool Mobiles { get; set; } = true;

    /// <summary>What the line is given for the + of an international mobile number: the digits that are dialled for it.</summary>
    [RegularExpression(@"^[0-9]{0,6}\z", ErrorMessage = "Deliveries:InternationalPrefix must be at most six digits, such as 00.")]
    public string InternationalPrefix { get; set; } = "00";

    /// <summary>Mobiles that begin with this are of the hotel's own country: it is left out for the line. Empty: none are.</summary>
    [RegularExpression(@"^(\+[0-9]{1,4})?\z", ErrorMessage = "Deliveries:OwnCountry must be + and one to four digits, such as +86, or empty.")]
    public string OwnCountry { get; set; } = "+86";
}

[OptionsValidator]
public sealed partial class DeliveryOptionsValidator : IValidateOptions<DeliveryOptions>;
