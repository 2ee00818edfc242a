using NodaTime;

namespace Switchboard.Pbx;

/// <summary>How the link to the PBX is just now.</summary>
/// <param name="Connected">Logged in, and Asterisk has booted.</param>
/// <param name="State">What it is doing, in a word.</param>
/// <param name="Since">When <paramref name="Connected"/> last changed.</param>
/// <param name="LastError">Why it is not connected; no secrets.</param>
/// <param name="LostEvents">Events lost to full queues since the start.</param>
/// <param name="Generation">Successful connects so far.</param>
public sealed record PbxLink(bool Connected, string State, Instant Since, string? LastError, string Advice, long LostEvents, long Generation);

/// <summary>The PBX did not answer; the same may succeed later.</summary>
public sealed class PbxUnreachableException(string message, Exception inner) : Exception(message, inner)
{
    /// <summary>What was asked for has certainly not been done.</summary>
    public bool NothingSent { get; init; }
}
