using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;

namespace Switchboard.Features.Calls;

/// <summary>What the names that Asterisk gives to channels and calls tell.</summary>
internal static partial class CallIds
{
    // Local/ring@context-00000001;1 and the like carry voice from one part of the PBX to another; nobody holds them.
    private static readonly string[] Plumbing = ["Local/", "Message/", "CBAnn/", "CBRec/", "Recorder/", "Announcer/", "Snoop/", "AsyncGoto/", "Surrogate/", "Parked/"];

    // SYSTEMNAME-1795644146.140: the second of its start and a number.
    [GeneratedRegex(@"^(?:.*-)?([0-9]{9,11})\.[0-9]+\z")]
    private static partial Regex OwnPattern();

    // What can be dialled; "s", "ring" and other names of the dialplan cannot.
    [GeneratedRegex(@"^\+?[0-9*#A-D]{1,40}\z")]
    private static partial Regex NumberPattern();

    // A phone whose name is its number; a line to the outside has another name.
    [GeneratedRegex(@"^[A-Za-z0-9]+/[0-9]{1,6}[a-z]?\z")]
    private static partial Regex HousePhonePattern();

    public static bool IsPlumbing(string channel) => Plumbing.Any(p => channel.StartsWith(p, StringComparison.Ordinal));

    /// <summary>The PBX's own way to whom somebody asks by feature code before he puts a call through: what happens on it does not happen to that call.</summary>
    public static bool IsConsultation(string? channel) => channel is not null && channel.StartsWith("Local/", StringComparison.Ordinal)
        && channel.Contains("@switchboard-transfer-", StringComparison.Ordinal) && channel.EndsWith(";2", StringComparison.Ordinal);

    /// <summary>Asterisk chose this id; else whoever placed the call did.</summary>
    public static bool IsAsterisks(string linkedId) => OwnPattern().IsMatch(linkedId);

    public static bool IsNumber(string? text) => text is not null && NumberPattern().IsMatch(text);

    public static bool IsHousePhone(string phone) => HousePhonePattern().IsMatch(phone);

    /// <summary>When the call of this id was begun, where the id tells it.</summary>
    public static Instant? BegunAt(string linkedId) => OwnPattern().Match(linkedId) is { Success: true } own
        ? Instant.FromUnixTimeSeconds(long.Parse(own.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
        : null;
}
