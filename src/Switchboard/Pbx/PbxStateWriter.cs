using System.Text;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;

namespace Switchboard.Pbx;

/// <summary>Writes AstDB through the dialplan (extensions_switchboard_state.conf), which lets in our families and their shapes only: our AMI user may not write it.</summary>
internal sealed class PbxStateWriter(AmiConnection ami, ILogger<PbxState> log, PbxLease? lease = null)
{
    /// <summary>So many entries are written before others get their turn.</summary>
    public const int MostAtOnce = 2000;

    private const int HeadersInACall = 24;
    private const int CallsAtOnce = 4;

    // A line of AMI has 1,024 bytes, its header's and the variable's name among them.
    private const int LongestHeader = 980;

    /// <summary>True when the PBX has written all of them.</summary>
    public async Task<bool> WriteAsync(IReadOnlyList<StateEntry> entries, CancellationToken ct)
    {
        var lists = Lists(entries);
        foreach (var calls in lists.Chunk(HeadersInACall).Chunk(CallsAtOnce))
        {
            var done = await Task.WhenAll(calls.Select(call => CallAsync(call, ct)));
            if (done.Contains(false)) return false;
        }

        return true;
    }

    /// <summary>FAMILY/KEY=VALUE, joined by ~ as far as a header goes.</summary>
    internal static List<string> Lists(IReadOnlyList<StateEntry> entries)
    {
        var lists = new List<string>();
        var list = new StringBuilder();
        foreach (var (family, key, value) in entries)
        {
            var operation = $"{family}/{key}={value}";
            if (list.Length > 0 && list.Length + 1 + operation.Length > LongestHeader)
            {
                lists.Add(list.ToString());
                list.Clear();
            }

            if (list.Length > 0) list.Append('~');
            list.Append(operation);
        }

        if (list.Length > 0) lists.Add(list.ToString());
        return lists;
    }

    private async Task<bool> CallAsync(string[] lists, CancellationToken ct)
    {
        try
        {
            var request = new AmiOriginateRequest { Channel = "Local/write@switchboard-db-write/n", Application = ("NoOp", ""), Timeout = TimeSpan.FromSeconds(10) };
            foreach (var (index, list) in lists.Index()) request.WithVariable($"__SB_OPS{index + 1}", list);
            var result = await (await ami.OriginateAsync(lease?.Sign(request) ?? request, ct)).Outcome;
            if (result.Kind == AmiOriginateKind.Answered) return true;
            // Another worker's by now, perhaps: then it is told as that.
            if (lease is not null) await lease.CheckAsync(ct);
            if (result.Kind != AmiOriginateKind.Unknown && lease?.IsClaimed != false) log.NotWritten($"the dialplan did not take it (originate reason {result.Reason}): is extensions_switchboard.conf included?");
            return false;
        }
        catch (Exception failed) when (failed is AmiException or AmiInvalidActionException)
        {
            if (failed is not AmiException { NothingSent: true }) log.NotWritten(failed.Message);
            return false;
        }
    }
}
