using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Switchboard.LabTests.Lab;

/// <summary>A wire that a test can cut: a TCP relay on loopback to a real server, or to one that listens on a Unix socket only.</summary>
internal sealed class LabRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _near = [];
    private readonly ConcurrentBag<Socket> _all = [];
    private readonly EndPoint _target;
    private volatile bool _blackHole;

    public LabRelay(int target) : this(new IPEndPoint(IPAddress.Loopback, target))
    {
    }

    public LabRelay(EndPoint target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From now on nothing comes through in either direction, and nobody is told: no end, no error. New connections hang as well.</summary>
    public void BecomeBlackHole() => _blackHole = true;

    /// <summary>New connections come through again.</summary>
    public void Heal() => _blackHole = false;

    /// <summary>Everything that was connected ends at both sides, and what connects from now on hangs: a network that is gone, after both have noticed.</summary>
    public void Cut()
    {
        _blackHole = true;
        foreach (var socket in _all) socket.Dispose();
    }

    /// <summary>Towards the client the stream ends; from it everything is still taken.</summary>
    public void HalfClose()
    {
        foreach (var socket in _near) socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>The client's connections are reset.</summary>
    public void Reset()
    {
        foreach (var socket in _near)
        {
            socket.LingerState = new LingerOption(enable: true, 0);
            socket.Dispose();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var socket in _all) socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync();
                _all.Add(near);
                _near.Add(near);
                var far = _target is UnixDomainSocketEndPoint ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
                _all.Add(far);
                await far.ConnectAsync(_target);
                _ = PassAsync(near, far);
                _ = PassAsync(far, near);
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var read and > 0)
            {
                if (!_blackHole) await to.SendAsync(buffer.AsMemory(0, read));
            }

            if (!_blackHole) to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // One side has gone; the test decides what the other side learns of it.
        }
    }
}
