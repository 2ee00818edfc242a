using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Switchboard.Tests.FakeAsterisk;

/// <summary>A hotel's own authority, and certificates that it has signed.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly List<X509Certificate2> _issued = [];

    public TestCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Hotel authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        Authority = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(30));
    }

    public X509Certificate2 Authority { get; }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>For a host name, or for 127.0.0.1 where none is given.</summary>
    public X509Certificate2 For(string? host = null, int daysLeft = 20)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=pbx", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (host is null) names.AddIpAddress(IPAddress.Loopback);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(Authority, Now.AddDays(-1).AddHours(1), Now.AddDays(daysLeft), RandomNumberGenerator.GetBytes(8));
        using var withKey = signed.CopyWithPrivateKey(key);
        _issued.Add(X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null));
        return _issued[^1];
    }

    public void Dispose()
    {
        Authority.Dispose();
        foreach (var certificate in _issued) certificate.Dispose();
    }
}
