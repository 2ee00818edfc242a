using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.Stays;

/// <summary>Guests' stays (section <c>Stays</c>).</summary>
public sealed class StayOptions
{
    public const string Section = "Stays";

    /// <summary>Every guest is checked in here: a room without a stay is vacant. Else it only means that nobody said so.</summary>
    public bool Complete { get; set; }

    /// <summary>Days after check-out that a guest's name and what else is personal are kept; the stay itself, its room and times follow <c>History</c>.</summary>
    [Range(1, 3650)]
    public int GuestDataDays { get; set; } = 90;
}

[OptionsValidator]
public sealed partial class StayOptionsValidator : IValidateOptions<StayOptions>;
