namespace Switchboard.Asterisk.Ami;

/// <summary>What a subscription delivers, in order: Connected(n), the events of generation n, Disconnected(n); a gap where events were lost.</summary>
/// <param name="Generation">Counts the successful logins of this connection, from 1.</param>
public abstract record AmiNotification(long Generation);

/// <summary>Logged in and fully booted: state that was known before must be read anew.</summary>
public sealed record AmiConnected(long Generation, string Banner) : AmiNotification(Generation);

/// <summary>An event of Asterisk.</summary>
public sealed record AmiEvent(long Generation, AmiMessage Message) : AmiNotification(Generation)
{
    // A DateTimeOffset takes twice the space, and there is one of these for every event.
    private readonly long _receivedUtcTicks;

    /// <summary>When it was read from the socket, by our clock; UTC.</summary>
    public DateTimeOffset ReceivedAt
    {
        get => new(_receivedUtcTicks, TimeSpan.Zero);
        init => _receivedUtcTicks = value.UtcTicks;
    }
}

/// <summary>So many events were lost at this place, because the subscription was full or one was longer than allowed: read the state anew.</summary>
public sealed record AmiGap(long Generation, long Lost) : AmiNotification(Generation);

/// <summary>The session died.</summary>
public sealed record AmiDisconnected(long Generation, Exception Reason) : AmiNotification(Generation);
