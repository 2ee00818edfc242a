using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;

namespace Switchboard.Pbx;

/// <summary>Which calls there are just now.</summary>
internal static class LiveChannels
{
    /// <summary>The unique ids of every channel.</summary>
    /// <exception cref="AmiException">The PBX did not say.</exception>
    public static async Task<IReadOnlySet<string>> LiveChannelsAsync(this HotelPbx pbx, CancellationToken ct)
    {
        var live = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var shown in pbx.Ami.CoreShowChannelsAsync(ct))
        {
            if (shown.Channel.UniqueId is { } id) live.Add(id);
        }

        return live;
    }
}
