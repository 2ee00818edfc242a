using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Switchboard.Features.WakeUpCalls;

/// <summary>The hotel's rules for wake-up calls (section <c>WakeUpCalls</c>); the defaults are the duty manual's.</summary>
public sealed class WakeUpOptions
{
    public const string Section = "WakeUpCalls";

    /// <summary>How long all phones of the room ring in one attempt; 30 s is about six rings.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:02:00")]
    public TimeSpan RingTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts in all, counted anew after each snooze.</summary>
    [Range(1, 10)]
    public int Attempts { get; set; } = 3;

    /// <summary>From the end of one attempt to the next.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>From the guest's key 2 to the next attempt.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan SnoozeTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often key 2 snoozes; the next 2 confirms.</summary>
    [Range(0, 10)]
    public int Snoozes { get; set; } = 2;

    /// <summary>How late a call, a retry or a snooze may still ring; after that somebody knocks.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "02:00:00")]
    public TimeSpan LateLimit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How much of the greeting counts as heard when no key is pressed.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan HeardAtLeast { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Only a key proves that the guest is awake; a booking may ask for it by itself.</summary>
    public bool RequireKey { get; set; }

    /// <summary>How often the greeting is said before the call is hung up.</summary>
    [Range(1, 10)]
    public int Greetings { get; set; } = 3;

    /// <summary>The wait for a key after each greeting.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:30")]
    public TimeSpan GreetingPause { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Attempts are written to the database this long before they are due, so that then nothing is left but to dial.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan ClaimAhead { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>New calls a second, in due order; 0 switches pacing off.</summary>
    [Range(0, 10000)]
    public int CallsPerSecond { get; set; } = 100;

    /// <summary>The latest date that can be booked, in days from today.</summary>
    [Range(1, 366)]
    public int BookableDays { get; set; } = 366;

    /// <summary>The caller's name and number that the room's phone shows.</summary>
    [RegularExpression("^[^\"<>\\r\\n]{0,40} <[0-9*#]{0,20}>\\z", ErrorMessage = "must look like: Wake-up call <0>")]
    public string CallerId { get; set; } = "Wake-up call <0>";

    /// <summary>Gateways and trunk groups that carry only so many calls at once.</summary>
    [ValidateEnumeratedItems]
    public List<GatewayOptions> Gateways { get; set; } = [];

    /// <summary>From the booked time to the end of the last attempt when nobody answers.</summary>
    public TimeSpan WorstCase => (Attempts * RingTime) + ((Attempts - 1) * Pause);
}

/// <summary>A gateway with few lines: calls in flight through it are capped.</summary>
public sealed class GatewayOptions
{
    /// <summary>What the dial strings of its rooms begin with, such as <c>DAHDI/</c> or <c>PJSIP/gw1-</c>.</summary>
    [Required]
    public string DialPrefix { get; set; } = "";

    /// <summary>Its lines.</summary>
    [Range(1, 10000)]
    public int MaxCalls { get; set; }
}

/// <summary>Annotations, checked at start.</summary>
[OptionsValidator]
public sealed partial class WakeUpOptionsValidator : IValidateOptions<WakeUpOptions>;

/// <summary>What no annotation can say: keys that contradict each other.</summary>
public sealed class WakeUpOptionsCrossCheck : IValidateOptions<WakeUpOptions>
{
    public ValidateOptionsResult Validate(string? name, WakeUpOptions options)
    {
        var faults = new List<string>();
        if (options.LateLimit <= options.ClaimAhead)
            faults.Add($"WakeUpCalls:LateLimit ({options.LateLimit}) must be longer than WakeUpCalls:ClaimAhead ({options.ClaimAhead}).");
        if (options.Gateways.GroupBy(g => g.DialPrefix, StringComparer.Ordinal).Any(g => g.Count() > 1))
            faults.Add("WakeUpCalls:Gateways names the same DialPrefix twice.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
