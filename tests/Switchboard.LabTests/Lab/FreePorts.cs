using System.Net;
using System.Net.Sockets;

namespace Switchboard.LabTests.Lab;

internal static class FreePorts
{
    /// <summary>A TCP port that nobody listens on now.</summary>
    public static int Tcp()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>A UDP port that nobody listens on now.</summary>
    public static int Udp()
    {
        using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
