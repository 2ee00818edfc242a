using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.Asterisk.Ami.Events;
using Switchboard.Duty;

namespace Switchboard.Pbx;

/// <summary>
/// This worker's lease on the PBX: claimed at each connect, before anything is rung or written; given back when the worker stops. The PBX refuses what a
/// worker asks for that lost it (the fence in the dialplan), so even one that slept through its own replacement rings nobody.
/// </summary>
internal sealed class PbxLease(AmiConnection ami, WorkerDuty duty, LeaseTalk talk, IOptions<PbxOptions> options, TimeProvider time, ILogger<PbxLease> log)
{
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(300);
    private const string Fenced = "SwitchboardFenced";
    private const long None = -1;
    private const int RefusalsOfAnOldDialplan = 2;
    private long _claimed = None;
    private volatile string? _gone;
    private bool _toldOldDialplan;

    /// <summary>The present link's lease is this worker's: it may ring and write.</summary>
    public bool IsClaimed => duty is { IsOn: true, Id: null } || (duty.IsOn && Volatile.Read(ref _claimed) is not None and var claimed && claimed == ami.Status.Generation);

    /// <summary>Raised when the lease was claimed.</summary>
    public event Action? Claimed;

    /// <summary>Raised when it may be another's now: it is to be claimed anew, and until then nothing is rung.</summary>
    public event Action? Doubted;

    /// <summary>Says who asks for a call, so that the PBX can refuse it.</summary>
    public AmiOriginateRequest Sign(AmiOriginateRequest request) => duty.Id is { } id ? request.WithVariable("__SB_WORKER", id) : request;

    /// <summary>Before this worker serves: is there another one at the PBX that lives? By a short link of its own; a PBX that cannot be reached has none.</summary>
    public async Task<RivalSearch> FindRivalAsync(CancellationToken ct)
    {
        await duty.IdentityAsync(ct);
        if (duty.Id is not { } id) return new(null, Asked: true);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var link = new AmiConnection(PbxSetup.LinkOptions(options.Value), time, NullLogger<AmiConnection>.Instance);
        await using var changes = link.Subscribe("arbitration", new HashSet<string>());
        var running = link.RunAsync(stop.Token);
        try
        {
            if (!await ConnectsAsync(link, changes, ct)) return new(null, Asked: false);
            if (await LeaseTalk.ReadAsync(link, ct) is not { } lease) return new(null, Asked: true);
            if (lease.Worker == id) return new(null, Asked: true, Own: true);
            var rival = await talk.AskAsync(link, lease, ct);
            // It need not be asked again when the worker connects for good.
            _gone = rival is null ? lease.Text : null;
            return new(rival, Asked: true);
        }
        catch (AmiException)
        {
            // Reached and lost again, or without the rights: the claim at the next connect decides.
            return new(null, Asked: false);
        }
        finally
        {
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Makes the lease this worker's. False where another one lives: then this worker has stood down.</summary>
    /// <exception cref="AmiException">The PBX did not answer.</exception>
    public async Task<bool> ClaimAsync(CancellationToken ct)
    {
        if (IsClaimed) return true;
        if (duty.Id is not { } id || !duty.IsOn) return false;
        var generation = ami.Status.Generation;
        for (var refusals = 0; ;)
        {
            var lease = await LeaseTalk.ReadAsync(ami, ct);
            var others = lease is not null && lease.Worker != id ? lease : null;
            if (others is not null && others.Text != _gone && await talk.AskAsync(ami, others, ct) is { } rival)
            {
                StandDown(rival);
                return false;
            }

            if (await SendAsync("claim", others?.Text, ct))
            {
                if (others is not null) log.LeaseTaken(options.Value.Name, others.Worker);
                return Hold(generation);
            }

            // Refused: somebody was quicker, or nobody there knows what a lease is.
            if ((await LeaseTalk.ReadAsync(ami, ct))?.Text != lease?.Text) continue;
            if (++refusals >= RefusalsOfAnOldDialplan)
            {
                // Who knows leases has one by now; a PBX that takes no calls just now is asked again.
                if (lease is not null) throw new InvalidOperationException("the PBX does not take this worker's claim of its lease");
                if (!_toldOldDialplan) log.NoLease(options.Value.Name);
                _toldOldDialplan = true;
                return Hold(generation);
            }

            await Task.Delay(TryAgain, time, ct);
        }
    }

    /// <summary>The PBX did not do something: is the lease another's?</summary>
    public async Task CheckAsync(CancellationToken ct)
    {
        if (duty.Id is { } id && IsClaimed && await LeaseTalk.ReadAsync(ami, ct) is { } lease && lease.Worker != id) Doubt();
    }

    /// <summary>What workers and the dialplan say of leases.</summary>
    public void Hear(UserEvent said)
    {
        if (duty.Id is not { } id) return;
        var message = said.Message;
        switch (said.Name)
        {
            case LeaseTalk.Ask when message["Holder"] == id && duty.IsOn && duty.Serves() && message["Nonce"] is { Length: > 0 and <= 100 } nonce:
                _ = talk.AnswerAsync(ami, nonce);
                break;
            // Each worker hears them; the one that the lease is of by now is not meant.
            case "SwitchboardLease" or Fenced when message["Worker"] != id:
                Doubt();
                break;
        }
    }

    /// <summary>Was a call of this worker's refused because another one serves the PBX?</summary>
    public bool IsFenced(UserEvent said) => said.Name == Fenced && said.Message["Worker"] != duty.Id;

    /// <summary>The worker stops, and its link is up still: the next one need not wait for silence.</summary>
    public async Task ReleaseAsync()
    {
        if (duty.Id is null || Volatile.Read(ref _claimed) != ami.Status.Generation) return;
        Volatile.Write(ref _claimed, None);
        using var patience = new CancellationTokenSource(ReleasePatience, time);
        try
        {
            await SendAsync("release", null, patience.Token);
        }
        catch (Exception away) when (away is AmiException or OperationCanceledException)
        {
            // Then whoever comes next asks, and hears nothing.
        }
    }

    private async Task<bool> ConnectsAsync(AmiConnection link, AmiSubscription changes, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(AskPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            await foreach (var change in changes.ReadAllAsync(either.Token))
            {
                if (change is AmiConnected) return true;
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The link itself, which is made next, says what keeps it away.
        }

        return link.Status.State == AmiState.Connected;
    }

    private async Task<bool> SendAsync(string what, string? expected, CancellationToken ct)
    {
        var request = new AmiOriginateRequest { Channel = $"Local/{what}@switchboard-lease/n", Application = ("NoOp", ""), Timeout = TimeSpan.FromSeconds(10) };
        if (expected is not null) request.WithVariable("__SB_EXPECTED", expected);
        var result = await (await ami.OriginateAsync(Sign(request), ct)).Outcome.WaitAsync(Timeout.InfiniteTimeSpan, time, ct);
        return result.Kind == AmiOriginateKind.Unknown ? throw new AmiConnectionLostException($"the PBX did not say what became of the {what} of its lease") : result.Kind == AmiOriginateKind.Answered;
    }

    private bool Hold(long generation)
    {
        _gone = null;
        Volatile.Write(ref _claimed, generation);
        Claimed?.Invoke();
        return IsClaimed;
    }

    private void Doubt()
    {
        if (Interlocked.Exchange(ref _claimed, None) != None) Doubted?.Invoke();
    }

    private void StandDown(Rival rival)
    {
        // Told before it stops: the line must not be lost to the end of the process.
        if (duty.State != DutyState.StoodDown) log.StandsDown(options.Value.Name, rival.Who, rival.SinceWhen(time), WorkerEnd.StartAgain);
        duty.StandDown(rival);
    }
}
