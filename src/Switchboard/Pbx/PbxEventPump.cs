using Microsoft.Extensions.Options;
using Switchboard.Asterisk.Ami;

namespace Switchboard.Pbx;

/// <summary>Owns the link: connects for ever, hands the PBX's events to the calls they belong to, and resyncs after every connect or gap.</summary>
internal sealed class PbxEventPump(HotelPbx pbx, PbxResync resync, ProofEraser eraser, IOptions<PbxOptions> options, ILogger<HotelPbx> log)
    : BackgroundService
{
    private static readonly HashSet<string> Wanted = new(StringComparer.OrdinalIgnoreCase) { "UserEvent", "Newstate", "Hangup" };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var events = pbx.Ami.Subscribe("calls", Wanted);
        await Task.WhenAll(
            pbx.Ami.RunAsync(stoppingToken), PumpAsync(events, stoppingToken), resync.RunAsync(stoppingToken), eraser.RunAsync(stoppingToken));
    }

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
            case AmiDisconnected lost:
                pbx.SetReady(false, null);
                log.LinkLost(options.Value.Name, lost.Reason.Message);
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
        switch (message.EventName)
        {
            case "UserEvent" when pbx.TryGet(message["Call"], out var call):
                HandleReport(call, message);
                break;
            // The first phone of the room that rings; the Local channel between is not a phone.
            case "Newstate" when message["ChannelStateDesc"] == "Ringing" && pbx.TryGet(message["Linkedid"], out var ringing)
                && message["Channel"]?.StartsWith("Local/", StringComparison.Ordinal) == false:
                ringing.MarkRinging(pbx.Now);
                break;
            // Hangup may overtake the dialplan's last report, so the call waits a moment for it.
            case "Hangup" when pbx.TryGet(message["Uniqueid"], out var gone):
                _ = pbx.EndAfterGraceAsync(gone, CallProof.NotAnswered(null, null, null, message["Cause"], null) with { Detail = "hung up without a report" });
                break;
        }
    }

    private static void HandleReport(RoomCall call, AmiMessage report)
    {
        switch (report["UserEvent"])
        {
            case "SwitchboardDialed":
                call.End(CallProof.NotAnswered(report["Status"], report["Rang"], report["Progress"], report["Cause"], report["At"]));
                break;
            case "SwitchboardGreeting" when CallProof.Time(report["At"]) is { } answered:
                call.MarkAnswered(answered);
                break;
            case "SwitchboardKey":
                call.End(CallProof.Key(report["Key"], null, report["At"]));
                break;
            case "SwitchboardEnded" when string.IsNullOrEmpty(report["Key"]):
                call.End(CallProof.NoKey(report["HeardMs"], report["Played"], null, report["At"]));
                break;
            case "SwitchboardEnded":
                // The key's own report came before, or was lost in a gap.
                call.End(CallProof.Key(report["Key"], null, report["At"]));
                break;
        }
    }
}
