using NodaTime;
using Switchboard.Web;

namespace Switchboard.Features.Messages;

/// <summary>Where a message is in its life. Stored as text.</summary>
public enum MessageState
{
    /// <summary>Nobody has heard or read it to whom it is addressed; the room's lamp is lit.</summary>
    Waiting,

    /// <summary>The guest has heard it at the phone, and kept it.</summary>
    Heard,

    /// <summary>It was given to whom it is for, in person or by a way that was acknowledged.</summary>
    Delivered,

    /// <summary>It ended in another way, which its reason says: handed over to somebody else, or nothing left to deliver.</summary>
    Closed,

    /// <summary>Gone, with its recording; the row says that there was one.</summary>
    Deleted,
}

/// <summary>Whom a message is for: a room (and whose stay), a person of the directory, or an extension of the house that is nobody's there.</summary>
public sealed record MessageTo(string? Room, string? Person, string? Extension, Guid? StayId = null, string? GuestName = null)
{
    /// <summary>For logs and notices: no name.</summary>
    public override string ToString() => Room is not null ? $"room {Room}" : Person is not null ? Person : $"extension {Extension}";
}

/// <summary>What is said of who called.</summary>
public sealed record MessageFrom(string? Name, string? Number, string? Call = null);

/// <summary>A caller's recording: its file's name in Pbx:MessagesDirectory, its length, and its content's hash; no hash where the file was not there.</summary>
public sealed record MessageSound(string File, int Seconds, string? Sha256);

/// <summary>
/// A message: a text that an operator took, or what a caller recorded. Who took it and when, for whom, what became of it; every step is a row of its
/// history. Names, numbers and text are erased with the guest's other data, and the recording goes with them.
/// </summary>
public sealed class Message
{
    private Message() { }

    public Guid Id { get; private set; }

    /// <summary>The short number that people say; given by the database, 0 until then.</summary>
    public long Number { get; private set; }

    public string Pbx { get; private set; } = "";
    public string? Room { get; private set; }

    /// <summary>The key of an entry of the directory.</summary>
    public string? Person { get; private set; }

    /// <summary>Of the house: the person's, or one that is nobody's in the directory.</summary>
    public string? Extension { get; private set; }

    /// <summary>Whose stay; null where the room has several guests and none was named, or none that is known.</summary>
    public Guid? StayId { get; private set; }

    /// <summary>Whom it is for, where that was said.</summary>
    public string? GuestName { get; private set; }

    public string? CallerName { get; private set; }
    public string? CallerNumber { get; private set; }

    /// <summary>The call in which it was left, as the record of calls knows it.</summary>
    public string? Call { get; private set; }

    /// <summary>What an operator wrote down; null for a recording, and once it was deleted or erased.</summary>
    public string? Text { get; private set; }

    /// <summary>The file's name in Pbx:MessagesDirectory; null for a text.</summary>
    public string? Recording { get; private set; }

    public int? RecordingSeconds { get; private set; }

    /// <summary>In hexadecimal; null where the file was not there to be read.</summary>
    public string? RecordingSha256 { get; private set; }

    /// <summary>From then on the file is nobody's, and is removed.</summary>
    public Instant? RecordingRemovedAt { get; private set; }

    /// <summary>The language that a text is read out in.</summary>
    public string? Language { get; private set; }

    public Instant TakenAt { get; private set; }
    public string TakenBy { get; private set; } = "";

    /// <summary>operator (a text) or caller (a recording).</summary>
    public string Source { get; private set; } = "";

    public MessageState State { get; private set; }
    public Instant? HeardAt { get; private set; }

    /// <summary>Since when its guest is gone: neither lamp nor phone tell of it any more, staff may still hand it over.</summary>
    public Instant? LeftAt { get; private set; }

    public Instant? EndedAt { get; private set; }
    public string? EndedBy { get; private set; }

    /// <summary>Why it ended, for people: what somebody wrote is erased with the names.</summary>
    public string? EndReason { get; private set; }

    /// <summary>Whom it was handed over to; erased with the names.</summary>
    public string? HandedTo { get; private set; }

    public Instant? GuestDataErasedAt { get; private set; }

    /// <summary>Optimistic concurrency (PostgreSQL's xmin).</summary>
    public uint Version { get; private set; }

    public bool IsOpen => State is MessageState.Waiting or MessageState.Heard;

    /// <summary>The room's lamp is lit for it.</summary>
    public bool LightsLamp => State == MessageState.Waiting && Room is not null && LeftAt is null;

    /// <summary>How it ended, for history and log, where nothing stands that somebody has written.</summary>
    public string EndStep => State == MessageState.Closed && EndReason is not (HandedOver or NotCollected) ? "closed" : EndReason ?? "";

    public MessageTo To => new(Room, Person, Extension, StayId, GuestName);

    /// <summary>A text that was taken down.</summary>
    public static Message Written(string pbx, MessageTo to, MessageFrom from, string text, string language, string by, Instant now) =>
        Made(Guid.CreateVersion7(now.ToDateTimeOffset()), pbx, to, from, language, by, SourceOperator, now, m => m.Text = text);

    /// <summary>What a caller recorded; the id is derived from the recording's, so that it is taken over once.</summary>
    public static Message Recorded(Guid id, string pbx, MessageTo to, MessageFrom from, MessageSound sound, string? language, Instant at) =>
        Made(id, pbx, to, from, language, "caller", SourceCaller, at, m => (m.Recording, m.RecordingSeconds, m.RecordingSha256) = (sound.File, sound.Seconds, sound.Sha256));

    private const string HandedOver = "handed over";
    private const string NotCollected = "not collected";
    public const string SourceOperator = "operator";
    public const string SourceCaller = "caller";

    /// <summary>The guest heard it at the phone and keeps it. False where it was heard before.</summary>
    public bool Hear(Instant now)
    {
        if (State == MessageState.Heard) return false;
        ChangeState([MessageState.Waiting], MessageState.Heard);
        HeardAt = now;
        return true;
    }

    public void Deliver(string by, Instant now) => End(MessageState.Delivered, "delivered", by, now);

    public void Close(string reason, string by, Instant now) => End(MessageState.Closed, reason, by, now);

    /// <summary>Nobody has asked for it for too long.</summary>
    public void Expire(string by, Instant now) => End(MessageState.Closed, NotCollected, by, now);

    public void HandOver(string to, string by, Instant now)
    {
        End(MessageState.Closed, HandedOver, by, now);
        HandedTo = to;
    }

    /// <summary>Gone: what it says, who said it, and the recording.</summary>
    public void Delete(string reason, string by, Instant now)
    {
        End(MessageState.Deleted, reason, by, now);
        (Text, CallerName) = (null, null);
        RemoveRecording(now);
    }

    /// <summary>The guest goes to another room, and it goes along.</summary>
    public void MoveTo(string room, Guid stay)
    {
        RequireOpen();
        (Room, StayId) = (room, stay);
    }

    /// <summary>Its guest is gone: the next one must neither see the lamp nor hear it.</summary>
    public void GuestLeft(Instant now)
    {
        RequireOpen();
        LeftAt ??= now;
    }

    public void RemoveRecording(Instant now)
    {
        if (Recording is not null) RecordingRemovedAt ??= now;
    }

    private static Message Made(Guid id, string pbx, MessageTo to, MessageFrom from, string? language, string by, string source, Instant at, Action<Message> content)
    {
        var made = new Message
        {
            Id = id,
            Pbx = pbx,
            Room = to.Room,
            Person = to.Person,
            Extension = to.Extension,
            StayId = to.StayId,
            GuestName = to.GuestName,
            CallerName = from.Name,
            CallerNumber = from.Number,
            Call = from.Call,
            Language = language,
            TakenAt = at,
            TakenBy = by,
            Source = source,
        };
        content(made);
        return made;
    }

    private void End(MessageState end, string reason, string by, Instant now)
    {
        ChangeState([MessageState.Waiting, MessageState.Heard], end);
        (EndedAt, EndedBy, EndReason) = (Instant.Max(now, TakenAt), by, reason);
    }

    private void ChangeState(ReadOnlySpan<MessageState> expected, MessageState next)
    {
        if (!expected.Contains(State)) RequireOpen();
        State = next;
    }

    private void RequireOpen()
    {
        if (!IsOpen) throw new ConflictException($"message {Number} has ended already: {EndReason}, by {EndedBy}");
    }
}

/// <summary>A step in the life of a message, and each time that somebody read, heard or printed it. Rows are added, never changed, and hold no guest data.</summary>
public sealed class MessageEvent
{
    private MessageEvent() { }

    public MessageEvent(Guid message, Instant at, string what, string by, string how) => (MessageId, At, What, By, How) = (message, at, what, by, how);

    public long Id { get; private set; }
    public Guid MessageId { get; private set; }
    public Instant At { get; private set; }
    public string What { get; private set; } = "";
    public string By { get; private set; } = "";

    /// <summary>desk (CLI, API or console), guest (the room's phone), caller, check-out, check-in, move, age, delivery.</summary>
    public string How { get; private set; } = "";
}
