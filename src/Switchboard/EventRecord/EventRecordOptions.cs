using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.EventRecord;

/// <summary>The record of everything that the PBX tells (section <c>EventRecord</c>).</summary>
public sealed class EventRecordOptions
{
    public const string Section = "EventRecord";

    /// <summary>Names of AMI events that are not recorded, such as <c>RTCPSent</c>; none is left out by default.</summary>
    public List<string> Except { get; set; } = [];

    /// <summary>
    /// Headers whose value is replaced by <c>***</c>: those whose name contains one of these. A variable whose name does counts as well. Of people there are the
    /// numbers: what stands beside them on a phone may be a guest's name, and outlive the guest's data here.
    /// </summary>
    public List<string> MaskedHeaders { get; set; } = ["secret", "password", "passwd", "authtoken", "connectedlinename", "calleridname"];

    /// <summary>An event waits at most so long for others to be stored with it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:05")]
    public TimeSpan BatchAge { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Days of events that are kept; older ones are dropped by the day.</summary>
    [Range(1, 3650)]
    public int RetentionDays { get; set; } = 90;

    /// <summary>
    /// The CSV file that Asterisk itself writes its CEL events to (asterisk-config/cel_custom.conf): what happened while the worker or its link
    /// was away is read from there. Without it such calls stay unknown.
    /// </summary>
    public string? CelFile { get; set; }
}

[OptionsValidator]
public sealed partial class EventRecordOptionsValidator : IValidateOptions<EventRecordOptions>;
