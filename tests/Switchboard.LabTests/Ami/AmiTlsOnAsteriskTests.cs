using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.LabTests.Lab;

namespace Switchboard.LabTests.Ami;

/// <summary>AMI over the real Asterisk's TLS, as manager.conf is to be written for it.</summary>
public class AmiTlsOnAsteriskTests
{
    [Fact]
    public async Task Asterisk_s_own_TLS_is_spoken_and_its_certificate_is_checked()
    {
        await using var pbx = new LabAsterisk(LabHotel.RoomsOf("1101"));
        // Its configuration is prepared by a first start.
        await pbx.StartAsync();
        await pbx.StopAsync();
        var port = FreePorts.Tcp();
        using var certificate = SelfSigned();
        EnableTls(pbx, port, certificate);
        await pbx.StartAsync();

        await using (var ami = await LabAmi.ConnectAsync(pbx, o => (o.Port, o.UseTls, o.TlsCertificateAuthority) = (port, true, certificate)))
        {
            Assert.Matches(@"^\d+\.", await ami.Connection.AsteriskVersionAsync());
            // More than one TLS record in either direction.
            await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => ami.Connection.PingAsync()));
        }

        await RefusedAsync(pbx, o => (o.Port, o.UseTls) = (port, true), "certificate");
        await RefusedAsync(pbx, o => (o.Port, o.UseTls, o.TlsCertificateAuthority, o.TlsHostName) = (port, true, certificate, "pbx.hotel.example"), "RemoteCertificateNameMismatch");
        await RefusedAsync(pbx, o => (o.UseTls, o.TlsCertificateAuthority) = (true, certificate), "no TLS with 127.0.0.1");
    }

    private static async Task RefusedAsync(LabAsterisk pbx, Action<AmiOptions> adjust, string why)
    {
        await using var ami = new LabAmi(pbx, adjust);
        Assert.True(await Eventually.TrueAsync(() => ami.Connection.Status.LastError?.Contains(why, StringComparison.Ordinal) == true, TimeSpan.FromSeconds(10)), ami.Connection.Status.ToString());
        Assert.Equal(0, ami.Connection.Status.Generation);
        Assert.Contains("is not to be trusted", ami.Log, StringComparison.Ordinal);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=pbx", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private static void EnableTls(LabAsterisk pbx, int port, X509Certificate2 certificate)
    {
        var folder = Path.Combine(pbx.Folder, "etc");
        File.WriteAllText(Path.Combine(folder, "pbx.pem"), certificate.ExportCertificatePem());
        using var key = certificate.GetRSAPrivateKey()!;
        File.WriteAllText(Path.Combine(folder, "pbx.key"), key.ExportPkcs8PrivateKeyPem());
        // The folder as Asterisk sees it, which may be another root's.
        var seen = File.ReadLines(Path.Combine(folder, "asterisk.conf")).Single(l => l.StartsWith("astetcdir => ", StringComparison.Ordinal))["astetcdir => ".Length..];
        var manager = Path.Combine(folder, "manager.conf");
        // The lines that manager.conf has ready, with the comment taken away.
        var lines = File.ReadAllLines(manager).Select(line => line switch
        {
            ";tlsenable=yes" => "tlsenable=yes",
            _ when line.StartsWith(";tlsbindaddr=", StringComparison.Ordinal) => $"tlsbindaddr=127.0.0.1:{port}",
            _ when line.StartsWith(";tlscertfile=", StringComparison.Ordinal) => $"tlscertfile={seen}/pbx.pem",
            _ when line.StartsWith(";tlsprivatekey=", StringComparison.Ordinal) => $"tlsprivatekey={seen}/pbx.key",
            _ => line,
        }).ToList();
        File.WriteAllLines(manager, lines);
    }
}
