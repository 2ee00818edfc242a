using System.Globalization;
using Switchboard.Asterisk.Ami.Actions;

namespace Switchboard.Pbx;

/// <summary>What the PBX needs to ring somebody of the staff (extensions_switchboard_deliver.conf). Everything in it was checked when it entered the house.</summary>
/// <param name="To">An extension of the house; outside it the number as the line is given it.</param>
/// <param name="Outside">By the line to outside.</param>
/// <param name="Languages">What is said, joined by dashes.</param>
public sealed record PersonCallRequest(string ChannelId, string To, bool Outside, TimeSpan RingTime, string Languages, string CallerId)
{
    /// <summary>So long a call of this kind may be talked to: a long message, three times.</summary>
    public static readonly TimeSpan LongestTalk = TimeSpan.FromMinutes(12);

    internal AmiOriginateRequest ToOriginate() => new AmiOriginateRequest
    {
        Channel = $"Local/{(Outside ? "outside" : "house")}@switchboard-deliver-dial/n",
        ChannelId = ChannelId,
        Extension = ("switchboard-deliver", "s", 1),
        Timeout = RingTime + TimeSpan.FromSeconds(15),
        CallerId = CallerId,
    }
        .WithVariable("__SB_CALL", ChannelId)
        .WithVariable("__SB_TO", To)
        .WithVariable("__SB_RING", ((int)Math.Ceiling(RingTime.TotalSeconds)).ToString(CultureInfo.InvariantCulture))
        .WithVariable("__SB_LANGS", Languages);
}
