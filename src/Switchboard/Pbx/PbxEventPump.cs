using System.Net;
using Microsoft.Extensions.Options;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Events;
using Switchboard.Duty;

namespace Switchboard.Pbx;

/// <summary>Owns the link: once this worker is on duty it connects for ever, hands the PBX's events to the calls they belong to, and resyncs after every connect or gap.</summary>
internal sealed class PbxEventPump(HotelPbx pbx, WorkerDuty duty, PbxLease lease, PbxResync resync, ProofEraser eraser, PbxMeter meter, IOptions<PbxOptions> options, ILogger<HotelPbx> log)
    : BackgroundService
{
    private static readonly HashSet<string> Wanted = new(StringComparer.OrdinalIgnoreCase) { UserEvent.EventName, NewstateEvent.EventName, HangupEvent.EventName };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Tls && !IsLoopback(options.Value.Host)) log.NotEncrypted(options.Value.Name, options.Value.Host);
        meter.Watch(pbx);
        await duty.WhenOnAsync(stoppingToken);
        await using var events = pbx.Ami.Subscribe("calls", Wanted);
        lease.Doubted += pbx.RequestResync;
        // It outlives what is done over it: the lease is given back at the very end.
        using var linked = new CancellationTokenSource();
        var link = pbx.Ami.RunAsync(linked.Token);
        try
        {
            await Task.WhenAny(link, Task.WhenAll(PumpAsync(events, stoppingToken), resync.RunAsync(stoppingToken), eraser.RunAsync(stoppingToken)));
        }
        finally
        {
            lease.Doubted -= pbx.RequestResync;
            await lease.ReleaseAsync();
            await linked.CancelAsync();
            await link;
        }
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private async Task PumpAsync(AmiSubscription events, CancellationToken ct)
    {
        await foreach (var notification in events.ReadAllAsync(ct))
        {
            try
            {
                Handle(notification);
            }
            catch (Exception unexpected) when (unexpected is not OperationCanceledException)
            {
                log.EventFailed(unexpected, (notification as AmiEvent)?.Message.EventName);
            }
        }
    }

    private void Handle(AmiNotification notification)
    {
        switch (notification)
        {
            case AmiConnected:
                pbx.RequestResync();
                break;
            case AmiDisconnected:
                pbx.SetReady(false, null);
                break;
            case AmiGap gap:
                log.Gap(options.Value.Name, gap.Lost);
                pbx.RequestResync();
                break;
            case AmiEvent { Message: var message }:
                Handle(message);
                break;
        }
    }

    private void Handle(AmiMessage message)
    {
        if (message.TryRead<UserEvent>(out var report))
        {
            lease.Hear(report);
            if (pbx.TryGet(message["Call"], out var call)) HandleReport(call, report);
        }
        else if (message.TryRead<NewstateEvent>(out var changed))
        {
            // The first phone of the room that rings; the Local channel between is not a phone.
            if (changed.Channel is { State: AmiChannelState.Ringing } phone && pbx.TryGet(phone.LinkedId, out var ringing)
                && phone.Name?.StartsWith("Local/", StringComparison.Ordinal) == false)
                ringing.MarkRinging(pbx.Now);
        }
        else if (message.TryRead<HangupEvent>(out var hangup))
        {
            // It may overtake the dialplan's last report, so the call waits a moment for that.
            if (pbx.TryGet(hangup.Channel.UniqueId, out var gone))
                _ = pbx.EndAfterGraceAsync(gone, CallProof.NotAnswered(null, null, null, message["Cause"], null) with { Detail = "hung up without a report" });
        }
    }

    private void HandleReport(RoomCall call, UserEvent report)
    {
        var message = report.Message;
        switch (report.Name)
        {
            case not null when lease.IsFenced(report):
                // Nothing rang. It is not followed any more before it ends, so that it may go out again as it is.
                pbx.Drop(call);
                call.End(new RoomCallEnd(RoomCallEndKind.NotSent) { Detail = $"refused by the PBX: worker {message["Worker"]} serves it" });
                break;
            case "SwitchboardDialed":
                call.End(CallProof.NotAnswered(message["Status"], message["Rang"], message["Progress"], message["Cause"], message["At"]));
                break;
            case "SwitchboardGreeting" when CallProof.Time(message["At"]) is { } answered:
                call.MarkAnswered(answered);
                break;
            case "SwitchboardKey":
                call.End(CallProof.Key(message["Key"], null, message["At"]));
                break;
            case "SwitchboardEnded" when string.IsNullOrEmpty(message["Key"]):
                call.End(CallProof.NoKey(message["HeardMs"], message["Played"], null, message["At"]));
                break;
            case "SwitchboardEnded":
                // The key's own report came before, or was lost in a gap.
                call.End(CallProof.Key(message["Key"], null, message["At"]));
                break;
        }
    }
}
