using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.Asterisk.Ami.Events;

namespace Switchboard.Pbx;

/// <summary>The PBX could not be visited; the message says why, and what to do.</summary>
public sealed class PbxVisitException(string message, bool loginRefused = false, bool nobodyAnswers = false) : Exception(message)
{
    /// <summary>It is an Asterisk that answers, and it does not let this user in.</summary>
    public bool LoginRefused { get; } = loginRefused;

    /// <summary>Nothing listens there, or nothing that is reached.</summary>
    public bool NobodyAnswers { get; } = nobodyAnswers;
}

/// <summary>
/// One short visit to a PBX, for whoever sets it up or checks it: what it lets this user do, what its dialplan holds and what it says of
/// itself. Without the worker; nothing is changed there.
/// </summary>
public sealed class PbxProbe : IAsyncDisposable
{
    private static readonly HashSet<string> Wanted = new(StringComparer.OrdinalIgnoreCase) { UserEvent.EventName, NewchannelEvent.EventName, "CEL" };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Hundreds of prompts, each some 20 ms.
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(30);

    private readonly AmiConnection _ami;
    private readonly AmiSubscription _events;
    private readonly CancellationTokenSource _leave = new();
    private readonly TimeProvider _time;
    private readonly Task _running;

    private PbxProbe(AmiConnection ami, TimeProvider time)
    {
        (_ami, _time) = (ami, time);
        _events = ami.Subscribe("probe", Wanted);
        _running = ami.RunAsync(_leave.Token);
    }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="PbxVisitException">It cannot be visited.</exception>
    public static async Task<PbxProbe> VisitAsync(PbxOptions options, TimeProvider time, CancellationToken ct)
    {
        var ami = PbxSetup.LinkOptions(options);
        ami.GreetingTimeout = ami.ConnectTimeout = ami.LoginTimeout = ami.FullyBootedTimeout = Patience;
        var probe = new PbxProbe(new AmiConnection(ami, time, NullLogger<AmiConnection>.Instance), time);
        try
        {
            while (true)
            {
                var status = probe._ami.Status;
                if (status.State == AmiState.Connected) return probe;
                if (status.Trouble != AmiTrouble.None) throw Explained(status, options);
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, ct);
            }
        }
        catch
        {
            await probe.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every action that this user may send.</summary>
    public async Task<IReadOnlySet<string>> AllowedActionsAsync(CancellationToken ct)
    {
        var answer = await AskAsync(() => _ami.SendAsync(new AmiAction("ListCommands"), ct));
        // "Originate: Originate a call.  (Priv: originate,all)"
        return answer.Headers.Where(h => h.Value.Contains("(Priv: ", StringComparison.Ordinal)).Select(h => h.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What the first step of an extension is given; null where there is no such context or extension. Needs ShowDialPlan.</summary>
    public async Task<string?> ExtensionAsync(string context, string? extension, CancellationToken ct)
    {
        var ask = new AmiAction("ShowDialPlan").With("Context", context);
        if (extension is not null) ask.With("Extension", extension);
        try
        {
            // To its end: a list that is left would still come while the next is asked for.
            var steps = await _ami.SendListAsync(ask, ct: ct);
            return steps.Select(step => step["AppData"]).FirstOrDefault(data => data is not null) ?? (steps.Count > 0 ? "" : null);
        }
        catch (AmiRejectedException)
        {
            return null;
        }
        catch (AmiException away)
        {
            throw Away(away);
        }
    }

    /// <summary>Asterisk's version, or null where this user may not ask.</summary>
    public async Task<string?> VersionAsync(CancellationToken ct)
    {
        try
        {
            return await _ami.AsteriskVersionAsync(ct);
        }
        catch (AmiRejectedException)
        {
            return null;
        }
        catch (AmiException away)
        {
            throw Away(away);
        }
    }

    /// <summary>So much is the PBX's clock ahead of ours.</summary>
    public async Task<Duration> ClockAheadAsync(CancellationToken ct)
    {
        var began = _time.GetTimestamp();
        var asked = _time.GetUtcNow();
        var there = await AskAsync(() => _ami.PingAsync(ct));
        return Duration.FromTimeSpan(there - (asked + _time.GetElapsedTime(began) / 2));
    }

    /// <summary>An entry of AstDB, or null.</summary>
    public Task<string?> EntryAsync(string family, string key, CancellationToken ct) => AskAsync<string?>(async () =>
    {
        await foreach (var entry in _ami.DbGetTreeAsync(family, ct))
        {
            if (entry.Key == $"/{family}/{key}") return entry.Value;
        }

        return null;
    });

    /// <summary>Has the dialplan answer (context switchboard-check), and listens to what comes of it.</summary>
    public async Task<PbxAnswers> AskDialplanAsync(PbxQuestions questions, CancellationToken ct)
    {
        var answers = new PbxAnswers(questions.Id);
        var request = new AmiOriginateRequest { Channel = "Local/check@switchboard-check/n", Application = ("Wait", "120"), Timeout = TimeSpan.FromSeconds(10) };
        foreach (var (name, value) in questions.Variables()) request.WithVariable($"__{name}", value);
        AmiOriginateResult outcome;
        try
        {
            outcome = await (await _ami.OriginateAsync(request, ct)).Outcome;
        }
        catch (AmiRejectedException refused)
        {
            answers.Failure = $"the PBX refused the call: {refused.Message}";
            return answers;
        }
        catch (AmiException away)
        {
            throw Away(away);
        }

        if (outcome.Kind != AmiOriginateKind.Answered)
        {
            answers.Failure = "the dialplan did not take the call";
            return answers;
        }

        answers.Called = true;
        await ListenAsync(answers, ct);
        return answers;
    }

    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync();
        await _running;
        await _events.DisposeAsync();
        await _ami.DisposeAsync();
        _leave.Dispose();
    }

    /// <summary>The address that this machine has towards another: what a PBX sees us come from.</summary>
    public static async Task<IPAddress?> OwnAddressTowardsAsync(string host, CancellationToken ct)
    {
        try
        {
            var there = (await Dns.GetHostAddressesAsync(host, ct)).First();
            // Nothing is sent: a datagram socket's connect only chooses the way.
            using var socket = new Socket(there.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(there, 9);
            return (socket.LocalEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    // Each answer may take as long as its questions do; then the last one, and CEL's own thread, are waited for.
    private async Task ListenAsync(PbxAnswers answers, CancellationToken ct)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_leave.Token);
        await using var events = _events.ReadAllAsync(enough.Token).GetAsyncEnumerator(enough.Token);
        while (true)
        {
            var next = events.MoveNextAsync().AsTask();
            try
            {
                if (!await next.WaitAsync(answers.Ended ? TimeSpan.FromSeconds(1) : answers.HeardUser ? LongestQuestion : Patience, _time, ct)) return;
            }
            catch (TimeoutException)
            {
                if (!answers.Ended) answers.Failure = "the dialplan took the call and did not come to its end";
                await enough.CancelAsync();
                await next.ContinueWith(static done => done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                return;
            }

            if (events.Current is AmiEvent { Message: var message }) answers.Hear(message["UserEvent"], message.EventName!, message.Headers);
            if (answers is { Ended: true, HeardCel: true }) return;
        }
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (AmiException away)
        {
            throw Away(away);
        }
    }

    private static PbxVisitException Away(AmiException away) => new($"the PBX let us in and then did not answer as it should: {away.Message}");

    private static PbxVisitException Explained(AmiStatus status, PbxOptions options)
    {
        var at = $"{options.Host}:{options.Port.ToString(CultureInfo.InvariantCulture)}";
        var error = status.LastError ?? "no answer";
        return status.Trouble switch
        {
            AmiTrouble.LoginRefused => new($"the PBX at {at} does not let AMI user '{options.Username}' in ({error}): the user must stand in manager.conf with this secret, and its permit must hold the address that we come from", loginRefused: true),
            AmiTrouble.NotTrusted => new($"no TLS with the PBX at {at} ({error}): its certificate must bear the name (Pbx:TlsHostName) and be signed by the authority (Pbx:TlsAuthorityFile); Asterisk's port for TLS is 5039"),
            AmiTrouble.NotAsterisk => new($"port {options.Port} of {options.Host} is not Asterisk's manager interface ({error}): it is 'port' in manager.conf, 5038 unless changed"),
            _ when error.Contains("FullyBooted", StringComparison.Ordinal) => new($"AMI user '{options.Username}' is let in at {at}, but not told that Asterisk has started: it needs read=system (or Asterisk is still starting)"),
            _ when error.Contains("greeting", StringComparison.Ordinal) => new($"what listens at {at} does not greet as Asterisk's manager interface does ({error}): another service's port, or TLS without Pbx:Tls (or the other way round)"),
            _ => new($"nobody answers at {at} ({error}): Asterisk must run, with enabled=yes, this port and a bindaddr that we reach in manager.conf, and no firewall between", nobodyAnswers: true),
        };
    }
}
