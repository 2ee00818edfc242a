using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using NodaTime;
using Switchboard.Features.Access;
using Switchboard.Features.Directories;
using Switchboard.Features.Hotel;
using Switchboard.Features.Rooms;
using Switchboard.Features.Stays;
using Switchboard.Pbx;
using Switchboard.Web;

namespace Switchboard.Features.Messages;

/// <summary>Where staff take, read, deliver and end messages; everything that comes in is checked here, before anything is stored. What a message says is shown only after it was stored who asked.</summary>
internal sealed partial class MessageDesk(
    MessageStore store, RoomRegister rooms, StayRegister stays, DirectoryBook directory, RecordingFiles files, HotelPbx pbx, IOptions<HotelOptions> hotel, ILogger<MessageDesk> log)
{
    public const string How = "desk";
    private const int LongestText = 1000;
    private const int MostShown = 500;

    [GeneratedRegex(@"^\+?[0-9][0-9 ()*#/-]{0,38}\z")]
    private static partial Regex PhoneNumber();

    // Chinese characters: read aloud in English they are silence.
    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Chinese();

    /// <summary>Takes a text down. What was stored is returned with its text: it is repeated back to the caller.</summary>
    public async Task<MessageContent> TakeAsync(MessageTake asked, Caller caller, CancellationToken ct)
    {
        var by = caller.By(asked.By);
        var text = OneLine.Required("text", asked.Text, LongestText);
        var from = new MessageFrom(asked.From is null ? null : OneLine.Required("from", asked.From, 80), Number(asked.Number));
        var guest = asked.Guest is null ? null : OneLine.Required("guest", asked.Guest, StayInput.LongestName);
        await store.Work.BeginAsync(ct);
        var to = await ToAsync(asked.To, guest, ct);
        var language = Language(text);
        var message = Message.Written(pbx.Name, to, from, text, language, by, store.Clock.GetCurrentInstant());
        var after = await store.TakeAsync(message, How, ct);
        await store.Work.CommitAsync(ct);
        after();
        return await ContentAsync(message, message.Room is not null && !pbx.Link.Connected ? ["The PBX cannot be reached: the lamp is lit as soon as it is back."] : [], ct);
    }

    /// <summary>Messages, the newest last: of a room, only open ones, or those of the last month.</summary>
    public async Task<IReadOnlyList<MessageView>> ListAsync(string? room, bool open, CancellationToken ct)
    {
        if (room is not null) await rooms.GetAsync(room, ct);
        List<Message> found;
        if (store.Work.MustLookLocally)
        {
            found = [.. store.Work.Copy.Where<Message>(m => (room is null || m.Room == room) && (!open || m.IsOpen)).OrderByDescending(m => m.TakenAt).Take(MostShown)];
        }
        else
        {
            var since = store.Clock.GetCurrentInstant() - Duration.FromDays(30);
            var wanted = store.Work.Db.Set<Message>().AsNoTracking().Where(m => m.EndedAt == null || (!open && m.TakenAt > since));
            if (room is not null) wanted = wanted.Where(m => m.Room == room);
            found = await wanted.OrderByDescending(m => m.TakenAt).Take(MostShown).ToListAsync(ct);
        }

        found.Reverse();
        var names = await NamesAsync(ct);
        return [.. found.Select(m => View(m, names))];
    }

    /// <summary>A message with its history, and without what it says.</summary>
    public async Task<MessageDetail> ShowAsync(long number, CancellationToken ct)
    {
        if (store.Work.MustLookLocally) throw new StoreAwayException("the database is away: the history of messages can be shown when it is back");
        var message = await store.Work.Db.Set<Message>().AsNoTracking().SingleOrDefaultAsync(m => m.Number == number, ct) ?? throw Unknown(number);
        var events = await store.Work.Db.Set<MessageEvent>().AsNoTracking().Where(e => e.MessageId == message.Id).OrderBy(e => e.Id).ToListAsync(ct);
        return new(View(message, await NamesAsync(ct)), [.. events.Select(e => new MessageEventView(e.At, e.What, e.By, e.How))]);
    }

    /// <summary>What it says, to somebody who is named in its history from then on.</summary>
    public async Task<MessageContent> ReadAsync(long number, string? staff, Caller caller, CancellationToken ct)
    {
        var message = await LookAsync(number, "read", caller.By(staff), ct);
        return await ContentAsync(message, [], ct);
    }

    /// <summary>A message, or all that wait in a room, to be printed; each is recorded.</summary>
    public async Task<IReadOnlyList<MessageContent>> PrintAsync(MessagePrint asked, Caller caller, CancellationToken ct)
    {
        var by = caller.By(asked.By);
        if (asked.Number is null == asked.Room is null) throw new InvalidInputException("number", asked.Number?.ToString(System.Globalization.CultureInfo.InvariantCulture), "must be given, or a room, and not both");
        var messages = new List<Message>();
        Action after = () => { };
        if (asked.Number is { } number)
        {
            messages.Add(await LookAsync(number, "printed", by, ct));
        }
        else
        {
            await store.Work.BeginAsync(ct);
            var room = await rooms.GetServedAsync(asked.Room, pbx.Name, ct);
            messages.AddRange(await store.HoldOpenAsync(room.Number, ct));
            foreach (var message in messages) after += store.Looked(message, "printed", by, How);
            await store.Work.CommitAsync(ct);
            after();
        }

        var contents = new List<MessageContent>();
        foreach (var message in messages) contents.Add(await ContentAsync(message, [], ct));
        return contents;
    }

    /// <summary>The recording itself, as it was recorded.</summary>
    public async Task<byte[]> AudioAsync(long number, string? staff, Caller caller, CancellationToken ct)
    {
        var message = await LookAsync(number, "listened to", caller.By(staff), ct);
        if (message.Recording is not { } name) throw new ConflictException($"message {number} is a text: switchboard message read {number}");
        if (message.RecordingRemovedAt is not null) throw new ConflictException($"the recording of message {number} was removed: {message.EndReason ?? "its guest's data were erased"}");
        var content = files.Read(name) ?? throw new NotFoundException($"the recording of message {number} is not there: {files.PathOf(name)}");
        if (message.RecordingSha256 is { } hash && RecordingFiles.HashOf(content) != hash)
        {
            log.RecordingChanged(number, files.PathOf(name));
            throw new ConflictException($"the recording of message {number} is not what was recorded: its checksum differs ({files.PathOf(name)})");
        }

        return content;
    }

    /// <summary>It was given to whom it is for.</summary>
    public Task<MessageView> DeliverAsync(long number, string? staff, Caller caller, CancellationToken ct) => EndAsync(number, caller.By(staff), (m, by, now) => m.Deliver(by, now), ct);

    public Task<MessageView> CloseAsync(long number, MessageClose asked, Caller caller, CancellationToken ct)
    {
        var reason = asked.Reason is null ? "closed" : OneLine.Required("reason", asked.Reason, 200);
        return EndAsync(number, caller.By(asked.By), (m, by, now) => m.Close(reason, by, now), ct);
    }

    public Task<MessageView> DeleteAsync(long number, string? staff, Caller caller, CancellationToken ct) => EndAsync(number, caller.By(staff), (m, by, now) => m.Delete("deleted", by, now), ct);

    /// <summary>Given to somebody else than whom it is for, such as the guest's company.</summary>
    public Task<MessageView> HandOverAsync(long number, MessageHandOver asked, Caller caller, CancellationToken ct)
    {
        var to = OneLine.Required("to", asked.To, 200);
        return EndAsync(number, caller.By(asked.By), (m, by, now) => m.HandOver(to, by, now), ct);
    }

    private async Task<MessageView> EndAsync(long number, string by, Action<Message, string, Instant> end, CancellationToken ct)
    {
        await store.Work.BeginAsync(ct);
        var message = Ours(number, await store.FindToEndAsync(number, ct));
        end(message, by, store.Clock.GetCurrentInstant());
        var after = await store.EndedAsync(message, by, How, ct);
        await store.Work.CommitAsync(ct);
        after();
        return View(message, await NamesAsync(ct));
    }

    private async Task<Message> LookAsync(long number, string what, string by, CancellationToken ct)
    {
        await store.Work.BeginAsync(ct);
        var message = Ours(number, await store.FindAsync(number, ct));
        if (message.State == MessageState.Deleted) throw new ConflictException($"message {number} was deleted and says nothing any more: {message.EndReason}, by {message.EndedBy}");
        var after = store.Looked(message, what, by, How);
        await store.Work.CommitAsync(ct);
        after();
        return message;
    }

    private Message Ours(long number, Message? found)
    {
        var message = found ?? throw Unknown(number);
        // Lamp and recording are the other PBX's.
        if (message.Pbx != pbx.Name) throw new ConflictException($"message {number} is of PBX {message.Pbx} and this worker serves PBX {pbx.Name}: ask the worker of {message.Pbx}");
        return message;
    }

    private async Task<MessageTo> ToAsync(string? to, string? guest, CancellationToken ct)
    {
        var wanted = OneLine.Required("to", to, 80);
        if ((await rooms.GetManyAsync([wanted], ct)).TryGetValue(wanted, out var room))
        {
            RoomRegister.CheckServed(room.Number, room.Pbx, pbx.Name);
            var staying = await stays.HoldOpenStaysAsync(room.Number, ct);
            if (staying.Count == 0 && stays.IsComplete) throw new ConflictException($"room {room.Number} is vacant: there is no guest whom a message could reach");
            var meant = guest is null ? staying : [.. staying.Where(s => s.GuestName!.Contains(guest, StringComparison.OrdinalIgnoreCase))];
            if (guest is not null && staying.Count > 0 && meant.Count == 0) throw new InvalidInputException("guest", guest, $"must be a part of the name of a guest in room {room.Number}");
            var only = meant.Count == 1 ? meant[0] : null;
            return new MessageTo(room.Number, null, null, only?.Id, only?.GuestName ?? guest);
        }

        var person = await directory.ByKeyAsync(wanted, ct) ?? await directory.ByExtensionAsync(wanted, ct)
            ?? throw new InvalidInputException("to", to, "must be a room of the hotel, or the key or extension of an entry of the directory (switchboard room list, switchboard directory list)");
        if (guest is not null) throw new InvalidInputException("guest", guest, $"must be left out: {person.Key} is no room");
        return new MessageTo(null, person.Key, person.Extension);
    }

    private string Language(string text)
    {
        var language = Chinese().IsMatch(text) ? "zh" : "en";
        return hotel.Value.LanguageList.Contains(language) ? language : hotel.Value.LanguageList[0];
    }

    private static string? Number(string? number)
    {
        if (number is null) return null;
        var text = OneLine.Required("number", number, 40);
        return PhoneNumber().IsMatch(text) ? text : throw new InvalidInputException("number", number, "must be a telephone number: at most 40 digits, blanks and + ( ) - / * #");
    }

    private async Task<IReadOnlyDictionary<string, string>> NamesAsync(CancellationToken ct) =>
        (await directory.FindAsync(null, ct)).ToDictionary(e => e.Key, e => e.Title is null ? e.Name : $"{e.Title} {e.Name}", StringComparer.Ordinal);

    private async Task<MessageContent> ContentAsync(Message m, IReadOnlyList<string> notes, CancellationToken ct)
    {
        var gone = m.Recording is { } file && m.RecordingRemovedAt is null && !File.Exists(files.PathOf(file)) ? new[] { "The recording is not there." } : [];
        return new(View(m, await NamesAsync(ct)), m.GuestName, m.CallerName, m.CallerNumber, m.Text, m is { Recording: { } name, RecordingRemovedAt: null } ? files.PathOf(name) : null,
            m.RecordingSha256, m.HandedTo, m.Call, [.. notes, .. gone]);
    }

    private MessageView View(Message m, IReadOnlyDictionary<string, string> names) => new(
        m.Number, m.Id, m.Room, m.Person, m.Person is null ? null : names.GetValueOrDefault(m.Person), m.Extension, m.State.ToString(), m.Source, m.TakenAt, m.TakenBy, m.RecordingSeconds,
        m.LeftAt is not null, m.HeardAt, m.EndedAt, m.EndedBy, m.EndReason, hotel.Value.TimeZone);

    private Exception Unknown(long number) => store.Work.Unknown($"message {number}");
}
