using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;

namespace Switchboard.Pbx;

/// <summary>Asks a feature to name the calls that it has open, before the PBX's state is read.</summary>
public delegate Task TrackOpenCalls(CancellationToken ct);

/// <summary>Tells a feature of proofs that no tracked call claims; it says which of them are stored and may be deleted.</summary>
public delegate Task<IReadOnlyCollection<string>> ClaimStrayProofs(IReadOnlyCollection<string> channelIds, CancellationToken ct);

/// <summary>
/// The hotel's verbs over AMI. Every call that is rung or resumed is tracked here until its channel is gone; the links between
/// event, proof and call are the ChannelId that we chose. It knows no feature: features register what they want to be asked.
/// </summary>
internal sealed class HotelPbx(AmiConnection ami, PbxLease lease, ProofEraser eraser, IOptions<PbxOptions> options, TimeProvider time, ILogger<HotelPbx> log)
{
    private readonly ConcurrentDictionary<string, RoomCall> _calls = new(StringComparer.Ordinal);
    private volatile PbxReadiness _readiness = new(false, 0, null);
    private readonly Channel<bool> _resyncAsked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    internal AmiConnection Ami => ami;
    internal IReadOnlyCollection<RoomCall> Calls => [.. _calls.Values];

    public string Name => options.Value.Name;

    /// <summary>The feature's open calls; called on every (re)connect, before anything is dialled.</summary>
    public TrackOpenCalls? TrackOpenCalls { get; set; }

    /// <summary>See <see cref="ClaimStrayProofs"/>.</summary>
    public ClaimStrayProofs? ClaimStrayProofs { get; set; }

    /// <summary>Connected, and the PBX's state was read and agreed with ours: now calls may be dialled.</summary>
    public bool IsReady => _readiness.Ready;

    /// <summary>Asterisk's version, once it was asked.</summary>
    public string? AsteriskVersion => _readiness.Version;

    /// <summary>Raised when <see cref="IsReady"/> changes.</summary>
    public event Action? ReadinessChanged;

    /// <summary>The link's own state, for status and logs.</summary>
    public PbxLink Link
    {
        get
        {
            var now = ami.Status;
            return new(now.State == AmiState.Connected, now.State.ToString(), Instant.FromDateTimeOffset(now.Since), now.LastError, Advice(now.Trouble), now.LostEvents, now.Generation);
        }
    }

    /// <summary>What was found when the PBX's state was last read.</summary>
    public string ReadySummary { get; internal set; } = "not read yet";

    /// <summary>Why the PBX's state could not be read the last time, or null.</summary>
    public string? ReadTrouble { get; internal set; }

    /// <summary>Reads the PBX's state anew, as after a reconnect.</summary>
    public void RequestResync()
    {
        SetReady(false, null);
        _resyncAsked.Writer.TryWrite(true);
    }

    /// <summary>Rings a room. Returns at once; the end comes through <see cref="RoomCall.Ended"/>, always.</summary>
    public RoomCall Ring(RoomCallRequest request, Action<RoomCallStep, Instant>? step = null) => Ring(request.ChannelId, () => OriginateOf(request), request.RingTime, step);

    /// <summary>Rings somebody of the staff, in the house or outside; the dialogue "deliver" talks to who answers. Else as a room's.</summary>
    public RoomCall Ring(PersonCallRequest request, Action<RoomCallStep, Instant>? step = null) => Ring(request.ChannelId, request.ToOriginate, request.RingTime + PersonCallRequest.LongestTalk, step);

    /// <summary>Follows a call that an earlier life of the worker (or of the link) sent; the coming resync says what is left of it.</summary>
    public RoomCall Track(string channelId, Action<RoomCallStep, Instant>? step = null) =>
        _calls.GetOrAdd(channelId, id => new RoomCall(id, step));

    /// <summary>Is the call being followed?</summary>
    public bool IsTracked(string channelId) => _calls.ContainsKey(channelId);

    /// <summary>Hangs up, whatever state the call is in; it then ends as HungUp, unless a key was pressed before.</summary>
    public void HangUp(RoomCall call)
    {
        if (call.AskHangUp()) _ = HangUpAsync(call);
    }

    /// <summary>The call's result is stored for good and its channel gone: its proof in AstDB is no longer needed.</summary>
    public void Forget(string channelId) => eraser.Erase(channelId);

    /// <summary>The clock of the PBX and the round trip to it.</summary>
    /// <exception cref="PbxUnreachableException">The PBX did not answer.</exception>
    public async Task<(Instant PbxTime, TimeSpan RoundTrip)> AskClockAsync(CancellationToken ct)
    {
        try
        {
            var began = time.GetTimestamp();
            var clock = await ami.PingAsync(ct);
            return (Instant.FromDateTimeOffset(clock), time.GetElapsedTime(began));
        }
        catch (AmiException away)
        {
            throw new PbxUnreachableException(away.Message, away);
        }
    }

    internal Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    internal ValueTask<bool> WaitForResyncRequestAsync(CancellationToken ct) => _resyncAsked.Reader.ReadAsync(ct);

    internal bool TryGet(string? channelId, out RoomCall call)
    {
        call = null!;
        return channelId is not null && _calls.TryGetValue(channelId, out call!);
    }

    internal void SetReady(bool ready, string? version)
    {
        var before = _readiness;
        _readiness = new(ready, ami.Status.Generation, version ?? before.Version);
        if (before.Ready != ready) ReadinessChanged?.Invoke();
    }

    internal void Drop(RoomCall call)
    {
        call.MarkGone();
        _calls.TryRemove(new(call.ChannelId, call));
    }

    /// <summary>The report may still be on its way; after a moment the call ends without it.</summary>
    internal async Task EndAfterGraceAsync(RoomCall call, RoomCallEnd end)
    {
        await Task.WhenAny(call.Ended, Task.Delay(options.Value.ReportGrace, time));
        call.End(end);
        Drop(call);
    }

    private RoomCall Ring(string channelId, Func<AmiOriginateRequest> originate, TimeSpan lasts, Action<RoomCallStep, Instant>? step)
    {
        var call = new RoomCall(channelId, step);
        call.BeginSending(Now);
        if (!_calls.TryAdd(channelId, call)) throw new InvalidOperationException($"call {channelId} is being followed already");
        _ = SendAsync(call, originate, lasts);
        return call;
    }

    private async Task SendAsync(RoomCall call, Func<AmiOriginateRequest> request, TimeSpan lasts)
    {
        try
        {
            // Off the caller's thread: a paced dialer must not wait for the socket.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var originate = await ami.OriginateAsync(lease.Sign(request()));
            call.MarkSent();
            if (call.EndSending()) _ = HangUpAsync(call);
            _ = WatchOverdueAsync(call, lasts);
            await FollowOriginateAsync(call, originate);
        }
        catch (AmiRejectedException rejected)
        {
            call.EndSending();
            call.End(new RoomCallEnd(RoomCallEndKind.Refused) { Detail = rejected.Message });
            Drop(call);
        }
        catch (Exception notSent) when (notSent is AmiException { NothingSent: true } or AmiInvalidActionException)
        {
            call.EndSending();
            call.End(new RoomCallEnd(notSent is AmiException ? RoomCallEndKind.NotSent : RoomCallEndKind.Refused) { Detail = notSent.Message });
            Drop(call);
        }
        catch (AmiException)
        {
            // The link died or Asterisk kept silent: it may have taken the call or not. The next resync knows.
            call.MarkSent();
            call.EndSending();
            RequestResync();
        }
    }

    private async Task FollowOriginateAsync(RoomCall call, AmiOriginate originate)
    {
        var result = await originate.Outcome;
        if (result.Kind is AmiOriginateKind.Answered or AmiOriginateKind.Unknown) return;
        await EndAfterGraceAsync(call, new RoomCallEnd(call.HangUpAsked ? RoomCallEndKind.HungUp : RoomCallEndKind.Refused)
        {
            Detail = $"no report from the dialplan (originate reason {result.Reason}): is extensions_switchboard.conf included?",
        });
    }

    private async Task WatchOverdueAsync(RoomCall call, TimeSpan lasts)
    {
        // Far beyond any greeting; only a call whose reports were all lost gets here.
        await Task.WhenAny(call.Ended, Task.Delay(lasts + TimeSpan.FromMinutes(5), time));
        if (call.Ended.IsCompleted) return;
        log.Overdue(call.ChannelId);
        await HangUpAsync(call);
        RequestResync();
    }

    private async Task HangUpAsync(RoomCall call)
    {
        try
        {
            // Asterisk finds a channel by its unique id where no channel has that name.
            await ami.HangupAsync(call.ChannelId);
        }
        catch (AmiRejectedException)
        {
            // Gone already, or never there: the end may still be on its way.
            await EndAfterGraceAsync(call, new RoomCallEnd(RoomCallEndKind.HungUp));
        }
        catch (AmiException lost)
        {
            log.HangUpFailed(call.ChannelId, lost.Message);
        }
    }

    private string Advice(AmiTrouble trouble) => trouble switch
    {
        AmiTrouble.LoginRefused => $"put right Pbx:Username '{options.Value.Username}' and its secret here or in manager.conf; a corrected Pbx:SecretFile is read at the next try.",
        AmiTrouble.NotTrusted => "put right the PBX's certificate, or Pbx:TlsAuthorityFile and Pbx:TlsHostName.",
        AmiTrouble.NotAsterisk => $"put right Pbx:Host and Pbx:Port; something else answers at {options.Value.Host}:{options.Value.Port}.",
        _ => $"start Asterisk, or check its manager.conf and the network to {options.Value.Host}:{options.Value.Port}.",
    };

    internal static AmiOriginateRequest OriginateOf(RoomCallRequest request) => new AmiOriginateRequest
    {
        Channel = "Local/ring@switchboard-wakeup-dial/n",
        ChannelId = request.ChannelId,
        Extension = ("switchboard-wakeup-greet", "s", 1),
        Timeout = request.RingTime + TimeSpan.FromSeconds(15),
        CallerId = request.CallerId,
    }
        .WithVariable("__SB_CALL", request.ChannelId)
        .WithVariable("__SB_ROOM", request.Room)
        .WithVariable("__SB_DIAL", string.Join('&', request.DialStrings))
        .WithVariable("__SB_RING", ((int)Math.Ceiling(request.RingTime.TotalSeconds)).ToString(CultureInfo.InvariantCulture))
        .WithVariable("__SB_LANGS", request.Languages)
        .WithVariable("__SB_GREETINGS", request.Greetings.ToString(CultureInfo.InvariantCulture))
        .WithVariable("__SB_PAUSE", ((int)Math.Ceiling(request.GreetingPause.TotalSeconds)).ToString(CultureInfo.InvariantCulture))
        .WithVariable("__SB_SNOOZE", request.SnoozeAllowed ? "1" : "0");

    private sealed record PbxReadiness(bool Ready, long Generation, string? Version);
}
