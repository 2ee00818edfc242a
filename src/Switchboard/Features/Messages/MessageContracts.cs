using NodaTime;

namespace Switchboard.Features.Messages;

/// <summary>A text that an operator takes: for a room, the key of the directory, or an extension that is in it. From and Number are the caller's.</summary>
public sealed record MessageTake(string? To, string? Text, string? From, string? Number, string? Guest, string? By);

/// <summary>Who asks.</summary>
public sealed record MessageBy(string? By);

/// <summary>Who ends it, and why.</summary>
public sealed record MessageClose(string? Reason, string? By);

/// <summary>Who hands it over, and to whom.</summary>
public sealed record MessageHandOver(string? To, string? By);

/// <summary>What is to be printed: a message, or a room's open ones.</summary>
public sealed record MessagePrint(long? Number, string? Room, string? By);

/// <summary>A message without what it says.</summary>
/// <param name="Person">The key in the directory.</param>
/// <param name="PersonName">Title and name in the directory.</param>
/// <param name="Seconds">Of a recording.</param>
/// <param name="GuestGone">Its guest has checked out.</param>
public sealed record MessageView(
    long Number, Guid Id, string? Room, string? Person, string? PersonName, string? Extension, string State, string Source, Instant TakenAt, string TakenBy, int? Seconds, bool GuestGone,
    Instant? HeardAt, Instant? EndedAt, string? EndedBy, string? EndReason, string Zone);

/// <summary>A message with what it says; that it was asked for is stored first.</summary>
/// <param name="File">Of a recording: where it stands on the worker's machine.</param>
/// <param name="Sha256">Of the recording, when it was taken over.</param>
/// <param name="Notes">What there is to say about it just now.</param>
public sealed record MessageContent(
    MessageView Message, string? Guest, string? From, string? FromNumber, string? Text, string? File, string? Sha256, string? HandedTo, string? Call, IReadOnlyList<string> Notes);

/// <summary>A message and all that was done with it.</summary>
public sealed record MessageDetail(MessageView Message, IReadOnlyList<MessageEventView> Events);

/// <summary>One step.</summary>
public sealed record MessageEventView(Instant At, string What, string By, string How);
