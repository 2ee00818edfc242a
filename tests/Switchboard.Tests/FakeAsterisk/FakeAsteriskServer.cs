using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Switchboard.Tests.FakeAsterisk;

/// <summary>
/// A scriptable AMI server on loopback, for what a real Asterisk does not do on command: torn frames, silence, answers late and out of
/// order. It does only what the test says; whatever it claims of Asterisk, AmiOnAsteriskTests proves on the real one.
/// </summary>
internal sealed class FakeAsteriskServer : IDisposable
{
    public const string Secret = "hunter2-is-secret";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public FakeAsteriskServer()
    {
        // Small, so that a peer that does not read is soon felt; accepted sockets inherit it.
        _listener.Server.ReceiveBufferSize = 8 * 1024;
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The next connection, silent as yet.</summary>
    public async Task<FakeSession> AcceptAsync() => new(new NetworkStream(await _listener.AcceptSocketAsync().Soon(), ownsSocket: true));

    /// <summary>The next connection, after a TLS handshake with this certificate.</summary>
    public async Task<FakeSession> AcceptTlsAsync(X509Certificate2 certificate)
    {
        var tls = new SslStream(new NetworkStream(await _listener.AcceptSocketAsync().Soon(), ownsSocket: true));
        await tls.AuthenticateAsServerAsync(certificate).Soon();
        return new(tls);
    }

    /// <summary>The next connection, with greeting, login and FullyBooted behind it.</summary>
    public async Task<FakeSession> AcceptAndBootAsync()
    {
        var session = await AcceptAsync();
        await session.GreetAsync();
        await session.LetInAsync();
        await session.SendAsync("Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n");
        return session;
    }

    public void Dispose() => _listener.Dispose();
}
