using Microsoft.Extensions.Options;
using Switchboard.Asterisk.Ami.Actions;

namespace Switchboard.Pbx;

/// <summary>
/// Reads what the PBX knows and settles every call that we follow: its proof ends it, a live channel keeps it, neither means Lost.
/// Order matters: first the calls are tracked, so that events of them count from now on; then the channels are read; then the
/// proofs, because a proof is written before its channel goes.
/// </summary>
internal sealed class PbxResync(HotelPbx pbx, PbxLease lease, ProofEraser eraser, IOptions<PbxOptions> options, TimeProvider time, ILogger<HotelPbx> log)
{
    private bool _told;

    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            await pbx.WaitForResyncRequestAsync(ct);
            if (!pbx.Link.Connected) continue; // the next connect asks again
            try
            {
                await ResyncAsync(ct);
            }
            catch (Exception failed) when (failed is not OperationCanceledException || !ct.IsCancellationRequested)
            {
                pbx.ReadTrouble = failed.Message;
                await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
                pbx.RequestResync();
            }
        }
    }

    private async Task ResyncAsync(CancellationToken ct)
    {
        var generation = pbx.Link.Generation;
        // Before anything is believed, rung or written: whose PBX is it?
        if (!await lease.ClaimAsync(ct)) return;
        if (pbx.TrackOpenCalls is { } track) await track(ct);
        var followed = pbx.Calls.Where(c => !c.Sending).ToList();

        var live = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var shown in pbx.Ami.CoreShowChannelsAsync(ct))
        {
            if (shown.Channel.UniqueId is { } id) live.Add(id);
        }

        var proofs = await ReadProofsAsync(ct);
        foreach (var call in followed) Settle(call, live, proofs);
        await ClaimStraysAsync(proofs, live, ct);

        var version = await pbx.Ami.AsteriskVersionAsync(ct);
        // The link may have been lost and regained meanwhile; then the next request is already waiting.
        if (!pbx.Link.Connected || pbx.Link.Generation != generation || !lease.IsClaimed) return;
        pbx.ReadTrouble = null;
        pbx.SetReady(true, version);
        pbx.ReadySummary = $"Asterisk {version}, {followed.Count(c => live.Contains(c.ChannelId))} of our calls live, {proofs.Count} proofs read (link generation {generation})";
        // Later ones are told as the end of an outage.
        log.Ready(_told ? LogLevel.Debug : LogLevel.Information, options.Value.Name, pbx.ReadySummary);
        _told = true;
    }

    private void Settle(RoomCall call, HashSet<string> live, Dictionary<string, string> proofs)
    {
        var alive = live.Contains(call.ChannelId);
        if (proofs.TryGetValue(call.ChannelId, out var proof) && CallProof.Read(proof) is { } end) call.End(end);
        else if (alive && call.HangUpAsked) pbx.HangUp(call);
        else if (!alive) call.End(new RoomCallEnd(RoomCallEndKind.Lost) { Detail = proof is null ? "no trace left at the PBX" : "answered, then no trace" });
        if (!alive) pbx.Drop(call);
    }

    private async Task<Dictionary<string, string>> ReadProofsAsync(CancellationToken ct)
    {
        var proofs = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var entry in pbx.Ami.DbGetTreeAsync(CallProof.Family, ct))
        {
            // "/switchboard_proof/wakeup-..." in the tree's answer
            if (entry is { Key: { } key, Value: { } value }) proofs[key[(key.LastIndexOf('/') + 1)..]] = value;
        }

        return proofs;
    }

    private async Task ClaimStraysAsync(Dictionary<string, string> proofs, HashSet<string> live, CancellationToken ct)
    {
        if (pbx.ClaimStrayProofs is not { } claim) return;
        var strays = proofs.Keys.Where(id => !pbx.IsTracked(id) && !live.Contains(id)).ToList();
        if (strays.Count == 0) return;
        foreach (var stored in await claim(strays, ct)) eraser.Erase(stored);
    }
}
