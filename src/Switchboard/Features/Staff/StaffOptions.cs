using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.Staff;

/// <summary>Staff numbers and PINs on the phone (section <c>Staff</c>).</summary>
public sealed class StaffOptions
{
    public const string Section = "Staff";

    /// <summary>So many wrong PINs in a row lock a staff number; so many wrong tries in a row from one phone lock that phone.</summary>
    [Range(3, 20)]
    public int WrongTries { get; set; } = 5;

    /// <summary>How long a lock holds.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan LockTime { get; set; } = TimeSpan.FromMinutes(15);
}

[OptionsValidator]
public sealed partial class StaffOptionsValidator : IValidateOptions<StaffOptions>;
