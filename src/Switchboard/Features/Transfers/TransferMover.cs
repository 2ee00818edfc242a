using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.Transfers;

/// <summary>Tells the PBX to put a call through, signed with who asked for it. Where that was not done, no signature stays behind.</summary>
internal sealed class TransferMover(LiveCalls live)
{
    /// <exception cref="ConflictException">Somebody has answered it meanwhile.</exception>
    /// <exception cref="PbxRefusedException">The PBX did not do it.</exception>
    /// <exception cref="PbxUnreachableException">The PBX did not answer; whether it was done is not known, unless nothing was sent.</exception>
    public async Task MoveAsync(LiveCall call, TransferMove move, string extension, string staff, string request, CancellationToken ct)
    {
        var sent = false;
        try
        {
            await live.SignAsync(move.Moved, staff, request, ct);
            if (move.From is { } from)
            {
                // (that nobody speaks with it any more the PBX sees itself)
                sent = true;
                await live.BlindTransferAsync(from, extension, ct);
                return;
            }

            // Since the call was looked at some steps have gone by, and a redirect takes it away from whoever has answered it: his first word would be his last.
            move.CheckUnanswered(call, LiveCalls.Find(await live.ReadAsync(ct), call.LinkedId));
            sent = true;
            await live.RedirectAsync(move.Moved, extension, ct);
        }
        catch (Exception fault) when (!sent || fault is PbxRefusedException or PbxUnreachableException { NothingSent: true })
        {
            await live.UnsignAsync(move.Moved);
            throw;
        }
    }
}
