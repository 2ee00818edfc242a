using NodaTime;

namespace Switchboard.Features.Deliveries;

/// <summary>What is to reach somebody.</summary>
/// <param name="Text">What was written, or null.</param>
/// <param name="AudioFile">The recording, a full path of this machine; the PBX has it by the same name in its SB_MESSAGES. Or null.</param>
/// <param name="From">Who it is from, as it is shown to who gets it, such as a name or a number.</param>
/// <param name="TakenAt">When it was taken down.</param>
/// <param name="Language">What it is in, where that is known: a text is read aloud so.</param>
internal sealed record DeliveredContent(string? Text, string? AudioFile, string? From, Instant TakenAt, string? Language = null);

/// <summary>Brings what is to be delivered, or null where it is not this feature's (or there no longer). Features register theirs as a scoped service.</summary>
internal delegate Task<DeliveredContent?> DeliveryContent(Guid subject, CancellationToken ct);

/// <summary>
/// Told inside its unit of work that it has reached somebody who said so; what is returned is done after the commit. Each one is told of every
/// subject, and leaves others' alone. Features register theirs as a scoped service.
/// </summary>
/// <param name="by">Who has it: the directory key of who pressed 1, or who told the office.</param>
internal delegate Task<Action?> DeliveryAcknowledged(Guid subject, string by, Instant at, CancellationToken ct);
