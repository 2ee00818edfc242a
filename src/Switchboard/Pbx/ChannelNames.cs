namespace Switchboard.Pbx;

/// <summary>What a channel's name says, such as <c>PJSIP/1203-0000002a</c>.</summary>
internal static class ChannelNames
{
    /// <summary>The phone: the name without what stands behind the LAST hyphen, for a phone's name may have some.</summary>
    public static string PhoneOf(string channel) => channel.LastIndexOf('-') is > 0 and var end ? channel[..end] : channel;
}
