namespace Switchboard.Asterisk.Ami.Events;

/// <summary>A channel's state (include/asterisk/channelstate.h).</summary>
public enum AmiChannelState
{
    /// <summary>Available.</summary>
    Down = 0,

    /// <summary>Down, but reserved.</summary>
    Reserved = 1,

    /// <summary>Off hook.</summary>
    OffHook = 2,

    /// <summary>Digits have been dialled.</summary>
    Dialing = 3,

    /// <summary>The other end is ringing.</summary>
    Ring = 4,

    /// <summary>This phone is ringing.</summary>
    Ringing = 5,

    /// <summary>Answered.</summary>
    Up = 6,

    /// <summary>Busy.</summary>
    Busy = 7,

    /// <summary>Digits have been dialled while off hook.</summary>
    DialingOffHook = 8,

    /// <summary>Waits for the ringing to begin.</summary>
    PreRing = 9,
}
