using System.Threading.Channels;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;

namespace Switchboard.Pbx;

/// <summary>
/// Deletes proofs that are stored in PostgreSQL. Our AMI user may not write AstDB, so a fixed dialplan context does it, many keys a
/// call. What cannot be deleted now is found again by the next resync.
/// </summary>
internal sealed class ProofEraser(AmiConnection ami, PbxLease lease, TimeProvider time, ILogger<HotelPbx> log)
{
    private const int KeysInAHeader = 18; // 50 bytes each, below the PBX's limit of 1,024 for a line
    private const int HeadersInACall = 9;
    private readonly Channel<string> _stored = Channel.CreateBounded<string>(new BoundedChannelOptions(20_000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>The call's result is committed and its channel gone: its proof is no longer needed.</summary>
    public void Erase(string channelId) => _stored.Writer.TryWrite(channelId);

    internal async Task RunAsync(CancellationToken ct)
    {
        while (await _stored.Reader.WaitToReadAsync(ct))
        {
            // Proofs come in waves; a second collects many for one call.
            await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
            var batch = new List<string>();
            while (batch.Count < KeysInAHeader * HeadersInACall && _stored.Reader.TryRead(out var id)) batch.Add(id);
            if (batch.Count == 0) continue;
            try
            {
                await EraseAsync(batch, ct);
            }
            catch (AmiException failed)
            {
                log.ForgetFailed(batch.Count, failed.Message);
            }
        }
    }

    private async Task EraseAsync(List<string> batch, CancellationToken ct)
    {
        var request = new AmiOriginateRequest
        {
            Channel = "Local/delete@switchboard-proof-delete/n",
            Application = ("NoOp", ""),
            Timeout = TimeSpan.FromSeconds(10),
        };
        foreach (var (index, keys) in batch.Chunk(KeysInAHeader).Index()) request.WithVariable($"__SB_KEYS{index + 1}", string.Join('&', keys));
        var originate = await ami.OriginateAsync(lease.Sign(request), ct);
        if (await originate.Outcome is { Kind: not AmiOriginateKind.Answered } refused)
            log.ForgetFailed(batch.Count, $"originate ended as {refused.Kind}");
    }
}
