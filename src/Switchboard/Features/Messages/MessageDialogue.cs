using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Extensions;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Features.Speech;
using Switchboard.Features.Stays;
using Switchboard.Pbx;

namespace Switchboard.Features.Messages;

/// <summary>
/// *98: a guest hears the room's messages, the new ones first. 1 again, 2 keep, 3 delete, 0 operator. One that was not heard to its end, or to a key,
/// still waits; a text is read aloud where the hotel has a program for that, else the guest is told that it is at the information desk, and it waits.
/// </summary>
internal sealed class MessageDialogue(IServiceScopeFactory scopes, SpeechMaker speech, RecordingFiles files, IOptions<HotelOptions> hotel, IClock clock, ILogger<MessageDialogue> log)
{
    private const string Keys = "1230";
    private const string By = "*98";
    private const int MostRounds = 10;
    internal static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private enum Next
    {
        Message,
        Operator,
    }

    /// <summary>ROOM.</summary>
    public PhoneScript Script() => new("messages", async (caller, ct) =>
    {
        await caller.BeginAsync(Limit, ct);
        if (caller.Arguments is not [var room, ..]) throw new InvalidOperationException("the dialplan has named no room");
        var (languages, messages) = await OpenAsync(room, ct);
        var voice = new Voice(caller, languages);
        await voice.SayAsync("", language => SpokenMessages.Count(messages.Count, language), ct);
        foreach (var message in messages)
        {
            if (await TellAsync(caller, voice, room, message, ct) == Next.Message) continue;
            await caller.GoToAsync("switchboard-operators", "s", ct);
            return;
        }

        if (messages.Count > 0) await voice.SayAsync("", _ => ["messages-end"], ct);
    });

    private async Task<Next> TellAsync(PhoneDialogue caller, Voice voice, string room, Message message, CancellationToken ct)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var zone = hotel.Value.Zone;
            var (at, today) = (message.TakenAt.InZone(zone).LocalDateTime, clock.GetCurrentInstant().InZone(zone).Date);
            var key = await voice.SayAsync(Keys, language => SpokenMessages.Received(at, today, language), ct);
            if (key is null)
            {
                (var played, key) = await PlayAsync(caller, message, ct);
                if (!played)
                {
                    await ChangeAsync(room, message.Id, (store, m, _) => Task.FromResult(store.Looked(m, "told at the phone that it is at the desk", By, "guest")), ct);
                    if (await voice.SayAsync("0", _ => ["message-at-desk"], ct) == '0') return Next.Operator;
                    return Next.Message;
                }

                await ChangeAsync(room, message.Id, (store, m, _) => Task.FromResult(store.Heard(m, By)), ct);
            }

            key ??= await voice.SayAsync(Keys, _ => ["collect-menu"], ct) ?? await caller.WaitForKeyAsync(Silence, ct);
            switch (key)
            {
                case '1':
                    continue;
                case '0':
                    return Next.Operator;
                case '3':
                    await ChangeAsync(room, message.Id, DeleteAsync, ct);
                    await voice.SayAsync("", _ => ["message-deleted"], ct);
                    return Next.Message;
                default:
                    // 2, another key, or none: what is not deleted is kept.
                    await voice.SayAsync("", _ => ["message-kept"], ct);
                    return Next.Message;
            }
        }

        return Next.Message;

        async Task<Action> DeleteAsync(MessageStore store, Message m, CancellationToken token)
        {
            m.Delete("deleted by the guest", By, clock.GetCurrentInstant());
            return await store.EndedAsync(m, By, "guest", token);
        }
    }

    private async Task<(bool Played, char? Key)> PlayAsync(PhoneDialogue caller, Message message, CancellationToken ct)
    {
        // The folder as the PBX knows it: this machine may see it elsewhere.
        var folder = await caller.ReadAsync("SB_MESSAGES", ct) is { Length: > 0 } told ? told.TrimEnd('/') : "/var/spool/asterisk/switchboard-messages";
        if (message.Recording is { } recording)
        {
            if (message.RecordingRemovedAt is not null) return (false, null);
            if (files.IsChanged(recording, message.RecordingSha256))
            {
                log.RecordingChanged(message.Number, files.PathOf(recording));
                return (false, null);
            }

            var heard = await caller.TryPlayAsync($"{folder}/{Path.GetFileNameWithoutExtension(recording)}", Keys, ct);
            if (!heard.Played) log.NotPlayed(message.Number, files.PathOf(recording), message.Room ?? "-");
            return heard;
        }

        if (message.Text is not { } text) return (false, null);
        using var spoken = await speech.MakeFileAsync(text, message.Language ?? hotel.Value.LanguageList[0], ct);
        return spoken is null ? (false, null) : await caller.TryPlayAsync($"{folder}/{spoken.Name}", Keys, ct);
    }

    private async Task<(IReadOnlyList<string> Languages, IReadOnlyList<Message> Messages)> OpenAsync(string number, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var room = await scope.ServiceProvider.GetRequiredService<RoomRegister>().GetAsync(number, ct);
        var guests = await scope.ServiceProvider.GetRequiredService<StayRegister>().OpenStaysAsync(number, ct);
        var open = await scope.ServiceProvider.GetRequiredService<MessageStore>().OpenAsync(number, ct);
        return (scope.ServiceProvider.GetRequiredService<ExtensionProjection>().Spoken(room, guests), [.. open.Where(m => m.LeftAt is null).OrderBy(m => m.State)]);
    }

    /// <summary>Takes a step of a message, unless it has ended or gone elsewhere while the guest listened.</summary>
    private async Task ChangeAsync(string room, Guid id, Func<MessageStore, Message, CancellationToken, Task<Action>> change, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<MessageStore>();
        await store.Work.BeginAsync(ct);
        if (await store.FindAsync(id, ct) is not { IsOpen: true, LeftAt: null } message || message.Room != room) return;
        var after = await change(store, message, ct);
        await store.Work.CommitAsync(ct);
        after();
    }

    /// <summary>Says things in each of the room's languages, until a key.</summary>
    private sealed class Voice(PhoneDialogue caller, IReadOnlyList<string> languages)
    {
        public async Task<char?> SayAsync(string keys, Func<string, IEnumerable<string>> prompts, CancellationToken ct)
        {
            foreach (var language in languages)
            {
                await caller.SetAsync("CHANNEL(language)", language, ct);
                foreach (var prompt in prompts(language))
                {
                    // A prompt that the hotel has not recorded is left out.
                    if ((await caller.TryPlayAsync($"switchboard/{prompt}", keys, ct)).Key is { } key) return key;
                }
            }

            return null;
        }
    }
}
