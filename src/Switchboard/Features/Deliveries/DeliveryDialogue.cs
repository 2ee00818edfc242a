using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Switchboard.Features.Directories;
using Switchboard.Features.Hotel;
using Switchboard.Features.Speech;
using Switchboard.Pbx;
using Switchboard.Persistence.Local;

namespace Switchboard.Features.Deliveries;

/// <summary>
/// What is said to whoever answers a delivery's call: whom it is for, what it is, and that key 1 confirms it. Key 1 is stored before thanks are said. A key
/// confirms only what could be heard: of a text that nothing here can read aloud the person is asked to call, and the office acknowledges it then.
/// </summary>
internal sealed class DeliveryDialogue(IServiceScopeFactory scopes, SpeechMaker speech, IOptions<HotelOptions> hotel, ILogger<DeliveryDialogue> log)
{
    private const int Rounds = 3;

    // Where the PBX has no SB_MESSAGES (extensions_switchboard_common.conf).
    private const string DefaultFolder = "/var/spool/asterisk/switchboard-messages";
    private static readonly TimeSpan NoSilence = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(4);

    /// <summary>The key of call and attempt, and the folder of the recordings as the PBX sees it.</summary>
    public PhoneScript Script() => new("deliver", async (caller, ct) =>
    {
        await caller.BeginAsync(PersonCallRequest.LongestTalk, ct);
        await using var scope = scopes.CreateAsyncScope();
        if (caller.Arguments.ElementAtOrDefault(0) is not { } channelId || await FindAsync(scope.ServiceProvider, channelId, ct) is not { } found)
        {
            await caller.SayAsync("switchboard/deliver-call-us", ct);
            return;
        }

        await TalkAsync(scope.ServiceProvider, caller, found, caller.Arguments.ElementAtOrDefault(1) is { Length: > 0 } folder ? folder : DefaultFolder, ct);
    });

    private async Task TalkAsync(IServiceProvider services, PhoneDialogue caller, Found found, string folder, CancellationToken ct)
    {
        if (!found.Delivery.IsOpen)
        {
            // Somebody has it meanwhile.
            await SayAsync(caller, found, "deliver-thanks", ct);
            return;
        }

        if (await services.GetRequiredService<DeliverySteps>().ContentAsync(found.Delivery.Subject, ct) is not { } content)
        {
            await SayAsync(caller, found, "deliver-call-us", ct);
            return;
        }

        var recording = RecordingOf(content, found, folder);
        // It is made while whom it is for is being said, and goes with the call, at whatever moment that ends.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var speaking = recording is null && content.Text is { } text ? speech.MakeFileAsync(text, content.Language ?? found.Languages[0], over.Token) : Task.FromResult<SpokenFile?>(null);
        try
        {
            await SayForWhomAsync(caller, found, ct);
            // A mobile may have been answered by a voice mail, which must not get what is somebody's own.
            if (found.Attempt.Way == DeliveryWay.Mobile && !await WantsToHearAsync(caller, found, ct)) return;
            var spoken = await speaking;
            await ReadOutAsync(services, caller, found, recording ?? (spoken is null ? null : $"{folder}/{spoken.Name}"), ct);
        }
        finally
        {
            await over.CancelAsync();
            await DropAsync(speaking);
        }
    }

    private static async Task DropAsync(Task<SpokenFile?> speaking)
    {
        try
        {
            (await speaking)?.Dispose();
        }
        catch (OperationCanceledException)
        {
            // Ended before it was spoken: there is no file.
        }
    }

    private static async Task SayForWhomAsync(PhoneDialogue caller, Found found, CancellationToken ct)
    {
        foreach (var language in found.Languages)
        {
            await caller.SetAsync("CHANNEL(language)", language, ct);
            await caller.SayAsync("switchboard/deliver-for", ct);
            // By prompts of our own: Asterisk's come in packages that need not be there, and few of them speak Chinese.
            foreach (var digit in found.Extension) await caller.SayAsync($"switchboard/n-{digit}", ct);
        }
    }

    private static async Task<bool> WantsToHearAsync(PhoneDialogue caller, Found found, CancellationToken ct)
    {
        for (var round = 0; round < Rounds; round++)
        {
            if (await AskAsync(caller, found, "deliver-hear", "", ct) == "1") return true;
        }

        return false;
    }

    private static async Task ReadOutAsync(IServiceProvider services, PhoneDialogue caller, Found found, string? file, CancellationToken ct)
    {
        if (file is null)
        {
            await SayAsync(caller, found, "deliver-written", ct);
            return;
        }

        for (var round = 0; round < Rounds; round++)
        {
            if (await ListenAsync(caller, found, file, ct) != "1") continue;
            await AcknowledgeAsync(services, found, ct);
            await SayAsync(caller, found, "deliver-thanks", ct);
            return;
        }
    }

    // A key at any moment of it counts.
    private static async Task<string> ListenAsync(PhoneDialogue caller, Found found, string file, CancellationToken ct) =>
        await AskAsync(caller, found, "deliver-keys", await caller.AskAsync(file, NoSilence, 1, ct), ct);

    // In each language in turn, until there is a key.
    private static async Task<string> AskAsync(PhoneDialogue caller, Found found, string prompt, string key, CancellationToken ct)
    {
        foreach (var (i, language) in found.Languages.Index())
        {
            if (key.Length > 0) break;
            await caller.SetAsync("CHANNEL(language)", language, ct);
            key = await caller.AskAsync($"switchboard/{prompt}", i == found.Languages.Count - 1 ? Silence : NoSilence, 1, ct);
        }

        return key;
    }

    private static async Task SayAsync(PhoneDialogue caller, Found found, string prompt, CancellationToken ct)
    {
        foreach (var language in found.Languages)
        {
            await caller.SetAsync("CHANNEL(language)", language, ct);
            await caller.SayAsync($"switchboard/{prompt}", ct);
        }
    }

    private string? RecordingOf(DeliveredContent content, Found found, string folder)
    {
        if (content.AudioFile is not { } file) return null;
        if (File.Exists(file)) return $"{folder}/{Path.GetFileNameWithoutExtension(file)}";
        log.RecordingMissing(found.Delivery.Number, found.Attempt.Number, file);
        return null;
    }

    private static async Task AcknowledgeAsync(IServiceProvider services, Found found, CancellationToken ct)
    {
        var store = services.GetRequiredService<DeliveryStore>();
        await store.Work.BeginAsync(ct);
        var delivery = await store.HoldAsync(found.Delivery.Id, ct);
        var attempt = await store.AttemptAsync(found.Attempt.Id, ct);
        // Somebody else was faster: they have it, and so has this one.
        if (delivery is not { IsOpen: true } || attempt is null) return;
        attempt.End(new DeliveryResult(DeliveryOutcome.Acknowledged), store.Clock.GetCurrentInstant());
        var after = await services.GetRequiredService<DeliveryDesk>().AcknowledgeAsync(delivery, attempt.Person, "key", attempt.Id, ct);
        await store.Work.CommitAsync(ct);
        after();
    }

    private async Task<Found?> FindAsync(IServiceProvider services, string channelId, CancellationToken ct)
    {
        var work = services.GetRequiredService<UnitOfWork>();
        var attempt = work.MustLookLocally
            ? work.Copy.Where<DeliveryAttempt>(a => a.ChannelId == channelId).SingleOrDefault()
            : await work.Db.Set<DeliveryAttempt>().AsNoTracking().SingleOrDefaultAsync(a => a.ChannelId == channelId, ct);
        if (attempt is null) return null;
        var delivery = work.MustLookLocally
            ? work.Copy.Find<Delivery>(attempt.DeliveryId)
            : await work.Db.Set<Delivery>().AsNoTracking().SingleOrDefaultAsync(d => d.Id == attempt.DeliveryId, ct);
        if (delivery is null) return null;
        var directory = services.GetRequiredService<DirectoryBook>();
        var listener = await directory.ByKeyAsync(attempt.Person, ct);
        var person = await directory.ByKeyAsync(delivery.Person, ct);
        return new(delivery, attempt, listener is { Languages.Count: > 0 } ? listener.Languages : hotel.Value.LanguageList, person?.Extension ?? attempt.Address);
    }

    /// <summary>Whose call it is.</summary>
    /// <param name="Extension">That of the person it is for.</param>
    private sealed record Found(Delivery Delivery, DeliveryAttempt Attempt, IReadOnlyList<string> Languages, string Extension);
}
