using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Switchboard.Asterisk.Ami;

/// <summary>The way to Asterisk's port: TCP, and TLS over it where the options ask for it.</summary>
internal static class AmiTransport
{
    public static async Task<(IDisposable Line, Stream Stream)> ConnectAsync(AmiOptions options, TimeProvider time, CancellationToken ct)
    {
        if (options.OpenLine is { } open)
        {
            Stream? line = null;
            async ValueTask OpenAsync(CancellationToken token) => line = await open(token).ConfigureAwait(false);
            await WithinAsync(options.ConnectTimeout, time, "connect", OpenAsync, ct).ConfigureAwait(false);
            return (line!, line!);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await WithinAsync(options.ConnectTimeout, time, "connect", token => socket.ConnectAsync(options.Host, options.Port, token), ct).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return (socket, options.UseTls ? await EncryptAsync(stream, options, time, ct).ConfigureAwait(false) : stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Runs a step of connecting under its deadline.</summary>
    /// <exception cref="AmiConnectionLostException">It took too long, or the network failed.</exception>
    public static async Task WithinAsync(TimeSpan timeout, TimeProvider time, string what, Func<CancellationToken, ValueTask> work, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            await work(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new AmiConnectionLostException($"no {what} within {timeout.TotalSeconds:0.#} s");
        }
        catch (Exception broken) when (broken is SocketException or IOException)
        {
            throw new AmiConnectionLostException(broken.Message, broken);
        }
    }

    private static async Task<Stream> EncryptAsync(NetworkStream plain, AmiOptions options, TimeProvider time, CancellationToken ct)
    {
        var tls = new SslStream(plain);
        var settings = new SslClientAuthenticationOptions { TargetHost = options.TlsHostName ?? options.Host };
        // The certificate's names are checked in either case; only whom to trust differs.
        if (options.TlsCertificateAuthority is { } authority) settings.CertificateChainPolicy = Only(authority);
        try
        {
            await WithinAsync(options.ConnectTimeout, time, "TLS handshake", token => new ValueTask(tls.AuthenticateAsClientAsync(settings, token)), ct).ConfigureAwait(false);
            return tls;
        }
        catch (Exception failed)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            if (failed is not AuthenticationException) throw;
            throw new AmiTlsException($"no TLS with {settings.TargetHost} on port {options.Port}: {failed.Message}", failed);
        }
    }

    // A hotel's own authority publishes no revocation lists, and a PBX must be reachable without the internet.
    private static X509ChainPolicy Only(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return policy;
    }
}
