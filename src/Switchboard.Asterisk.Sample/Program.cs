// Places a call and follows it to its end:
//   AMI_SECRET=... ami-call 127.0.0.1:5038 USER PJSIP/1203 Wait 5
// rings PJSIP/1203 and, when it answers, runs the dialplan application Wait(5). Exit code 0: answered, 1: not answered, 2: nobody knows.
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Switchboard.Asterisk.Ami;
using Switchboard.Asterisk.Ami.Actions;
using Switchboard.Asterisk.Ami.Events;

if (args.Length != 5 || args[0].Split(':') is not [var host, var portText] || !int.TryParse(portText, out var port))
{
    Console.Error.WriteLine("usage: AMI_SECRET=... [AMI_TLS_CA=FILE] ami-call HOST:PORT USER CHANNEL APPLICATION DATA");
    return 64;
}

var authority = Environment.GetEnvironmentVariable("AMI_TLS_CA");
var options = new AmiOptions
{
    Host = host,
    Port = port,
    Username = args[1],
    Secret = Environment.GetEnvironmentVariable("AMI_SECRET") ?? "",
    UseTls = authority is not null,
    TlsCertificateAuthority = authority is null ? null : X509CertificateLoader.LoadCertificateFromFile(authority),
};
await using var ami = new AmiConnection(options, TimeProvider.System, NullLogger<AmiConnection>.Instance);
await using var events = ami.Subscribe("ami-call");
using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
var running = ami.RunAsync(patience.Token);

var id = $"ami-call-{Guid.CreateVersion7():N}";
AmiOriginate? call = null;
var gone = false;
try
{
    await foreach (var notification in events.ReadAllAsync(patience.Token))
    {
        switch (notification)
        {
            case AmiConnected connected:
                Console.WriteLine($"connected to {options} ({connected.Banner}), Asterisk {await ami.AsteriskVersionAsync(patience.Token)}");
                call = await ami.OriginateAsync(new AmiOriginateRequest { Channel = args[2], Application = (args[3], args[4]), ChannelId = id }, patience.Token);
                break;
            case AmiEvent { Message: var message }:
                gone |= Follow(message);
                break;
            case AmiGap gap:
                Console.WriteLine($"{gap.Lost} events were lost here");
                break;
            case AmiDisconnected lost:
                Console.WriteLine($"connection lost: {lost.Reason.Message}");
                gone = true;
                break;
        }

        if (gone || call?.Outcome is { IsCompletedSuccessfully: true, Result.Kind: not AmiOriginateKind.Answered }) break;
    }
}
catch (AmiException refused)
{
    Console.WriteLine(refused.Message);
}
catch (OperationCanceledException)
{
    Console.WriteLine($"no call within two minutes: {ami.Status.LastError}");
}

var end = call is null ? null : await call.Outcome;
Console.WriteLine($"the call: {end?.Kind.ToString() ?? "not placed"}");
await patience.CancelAsync();
await running;
return end?.Kind switch { AmiOriginateKind.Answered => 0, AmiOriginateKind.NoAnswer or AmiOriginateKind.Failed => 1, _ => 2 };

// What happens on our call's channels; true when its first channel is gone.
bool Follow(AmiMessage message)
{
    if (message["Linkedid"] != id && message["DestLinkedid"] != id) return false;
    if (message.TryRead<NewchannelEvent>(out var made)) Console.WriteLine($"{made.Channel.Name} was made");
    else if (message.TryRead<NewstateEvent>(out var changed)) Console.WriteLine($"{changed.Channel.Name} is {changed.Channel.State}");
    else if (message.TryRead<DialEndEvent>(out var dialled)) Console.WriteLine($"{dialled.Destination.Name}: {dialled.DialStatus}");
    else if (message.TryRead<HangupEvent>(out var hangup)) Console.WriteLine($"{hangup.Channel.Name} hung up: {hangup.CauseText} ({hangup.Cause})");
    return message.EventName == HangupEvent.EventName && message["Uniqueid"] == id;
}
