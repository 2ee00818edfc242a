using System.Net;
using System.Net.Sockets;

namespace Switchboard.LabTests.Lab;

/// <summary>
/// Ports for what a test starts a moment later. Below those that Linux gives to outgoing connections: one of these might take it meanwhile; and each
/// only once, since many tests start things at the same time.
/// </summary>
internal static class FreePorts
{
    private const int First = 21_000, Count = 11_000;
    private static int _last = Random.Shared.Next(Count);

    /// <summary>A TCP port that nobody listens on now.</summary>
    public static int Tcp() => Next(SocketType.Stream, ProtocolType.Tcp);

    /// <summary>A UDP port that nobody listens on now.</summary>
    public static int Udp() => Next(SocketType.Dgram, ProtocolType.Udp);

    private static int Next(SocketType type, ProtocolType protocol)
    {
        while (true)
        {
            var port = First + ((Interlocked.Increment(ref _last) & int.MaxValue) % Count);
            using var socket = new Socket(type, protocol);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one.
            }
        }
    }
}
