using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;
using Switchboard.Asterisk.FastAgi;
using Switchboard.Duty;

namespace Switchboard.Pbx;

/// <summary>Where Asterisk asks for dialogues (section <c>FastAgi</c>). FastAGI has neither password nor encryption: keep it on this machine, or on the PBX's own network.</summary>
public sealed class PhoneDialogueOptions
{
    public const string Section = "FastAgi";

    /// <summary>The address to listen on.</summary>
    public string Address { get; set; } = "127.0.0.1";

    [Range(1, 65535)]
    public int Port { get; set; } = 4573;

    /// <summary>Where Asterisk finds it, <c>host:port</c>; none given: the address and the port that it listens on.</summary>
    [RegularExpression(@"^[A-Za-z0-9.-]{1,100}:[0-9]{1,5}\z", ErrorMessage = "FastAgi:Reached must be host:port as Asterisk reaches this machine, such as 10.0.0.5:4573.")]
    public string? Reached { get; set; }

    /// <summary>Asterisk's addresses; this machine alone where none is given.</summary>
    public List<string> AllowedAddresses { get; set; } = [];
}

[OptionsValidator]
public sealed partial class PhoneDialogueOptionsValidator : IValidateOptions<PhoneDialogueOptions>;

/// <summary>Addresses are addresses, not names: whom to let in must not hang on a name server.</summary>
public sealed class PhoneDialogueAddressCheck : IValidateOptions<PhoneDialogueOptions>
{
    public ValidateOptionsResult Validate(string? name, PhoneDialogueOptions options)
    {
        if (!IPAddress.TryParse(options.Address, out _)) return ValidateOptionsResult.Fail($"FastAgi:Address '{options.Address}': must be an IP address, such as 127.0.0.1 or 0.0.0.0.");
        if (options.Reached is null && IPAddress.Parse(options.Address) is var listens && (listens.Equals(IPAddress.Any) || listens.Equals(IPAddress.IPv6Any)))
            return ValidateOptionsResult.Fail($"FastAgi:Reached is missing: FastAgi:Address '{options.Address}' is every address, and Asterisk must be told one of them.");
        for (var i = 0; i < options.AllowedAddresses.Count; i++)
        {
            if (!IPAddress.TryParse(options.AllowedAddresses[i], out _)) return ValidateOptionsResult.Fail($"FastAgi:AllowedAddresses:{i} '{options.AllowedAddresses[i]}': must be an IP address.");
        }

        return ValidateOptionsResult.Success;
    }
}

/// <summary>Serves the dialogues that features have registered. A dialogue that came to its end leaves SB_DONE=1: nothing else proves it to the dialplan.</summary>
internal sealed class PhoneDialogues(
    IEnumerable<PhoneScript> scripts, WorkerDuty duty, IOptions<PhoneDialogueOptions> options, TimeProvider time, ILogger<FastAgiServer> log) : BackgroundService
{
    public const string DoneVariable = "SB_DONE";

    // A text of a thousand characters, read aloud, takes some minutes; the caller's own hang-up ends it before.
    private static readonly TimeSpan LongestPlayback = TimeSpan.FromMinutes(6);

    /// <summary>Longer than the longest dialogue, which ends by its own limit (<see cref="PhoneDialogue.BeginAsync"/>): this is only for one that is stuck.</summary>
    internal static readonly TimeSpan LongestSession = TimeSpan.FromMinutes(35);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var handlers = scripts.ToDictionary(s => s.Name, s => (AgiHandler)((session, ct) => s.Talk(new PhoneDialogue(session), ct)), StringComparer.Ordinal);
        // Nobody can ask for anything: no port is taken.
        if (handlers.Count == 0) return;
        // What callers ask for, and tell, is for the worker that serves the PBX.
        await duty.WhenOnAsync(stoppingToken);
        await new FastAgiServer(ServerOf(options.Value), handlers, time, log).RunAsync(stoppingToken);
    }

    internal static FastAgiOptions ServerOf(PhoneDialogueOptions options)
    {
        var server = new FastAgiOptions
        {
            Address = IPAddress.Parse(options.Address),
            Port = options.Port,
            FinishedVariable = DoneVariable,
            PlaybackTimeout = LongestPlayback,
            SessionLimit = LongestSession,
        };
        if (options.AllowedAddresses.Count > 0) server.AllowedAddresses = [.. options.AllowedAddresses.Select(IPAddress.Parse)];
        return server;
    }
}
