using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using MimeKit;
using NodaTime;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using Switchboard.Features.Mail;

namespace Switchboard.Tests.Mail;

/// <summary>Mails as a real server gets them, or does not.</summary>
public sealed class MailSenderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mail").FullName;
    private readonly FakeLogger<MailSender> _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Inbox _inbox = new();
    private readonly int _port = FreePort();
    private static readonly Func<CancellationToken, Task> Leaves = _ => Task.CompletedTask;

    [Fact]
    public async Task A_text_in_Chinese_and_a_recording_arrive_as_they_are()
    {
        Serve();
        var wav = Path.Combine(_folder, "1764137000123-1764137000-12.wav");
        await File.WriteAllBytesAsync(wav, "RIFF1234"u8.ToArray(), TestContext.Current.CancellationToken);
        var answer = await Sender().SendAsync(new("gm@hotel.example", "留言 message 12", "您好\r\nhello", wav), Leaves, TestContext.Current.CancellationToken);
        Assert.True(answer.Sent, answer.Detail);
        var mail = Assert.Single(_inbox.Mails);
        Assert.Equal(("留言 message 12", "您好\nhello", "switchboard@hotel.example", "gm@hotel.example"), (mail.Subject, mail.TextBody?.TrimEnd().ReplaceLineEndings("\n"), mail.From.ToString(), mail.To.ToString()));
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        var recording = Assert.IsType<MimePart>(Assert.Single(mail.Attachments), exactMatch: false);
        Assert.Equal(("message.wav", "audio/wav"), (recording.FileName, recording.ContentType.MimeType));
        using var bytes = new MemoryStream();
        await recording.Content!.DecodeToAsync(bytes, TestContext.Current.CancellationToken);
        Assert.Equal("RIFF1234"u8.ToArray(), bytes.ToArray());
        Assert.Equal(0, _log.Collector.Count);
    }

    [Fact]
    public async Task A_server_that_wants_a_password_gets_it_encrypted_and_its_certificate_must_be_the_one()
    {
        using var certificate = Certificate("localhost");
        using var other = Certificate("localhost");
        var (password, its, others) = (Path.Combine(_folder, "password"), Path.Combine(_folder, "its.pem"), Path.Combine(_folder, "other.pem"));
        await File.WriteAllTextAsync(password, "s3cret\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(its, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(others, other.ExportCertificatePem(), TestContext.Current.CancellationToken);
        Serve(certificate);
        var mail = new MailToSend("gm@hotel.example", "x", "y");
        MailOptions With(string authority, string? user = "hotel") => new()
        {
            Host = "localhost",
            Port = _port,
            From = "switchboard@hotel.example",
            Security = MailSecurity.StartTls,
            TlsAuthorityFile = authority,
            Username = user,
            PasswordFile = password,
        };
        var sent = await Sender(With(its)).SendAsync(mail, Leaves, TestContext.Current.CancellationToken);
        Assert.True(sent.Sent, sent.Detail);
        Assert.Equal("hotel s3cret", _inbox.SignedIn);
        Assert.False((await Sender(With(others)).SendAsync(mail, Leaves, TestContext.Current.CancellationToken)).Sent);
        Assert.False((await Sender(With(its, "stranger")).SendAsync(mail, Leaves, TestContext.Current.CancellationToken)).Sent);
        Assert.Single(_inbox.Mails);
        Assert.All(_log.Collector.GetSnapshot(), line => Assert.DoesNotContain("s3cret", line.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_address_a_dead_server_and_a_file_that_is_gone_are_answers_and_no_log_line_names_the_address()
    {
        Serve();
        var refused = await Sender().SendAsync(new("refused@hotel.example", "x", "y"), Leaves, TestContext.Current.CancellationToken);
        var gone = await Sender().SendAsync(new("gm@hotel.example", "x", "y", Path.Combine(_folder, "gone.wav")), Leaves, TestContext.Current.CancellationToken);
        var dead = await Sender(new() { Host = "127.0.0.1", Port = FreePort(), Security = MailSecurity.None, From = "switchboard@hotel.example" }).SendAsync(new("gm@hotel.example", "x", "y"), Leaves, TestContext.Current.CancellationToken);
        Assert.Equal((MailFate.Refused, MailFate.NotSent, MailFate.NotSent), (refused.Fate, gone.Fate, dead.Fate));
        Assert.Equal(3, _log.Collector.Count);
        Assert.All(_log.Collector.GetSnapshot(), line => Assert.DoesNotContain("hotel.example", line.Message, StringComparison.Ordinal));
        Assert.Empty(_inbox.Mails);
    }

    [Theory]
    [InlineData("QUIT", "", "Sent")]
    [InlineData("QUIT", "hang up", "Sent")]
    [InlineData(".", "", "Unknown")]
    [InlineData(".", "hang up", "Unknown")]
    [InlineData(".", "554 no", "Refused")]
    [InlineData(".", "452 later", "NotSent")]
    [InlineData("MAIL", "", "NotSent")]
    [InlineData("RCPT", "550 nobody", "Refused")]
    [InlineData("RCPT", "451 later", "NotSent")]
    [InlineData("DATA", "", "NotSent")]
    [InlineData("EHLO", "hang up", "NotSent")]
    public async Task A_server_that_is_silent_hangs_up_or_refuses_at_a_moment_tells_what_became_of_the_mail(string at, string answer, string fate)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = TalkAsync(listener, at, answer, _stop.Token);
        var left = 0;
        var sent = await Sender(new() { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Security = MailSecurity.None, From = "switchboard@hotel.example", Timeout = TimeSpan.FromSeconds(1) })
            .SendAsync(new("gm@hotel.example", "x", "y"), _ => Task.FromResult(++left), TestContext.Current.CancellationToken);
        Assert.Equal((fate, at == "EHLO" ? 0 : 1), (sent.Fate.ToString(), left));
        Assert.Equal(fate == "Sent" ? 0 : 1, _log.Collector.GetSnapshot().Count(line => line.Id.Id == 4895));
    }

    [Fact]
    public async Task A_server_that_wants_to_know_who_sends_and_an_authority_that_is_none_are_answers_too()
    {
        using var certificate = Certificate("localhost");
        var (its, broken) = (Path.Combine(_folder, "its.pem"), Path.Combine(_folder, "broken.pem"));
        await File.WriteAllTextAsync(its, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(broken, "no certificate", TestContext.Current.CancellationToken);
        Serve(certificate);
        foreach (var authority in (string[])[its, broken])
        {
            var answer = await Sender(new() { Host = "localhost", Port = _port, From = "switchboard@hotel.example", Security = MailSecurity.StartTls, TlsAuthorityFile = authority })
                .SendAsync(new("gm@hotel.example", "x", "y"), Leaves, TestContext.Current.CancellationToken);
            Assert.Equal(MailFate.NotSent, answer.Fate);
        }

        Assert.Equal([4895, 4895], _log.Collector.GetSnapshot().Select(line => line.Id.Id));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private MailSender Sender(MailOptions? options = null) => new(
        Options.Create(options ?? new() { Host = "127.0.0.1", Port = _port, Security = MailSecurity.None, From = "switchboard@hotel.example" }), TimeProvider.System, SystemClock.Instance, _log);

    private void Serve(X509Certificate2? certificate = null)
    {
        var services = new ServiceProvider();
        services.Add((IMessageStore)_inbox);
        services.Add((IMailboxFilter)_inbox);
        services.Add((IUserAuthenticator)_inbox);
        var options = new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(endpoint =>
        {
            endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, _port));
            if (certificate is not null) endpoint.Certificate(certificate).AllowUnsecureAuthentication(false).AuthenticationRequired();
        }).Build();
        _ = new SmtpServer.SmtpServer(options, services).StartAsync(_stop.Token);
    }

    /// <summary>A server that says yes to everything but this: there it answers so, hangs up, or is silent for ever.</summary>
    private static async Task TalkAsync(TcpListener listener, string at, string answer, CancellationToken ct)
    {
        using var client = await listener.AcceptTcpClientAsync(ct);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { AutoFlush = true, NewLine = "\r\n" };
        await writer.WriteLineAsync("220 localhost".AsMemory(), ct);
        var inData = false;
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            if (inData && line != ".") continue;
            var command = line.Split(' ', ':')[0].ToUpperInvariant();
            inData = command == "DATA" && at != "DATA";
            if (command != at) await writer.WriteLineAsync((inData ? "354 go on" : command == "QUIT" ? "221 bye" : "250 ok").AsMemory(), ct);
            else if (answer == "hang up") return;
            else if (answer.Length == 0) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            else await writer.WriteLineAsync(answer.AsMemory(), ct);
        }
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var its = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(its.Export(X509ContentType.Pfx), null);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Inbox : MessageStore, IMailboxFilter, IUserAuthenticator
    {
        public List<MimeMessage> Mails { get; } = [];
        public string? SignedIn { get; private set; }

        public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using var stream = new MemoryStream(buffer.ToArray());
            Mails.Add(await MimeMessage.LoadAsync(stream, cancellationToken));
            return SmtpResponse.Ok;
        }

        public Task<bool> CanAcceptFromAsync(ISessionContext context, IMailbox from, int size, CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) => Task.FromResult(to.User != "refused");

        public Task<bool> AuthenticateAsync(ISessionContext context, string user, string password, CancellationToken cancellationToken)
        {
            SignedIn = $"{user} {password}";
            return Task.FromResult(user == "hotel");
        }
    }
}
