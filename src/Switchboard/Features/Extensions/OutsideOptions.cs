using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.Extensions;

/// <summary>Calls to the outside: numbers, levels and guards (section <c>Outside</c>).</summary>
public sealed class OutsideOptions
{
    public const string Section = "Outside";

    /// <summary>The line to the outside as the dialplan dials it, such as <c>PJSIP/trunk</c> or <c>DAHDI/g1</c>; none: the dialplan's own SB_TRUNK.</summary>
    [RegularExpression(@"^(PJSIP|SIP|IAX2|DAHDI)/[A-Za-z0-9_.-]{1,64}\z", ErrorMessage = "Outside:Trunk must be TECHNOLOGY/name, such as PJSIP/trunk or DAHDI/g1.")]
    public string? Trunk { get; set; }

    /// <summary>
    /// Numbers of level 1, as they are dialled behind the 9: digits, X (0 to 9), Z (1 to 9), N (2 to 9), [1-7] (one of them), and at the end a dot (one digit or
    /// more). None given: the seven and eight digits of a local call.
    /// </summary>
    public List<string> Local { get; set; } = [];

    /// <summary>Numbers of level 2. None given: 0 and a second digit that is not 0, and mobiles.</summary>
    public List<string> National { get; set; } = [];

    /// <summary>Numbers of level 3. None given: what begins with 00. What is in no list needs level 3 as well.</summary>
    public List<string> International { get; set; } = [];

    /// <summary>Emergency numbers, which every phone may always dial; the dialplan's own (SB_EMERGENCY) stay beside them.</summary>
    public List<string> Emergency { get; set; } = [];

    /// <summary>The level that a check-in sets where it names none.</summary>
    [Range(0, 3)]
    public int CheckInLevel { get; set; } = 1;

    /// <summary>The level of a room that nobody was ever checked in to; of a vacant one it is 0.</summary>
    [Range(0, 3)]
    public int DefaultLevel { get; set; } = 1;

    /// <summary>Calls to the outside that a room may have at once.</summary>
    [Range(1, 20)]
    public int CallsAtOnce { get; set; } = 2;

    /// <summary>A time of the night, such as <c>23:00-06:00</c> on the hotel's clocks, in which no room may do more than <see cref="NightLevel"/>.</summary>
    [RegularExpression(@"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]\z", ErrorMessage = "Outside:Night must be HH:MM-HH:MM, such as 23:00-06:00.")]
    public string? Night { get; set; }

    [Range(0, 3)]
    public int NightLevel { get; set; }

    /// <summary>So many refused calls of a room within <see cref="BarredWithin"/> are told: somebody tries.</summary>
    [Range(2, 1000)]
    public int BarredOften { get; set; } = 5;

    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan BarredWithin { get; set; } = TimeSpan.FromMinutes(10);

    internal static IReadOnlyList<string> LocalHere { get; } = ["ZXXXXXX", "ZXXXXXXX"];
    internal static IReadOnlyList<string> NationalHere { get; } = ["0Z.", "1[3-9]XXXXXXXXX"];
    internal static IReadOnlyList<string> InternationalHere { get; } = ["00."];
}

[OptionsValidator]
public sealed partial class OutsideOptionsValidator : IValidateOptions<OutsideOptions>;

/// <summary>Every pattern one that the dialplan can be given.</summary>
public sealed class OutsidePatternCheck : IValidateOptions<OutsideOptions>
{
    public ValidateOptionsResult Validate(string? name, OutsideOptions options)
    {
        (string Name, List<string> Patterns)[] lists =
            [(nameof(options.Local), options.Local), (nameof(options.National), options.National), (nameof(options.International), options.International), (nameof(options.Emergency), options.Emergency)];
        foreach (var (list, patterns) in lists)
        {
            for (var i = 0; i < patterns.Count; i++)
            {
                if (NumberPatterns.ToRegex(patterns[i]) is null)
                    return ValidateOptionsResult.Fail($"{OutsideOptions.Section}:{list}:{i} '{patterns[i]}' must be digits, X, Z, N, [1-7] and at the end a dot, at most 40 characters, such as 0Z. or [2-8]XXXXXXX.");
            }

            if (NumberPatterns.Joined(patterns).Length > NumberPatterns.Longest)
                return ValidateOptionsResult.Fail($"{OutsideOptions.Section}:{list} is too long for the PBX: {NumberPatterns.Longest} characters in all, an X counts five.");
        }

        return ValidateOptionsResult.Success;
    }
}

/// <summary>The dialplan's patterns as a regular expression of the few characters that AstDB is given (extensions_switchboard_state.conf).</summary>
internal static partial class NumberPatterns
{
    /// <summary>An entry of AstDB travels in one header.</summary>
    public const int Longest = 900;

    [GeneratedRegex(@"^([0-9XZN]|\[[0-9]-[0-9]\]|\[[0-9]{1,10}\]){1,30}\.?\z")]
    private static partial Regex Pattern();

    /// <summary>Null where it is no pattern.</summary>
    public static string? ToRegex(string pattern)
    {
        if (pattern.Length is 0 or > 40 || !Pattern().IsMatch(pattern)) return null;
        return pattern.Replace("X", "[0-9]", StringComparison.Ordinal).Replace("Z", "[1-9]", StringComparison.Ordinal).Replace("N", "[2-9]", StringComparison.Ordinal)
            .Replace(".", "[0-9]+", StringComparison.Ordinal);
    }

    public static string Joined(IEnumerable<string> patterns) => string.Join('|', patterns.Select(ToRegex));
}

/// <summary>How the operators' phones ring.</summary>
public enum OfficeRing
{
    /// <summary>All that are free together.</summary>
    RingAll,

    /// <summary>One after the other, who has been idle the longest first.</summary>
    LongestIdle,
}

/// <summary>The telephone office's own phones (section <c>Office</c>).</summary>
public sealed class OfficeOptions
{
    public const string Section = "Office";

    /// <summary>The operators' phones, such as <c>PJSIP/8000</c>; none: the dialplan's own SB_OPERATOR.</summary>
    public List<string> OperatorPhones { get; set; } = [];

    /// <summary>Which of them ring for a call.</summary>
    public OfficeRing Ring { get; set; }

    /// <summary>The shift leader's, which ring when no operator has taken a call for a minute; none: the dialplan's own SB_LEADER.</summary>
    public List<string> ShiftLeaderPhones { get; set; } = [];

    /// <summary>The deputy's, which ring after those; none: the dialplan's own SB_DEPUTY.</summary>
    public List<string> DeputyPhones { get; set; } = [];

    /// <summary>The information desk's; none: the dialplan's own SB_DESK.</summary>
    public List<string> DeskPhones { get; set; } = [];

    /// <summary>From one ring of a phone to the next: how long a caller waited is told in rings. 1 s on and 4 s off in China.</summary>
    public TimeSpan RingCadence { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Within so many rings operators are to answer.</summary>
    public int RingsGoal { get; set; } = 3;

    /// <summary>Does somebody of the office answer callers at this phone: an operator, or who stands in for one?</summary>
    public bool Answers(string phone) => OperatorPhones.Concat(ShiftLeaderPhones).Concat(DeputyPhones).Contains(phone, StringComparer.Ordinal);
}

/// <summary>Phones as the dialplan dials them.</summary>
public sealed partial class OfficeOptionsCheck : IValidateOptions<OfficeOptions>
{
    [GeneratedRegex(@"^(PJSIP|SIP|IAX2|DAHDI|SCCP)/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\z")]
    private static partial Regex Phone();

    public ValidateOptionsResult Validate(string? name, OfficeOptions options)
    {
        (string Name, List<string> Phones)[] lists =
        [
            (nameof(options.OperatorPhones), options.OperatorPhones), (nameof(options.ShiftLeaderPhones), options.ShiftLeaderPhones),
            (nameof(options.DeputyPhones), options.DeputyPhones), (nameof(options.DeskPhones), options.DeskPhones),
        ];
        foreach (var (list, phones) in lists)
        {
            if (phones.Count > 20) return ValidateOptionsResult.Fail($"{OfficeOptions.Section}:{list} has {phones.Count} phones: at most 20 ring together.");
            for (var i = 0; i < phones.Count; i++)
            {
                if (!Phone().IsMatch(phones[i])) return ValidateOptionsResult.Fail($"{OfficeOptions.Section}:{list}:{i} '{phones[i]}' must be TECHNOLOGY/name, such as PJSIP/8000.");
            }
        }

        if (options.RingCadence < TimeSpan.FromSeconds(1) || options.RingCadence > TimeSpan.FromSeconds(30))
            return ValidateOptionsResult.Fail($"{OfficeOptions.Section}:{nameof(options.RingCadence)} '{options.RingCadence}' must be 00:00:01 to 00:00:30.");
        return options.RingsGoal is >= 1 and <= 20
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{OfficeOptions.Section}:{nameof(options.RingsGoal)} '{options.RingsGoal}' must be 1 to 20.");
    }
}
