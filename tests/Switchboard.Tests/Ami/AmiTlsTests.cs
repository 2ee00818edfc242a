using System.Security.Cryptography.X509Certificates;
using Switchboard.Asterisk.Ami;
using Switchboard.Tests.FakeAsterisk;

namespace Switchboard.Tests.Ami;

/// <summary>Whom the client believes to be its Asterisk, and what it tells whom.</summary>
public class AmiTlsTests
{
    [Fact]
    public async Task With_the_hotels_own_authority_it_logs_in_over_TLS()
    {
        using var certificates = new TestCertificates();
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server, o => (o.UseTls, o.TlsCertificateAuthority) = (true, certificates.Authority));
        using var session = await server.AcceptTlsAsync(certificates.For());
        await session.GreetAsync();
        await session.LetInAsync();
        await session.SendAsync("Event: FullyBooted\r\n\r\n");
        Assert.IsType<AmiConnected>(await client.NextAsync());
        var sent = client.Connection.SendAsync(new AmiAction("Ping"));
        await session.AnswerAsync(await session.ReadAsync("Ping"));
        await sent.Soon();
    }

    [Fact]
    public async Task The_name_may_be_another_than_the_address() => await ConnectsAsync(certificates => certificates.For("pbx.hotel.example"), "pbx.hotel.example");

    [Fact]
    public async Task A_certificate_for_another_host_is_refused() =>
        Assert.Contains("RemoteCertificateNameMismatch", await RefusedAsync(certificates => certificates.For("pbx.hotel.example")), StringComparison.Ordinal);

    [Fact]
    public async Task A_certificate_that_has_expired_is_refused() =>
        Assert.Contains("NotTimeValid", await RefusedAsync(certificates => certificates.For(daysLeft: 0)), StringComparison.Ordinal);

    [Fact]
    public async Task Another_authoritys_certificate_is_refused()
    {
        using var others = new TestCertificates();
        Assert.Contains("certificate", await RefusedAsync(_ => others.For()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_authority_of_its_own_only_the_machines_are_trusted() =>
        Assert.Contains("certificate", await RefusedAsync(certificates => certificates.For(), pinned: false), StringComparison.Ordinal);

    [Fact]
    public async Task A_port_that_speaks_no_TLS_is_left_and_tried_again()
    {
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server, o => o.UseTls = true);
        using var session = await server.AcceptAsync();
        await session.GreetAsync();
        await client.Clock.PassAsync(client.Options.RefusedLoginDelay);
        Assert.Contains("no TLS with 127.0.0.1", client.Log, StringComparison.Ordinal);
        using var again = await server.AcceptAsync();
    }

    [Fact]
    public async Task A_handshake_that_never_ends_is_left_after_its_time()
    {
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server, o => o.UseTls = true);
        using var silent = await server.AcceptAsync();
        // The first wait of that length was the connect's own.
        await client.Clock.WaitForTimerAsync(client.Options.ConnectTimeout, client.Options.ConnectTimeout);
        await client.Clock.PassAsync(client.Options.ConnectTimeout);
        await client.Clock.WaitForTimerAsync(TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
        Assert.Contains("no TLS handshake within 11 s", client.Connection.Status.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plain_secret_is_sent_only_when_told_so()
    {
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server, o => o.Authentication = AmiAuthentication.PlainText);
        using var session = await server.AcceptAsync();
        await session.GreetAsync();
        var login = await session.ReadAsync("Login");
        Assert.Equal(FakeAsteriskServer.Secret, login["Secret"]);
        await session.AnswerAsync(login, "Response: Error\r\nMessage: Authentication failed\r\n");
        await client.Clock.WaitForTimerAsync(client.Options.RefusedLoginDelay, client.Options.RefusedLoginDelay);
        foreach (var text in (string[])[client.Log, client.Options.ToString(), client.Connection.Status.ToString()])
            Assert.DoesNotContain(FakeAsteriskServer.Secret, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(AmiOptions.Port))]
    [InlineData(nameof(AmiOptions.Username))]
    [InlineData(nameof(AmiOptions.MaxMessageBytes))]
    [InlineData(nameof(AmiOptions.PingTimeout))]
    [InlineData(nameof(AmiOptions.UseTls))]
    [InlineData("Secret")]
    public void An_option_that_cannot_work_is_named_before_anything_is_tried(string wrong)
    {
        var options = new AmiOptions { Username = "switchboard", Secret = "s3cret" };
        switch (wrong)
        {
            case nameof(AmiOptions.Port): options.Port = 70_000; break;
            case nameof(AmiOptions.Username): options.Username = ""; break;
            case nameof(AmiOptions.MaxMessageBytes): options.MaxMessageBytes = 100; break;
            case nameof(AmiOptions.PingTimeout): options.PingTimeout = TimeSpan.Zero; break;
            case nameof(AmiOptions.UseTls): options.TlsHostName = "pbx.hotel.example"; break;
            default: options.Secret = "s3cret\r\nAction: Logoff"; break;
        }

        var refused = Assert.ThrowsAny<ArgumentException>(() => new AmiConnection(options, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<AmiConnection>.Instance));
        Assert.Contains(wrong, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task ConnectsAsync(Func<TestCertificates, X509Certificate2> certificate, string? hostName)
    {
        using var certificates = new TestCertificates();
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server, o => (o.UseTls, o.TlsCertificateAuthority, o.TlsHostName) = (true, certificates.Authority, hostName));
        using var session = await server.AcceptTlsAsync(certificate(certificates));
        await session.GreetAsync();
        await session.ReadAsync("Challenge");
    }

    /// <summary>Why it did not connect; it then waits as long as after a refused login, and never sent a word of AMI.</summary>
    private static async Task<string> RefusedAsync(Func<TestCertificates, X509Certificate2> certificate, bool pinned = true)
    {
        using var certificates = new TestCertificates();
        using var server = new FakeAsteriskServer();
        await using var client = AmiClient.Start(server, o => (o.UseTls, o.TlsCertificateAuthority) = (true, pinned ? certificates.Authority : null));
        try
        {
            // The client may be gone before the server has seen the end of the handshake.
            using var session = await server.AcceptTlsAsync(certificate(certificates));
            await Assert.ThrowsAnyAsync<Exception>(() => session.ReadAsync());
        }
        catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Told so already in the handshake.
        }

        await client.Clock.WaitForTimerAsync(client.Options.RefusedLoginDelay, client.Options.RefusedLoginDelay);
        return client.Connection.Status.LastError!;
    }
}
