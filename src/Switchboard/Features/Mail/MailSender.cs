using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using NodaTime;
using Polly;
using Polly.Retry;

namespace Switchboard.Features.Mail;

/// <summary>A mail to one person.</summary>
/// <param name="Attachment">A file of this machine that goes along, or null; a WAV.</param>
internal sealed record MailToSend(string To, string Subject, string Text, string? Attachment = null);

/// <summary>What became of a mail.</summary>
internal enum MailFate
{
    /// <summary>The server took it.</summary>
    Sent,

    /// <summary>The server does not have it; another time it may take it.</summary>
    NotSent,

    /// <summary>The server will never take it.</summary>
    Refused,

    /// <summary>It was handed over and not answered for: it may be there.</summary>
    Unknown,
}

/// <summary>What the server said.</summary>
/// <param name="Detail">Its answer, or why it could not be asked.</param>
internal sealed record MailAnswer(MailFate Fate, string Detail)
{
    /// <summary>It took the mail.</summary>
    public bool Sent => Fate == MailFate.Sent;
}

/// <summary>Sends mails by the hotel's server. What fails is the answer and never thrown: there are other ways. Neither text nor address is logged.</summary>
internal sealed class MailSender(IOptions<MailOptions> options, TimeProvider time, IClock clock, ILogger<MailSender> log)
{
    // Longer ones are no recording of ours.
    private const long LargestAttachment = 16 * 1024 * 1024;

    public bool IsConfigured => options.Value.Host is not null;

    /// <param name="leaving">Done when the server is ready for the mail, before it is given to it; what this throws is thrown, and nothing was sent.</param>
    public async Task<MailAnswer> SendAsync(MailToSend mail, Func<CancellationToken, Task> leaving, CancellationToken ct)
    {
        var handing = new Handing();
        try
        {
            using var message = Compose(mail);
            using var client = new SmtpClient { Timeout = (int)options.Value.Timeout.TotalMilliseconds, CheckCertificateRevocation = false };
            using var authority = options.Value.ReadAuthority();
            if (authority is not null) client.ServerCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, authority, errors);
            await ConnectAsync(client, ct);
            if (options.Value.Username is { } username) await client.AuthenticateAsync(username, options.Value.ReadPassword(), ct);
            await leaving(ct);
            // Once, whatever comes: a mail that may have gone is not sent again from here.
            handing.Asked = true;
            var answer = await client.SendAsync(message, ct, handing);
            await LeaveAsync(client, ct);
            return new MailAnswer(MailFate.Sent, OneLineOf(answer));
        }
        catch (Exception failed) when (IsTheServers(failed) || (failed is OperationCanceledException && !ct.IsCancellationRequested))
        {
            var reason = OneLineOf(failed.Message);
            log.NotSent(options.Value.Host!, options.Value.Port, failed is SmtpCommandException refused ? $"it answered {(int)refused.StatusCode}" : reason);
            return new MailAnswer(handing.FateAfter(failed), reason);
        }
    }

    private static bool IsTheServers(Exception failed) => failed is IOException or SocketException or ProtocolException or CommandException or SslHandshakeException or AuthenticationException
        or ServiceNotAuthenticatedException or ServiceNotConnectedException or CryptographicException or System.TimeoutException or UnauthorizedAccessException or NotSupportedException;

    // Only connecting: nothing has been said yet.
    private async Task ConnectAsync(SmtpClient client, CancellationToken ct)
    {
        var security = options.Value.Security switch
        {
            MailSecurity.None => SecureSocketOptions.None,
            MailSecurity.StartTls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.SslOnConnect,
        };
        await Patience().ExecuteAsync(async token => await client.ConnectAsync(options.Value.Host!, options.Value.Port, security, token), ct);
    }

    private ResiliencePipeline Patience() => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<SocketException>().Handle<IOException>().Handle<System.TimeoutException>(),
            MaxRetryAttempts = 2,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromSeconds(1),
            UseJitter = true,
        }).Build();

    private MimeMessage Compose(MailToSend mail)
    {
        var message = new MimeMessage { Subject = mail.Subject, Date = clock.GetCurrentInstant().ToDateTimeOffset() };
        message.From.Add(new MailboxAddress("", options.Value.From!));
        message.To.Add(new MailboxAddress("", mail.To));
        // It is written by a machine: no answer of a machine is wanted.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        var body = new BodyBuilder { TextBody = mail.Text };
        if (mail.Attachment is { } file)
        {
            if (new FileInfo(file).Length > LargestAttachment) throw new IOException("the recording is too large to be sent");
            body.Attachments.Add("message.wav", File.ReadAllBytes(file), new ContentType("audio", "wav"));
        }

        message.Body = body.ToMessageBody();
        return message;
    }

    private static bool IsTrusted(X509Certificate? certificate, X509Certificate2 authority, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        using var its = new X509Certificate2(certificate);
        return chain.Build(its);
    }

    // The mail is with the server; how it says goodbye, or whether, does not matter.
    private static async Task LeaveAsync(SmtpClient client, CancellationToken ct)
    {
        try
        {
            await client.DisconnectAsync(quit: true, ct);
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            // Silent, rude or gone.
        }
    }

    /// <summary>How far the handing over of a mail has come: the first byte of it that moves says that the server has let it in.</summary>
    private sealed class Handing : ITransferProgress
    {
        private const int ForGood = 500;
        private volatile bool _begun;

        /// <summary>The server was asked to take it.</summary>
        public bool Asked { get; set; }

        public void Report(long bytesTransferred, long totalSize) => _begun = true;

        public void Report(long bytesTransferred) => _begun = true;

        public MailFate FateAfter(Exception failed) => failed switch
        {
            SmtpCommandException answer when Asked => (int)answer.StatusCode >= ForGood ? MailFate.Refused : MailFate.NotSent,
            ServiceNotAuthenticatedException => MailFate.NotSent,
            _ => _begun ? MailFate.Unknown : MailFate.NotSent,
        };
    }

    private static string OneLineOf(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c).Take(300)]);
}

/// <summary>Event ids 4895 to 4899.</summary>
internal static partial class MailLog
{
    [LoggerMessage(4895, LogLevel.Warning, "A mail could not be handed to {Host}:{Port}: {Reason}. Do: check the section Mail and the server")]
    public static partial void NotSent(this ILogger logger, string host, int port, string reason);
}
